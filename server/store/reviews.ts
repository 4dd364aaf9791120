import type { AuditAct } from '../protocol/audit.ts';
import type { RecordingId } from '../protocol/ids.ts';
import { type Comment, type RecordingAct, recordingActSchema, type Share } from '../protocol/recording.ts';
import { appendAudit } from './audit.ts';
import { findTexts } from './recording-search.ts';
import type { Database, Schema } from './schema.ts';

export type SearchedText = Schema['recording_texts'];

/** What people write on recordings, give out of them and do with them. */
export interface Reviews {
  /** By their place. */
  comments(recordingId: RecordingId): Promise<Comment[]>;
  /** With the text by which a search finds it. */
  addComment(recordingId: RecordingId, comment: Comment, folded: string): Promise<void>;
  /** False where there is no such comment. */
  removeComment(recordingId: RecordingId, commentId: string): Promise<boolean>;
  /** Newest first. */
  shares(recordingId: RecordingId): Promise<Share[]>;
  addShare(recordingId: RecordingId, share: Share, tokenHash: string): Promise<void>;
  findShare(tokenHash: string): Promise<(Share & { recordingId: RecordingId }) | undefined>;
  /** False where there is no such share that still holds. */
  revokeShare(recordingId: RecordingId, shareId: string, now: number): Promise<boolean>;
  /** In the place of the earlier ones of these kinds. */
  setTexts(recordingId: RecordingId, kinds: SearchedText['kind'][], texts: SearchedText[]): Promise<void>;
  /** For each of these (folded) words the shortest that contain it: of each recording no more than `most`. */
  findTexts(words: readonly string[], most: number): Promise<SearchedText[]>;
  record(recordingId: RecordingId, act: RecordingAct): Promise<void>;
  /** Newest first, no more than `most`. */
  acts(recordingId: RecordingId, most: number): Promise<RecordingAct[]>;
}

export function openReviews(db: Database): Reviews {
  return { ...openComments(db), ...openShares(db), ...openTexts(db), ...openActs(db) };
}

function openComments(db: Database): Pick<Reviews, 'comments' | 'addComment' | 'removeComment'> {
  return {
    async comments(recordingId) {
      const rows = db.selectFrom('recording_comments').selectAll().where('recording_id', '=', recordingId);
      return (await rows.orderBy('at_ms').orderBy('written_at').execute()).map((row) => ({
        commentId: row.id,
        at: row.at_ms,
        ...(row.to_ms === null ? {} : { to: row.to_ms }),
        text: row.text,
        author: row.author,
        writtenAt: row.written_at,
      }));
    },
    addComment(recording_id, { commentId, at, to, text, author, writtenAt }, folded) {
      const row = { id: commentId, recording_id, at_ms: at, to_ms: to ?? null, text, author, written_at: writtenAt };
      return db.transaction().execute(async (transaction) => {
        await transaction.insertInto('recording_comments').values(row).execute();
        const found = { recording_id, kind: 'comment' as const, source: commentId, at_ms: at, text, folded };
        await transaction.insertInto('recording_texts').values(found).execute();
      });
    },
    removeComment(recordingId, commentId) {
      return db.transaction().execute(async (transaction) => {
        const comment = transaction.deleteFrom('recording_comments').where('id', '=', commentId);
        const removed = await comment.where('recording_id', '=', recordingId).executeTakeFirst();
        const text = transaction.deleteFrom('recording_texts').where('recording_id', '=', recordingId);
        await text.where('kind', '=', 'comment').where('source', '=', commentId).execute();
        return removed.numDeletedRows === 1n;
      });
    },
  };
}

function openShares(db: Database): Pick<Reviews, 'shares' | 'addShare' | 'findShare' | 'revokeShare'> {
  return {
    async shares(recordingId) {
      const rows = db.selectFrom('recording_shares').selectAll().where('recording_id', '=', recordingId);
      return (await rows.orderBy('issued_at', 'desc').execute()).map(toShare);
    },
    async addShare(recording_id, share, token_hash) {
      const { shareId: id, who, from, to, issuedAt, expiresAt, watermark, download } = share;
      const stretch = { from_ms: from, to_ms: to, issued_at: issuedAt, expires_at: expiresAt, revoked_at: null };
      const flags = { watermark: watermark ? 1 : 0, download: download ? 1 : 0 };
      const row = { id, recording_id, token_hash, who, ...stretch, ...flags };
      await db.insertInto('recording_shares').values(row).execute();
    },
    async findShare(tokenHash) {
      const found = db.selectFrom('recording_shares').selectAll().where('token_hash', '=', tokenHash);
      const row = await found.executeTakeFirst();
      return row && { ...toShare(row), recordingId: row.recording_id };
    },
    async revokeShare(recordingId, shareId, now) {
      const share = db.updateTable('recording_shares').set({ revoked_at: now }).where('id', '=', shareId);
      const held = share.where('recording_id', '=', recordingId).where('revoked_at', 'is', null);
      return (await held.executeTakeFirst()).numUpdatedRows === 1n;
    },
  };
}

function openTexts(db: Database): Pick<Reviews, 'setTexts' | 'findTexts'> {
  return {
    setTexts(recordingId, kinds, texts) {
      return db.transaction().execute(async (transaction) => {
        const earlier = transaction.deleteFrom('recording_texts').where('recording_id', '=', recordingId);
        await earlier.where('kind', 'in', kinds).execute();
        for (const text of texts) await transaction.insertInto('recording_texts').values(text).execute();
      });
    },
    findTexts: (words, most) => findTexts(db, words, most),
  };
}

/** What is more than looking and writing on it (REG-17). */
const AUDITED: Partial<Record<RecordingAct['act'], AuditAct>> = {
  downloaded: 'recordingDownloaded',
  shared: 'recordingShared',
  shareRevoked: 'recordingShareRevoked',
  changed: 'recordingChanged',
  held: 'recordingHeld',
  released: 'recordingReleased',
  deleted: 'recordingDeleted',
  expired: 'recordingDeleted',
};

function openActs(db: Database): Pick<Reviews, 'record' | 'acts'> {
  return {
    record(recording_id, { at, by, act, detail = null, ip = null }) {
      return db.transaction().execute(async (transaction) => {
        const row = { recording_id, at, by, act, detail, ip };
        await transaction.insertInto('recording_acts').values(row).execute();
        const audited = AUDITED[act];
        if (!audited) return;
        const more = { ...(ip === null ? {} : { ip }), ...(detail === null ? {} : { detail: { detail } }) };
        await appendAudit(transaction, { at, by, act: audited, about: recording_id, ...more });
      });
    },
    async acts(recordingId, most) {
      const rows = db.selectFrom('recording_acts').selectAll().where('recording_id', '=', recordingId);
      return (await rows.orderBy('at', 'desc').limit(most).execute()).map(({ at, by, act, detail, ip }) =>
        recordingActSchema.parse({
          at,
          by,
          act,
          ...(detail === null ? {} : { detail }),
          ...(ip === null ? {} : { ip }),
        }),
      );
    },
  };
}

function toShare(row: Schema['recording_shares']): Share {
  return {
    shareId: row.id,
    who: row.who,
    from: row.from_ms,
    to: row.to_ms,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    watermark: row.watermark === 1,
    download: row.download === 1,
  };
}
