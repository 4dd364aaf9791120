import { createHash, randomBytes } from 'node:crypto';
import type { ChangeRecording, Comment, IssueShare, RecordingAct, Share, WriteComment } from '../protocol/recording.ts';
import { Refused } from '../protocol/refusals.ts';
import type { RecordingIdentity } from '../protocol/stored-recording.ts';
import { foldText } from './fold.ts';
import type { Library } from './library.ts';
import { nameOf } from './policy.ts';
import type { RecordingsPort, ReviewsPort } from './ports.ts';

interface AnnotationsParts {
  library: Library;
  recordings: RecordingsPort;
  reviews: ReviewsPort;
  now: () => number;
}

/** Who does it, and from where. */
export interface Doer {
  identity: RecordingIdentity;
  ip: string;
}

const MOST_ACTS = 1_000;
/** A player asks for its list again and again: within this time it is one view. */
const ONE_VIEW_MS = 10 * 60_000;
const VIEWS_KEPT = 10_000;

/** What people add to recordings and decide about them. Each act is recorded. */
export class Annotations {
  readonly #parts: AnnotationsParts;
  readonly #views = new Map<string, number>();

  constructor(parts: AnnotationsParts) {
    this.#parts = parts;
  }

  async comment(doer: Doer, recordingId: string, written: WriteComment): Promise<Comment> {
    const { library, reviews, now } = this.#parts;
    await library.admit(doer.identity, recordingId, 'comment');
    const { at, to, text } = written;
    const stretch = { at, ...(to === undefined ? {} : { to }) };
    const comment = { commentId: freshId(), ...stretch, text, author: nameOf(doer.identity), writtenAt: now() };
    await reviews.addComment(recordingId, comment, foldText(text));
    await this.record(doer, recordingId, 'commented', comment.commentId);
    return comment;
  }

  /** One's own; an operator's duty is anyone's. */
  async removeComment(doer: Doer, recordingId: string, commentId: string): Promise<void> {
    const { library, reviews } = this.#parts;
    await library.admit(doer.identity, recordingId, 'comment');
    const comment = (await reviews.comments(recordingId)).find((one) => one.commentId === commentId);
    if (!comment) throw new Refused('commentUnknown', commentId);
    const isOwn = comment.author === nameOf(doer.identity);
    if (!isOwn && doer.identity.as !== 'operator') throw new Refused('notPermitted', 'comment');
    await reviews.removeComment(recordingId, commentId);
    await this.record(doer, recordingId, 'commentDeleted', `${comment.author}: ${comment.text}`);
  }

  async shares({ identity }: Doer, recordingId: string): Promise<Share[]> {
    await this.#parts.library.admit(identity, recordingId, 'manage');
    return this.#parts.reviews.shares(recordingId);
  }

  /** The token is told here and never again. */
  async share(doer: Doer, recordingId: string, wanted: IssueShare): Promise<{ share: Share; token: string }> {
    const { library, reviews, now } = this.#parts;
    await library.admit(doer.identity, recordingId, 'manage');
    await library.admit(doer.identity, recordingId, 'see');
    if (wanted.expiresAt <= now()) throw new Refused('malformed', 'expiresAt');
    const token = randomBytes(32).toString('base64url');
    const share = { shareId: freshId(), issuedAt: now(), ...wanted };
    await reviews.addShare(recordingId, share, hashToken(token));
    await this.record(doer, recordingId, 'shared', `${wanted.who} ${wanted.from}–${wanted.to} ms`);
    return { share, token };
  }

  async revokeShare(doer: Doer, recordingId: string, shareId: string): Promise<void> {
    const { library, reviews, now } = this.#parts;
    await library.admit(doer.identity, recordingId, 'manage');
    const share = (await reviews.shares(recordingId)).find((one) => one.shareId === shareId);
    if (!share) throw new Refused('shareUnknown', shareId);
    if (await reviews.revokeShare(recordingId, shareId, now())) {
      await this.record(doer, recordingId, 'shareRevoked', share.who);
    }
  }

  /** Throws `Refused`: `linkInvalid`, `linkExpired` or `linkRevoked`. */
  async openShare(token: string): Promise<Extract<RecordingIdentity, { as: 'share' }>> {
    const share = await this.#parts.reviews.findShare(hashToken(token));
    if (!share) throw new Refused('linkInvalid');
    if (share.revokedAt !== undefined) throw new Refused('linkRevoked');
    if (share.expiresAt <= this.#parts.now()) throw new Refused('linkExpired');
    return { as: 'share', share };
  }

  async change(doer: Doer, recordingId: string, change: ChangeRecording): Promise<void> {
    const { library, recordings, reviews } = this.#parts;
    const before = await library.admit(doer.identity, recordingId, 'manage');
    const { note, access, keepUntil, held } = change;
    await recordings.change(recordingId, {
      ...(note === undefined ? {} : { note }),
      ...(access === undefined ? {} : { access }),
      ...(keepUntil === undefined ? {} : { keepUntil }),
      ...(held === undefined ? {} : { held }),
    });
    if (note !== undefined) {
      const text = { recording_id: recordingId, kind: 'note' as const, source: '', at_ms: null, text: note };
      await reviews.setTexts(recordingId, ['note'], note === '' ? [] : [{ ...text, folded: foldText(note) }]);
    }
    const others = Object.keys(change).filter((key) => key !== 'held');
    if (others.length > 0) {
      const detail = access ? `${others.join(', ')}: ${JSON.stringify(access)}` : others.join(', ');
      await this.record(doer, recordingId, 'changed', detail);
    }
    if (held !== undefined && held !== before.held) await this.record(doer, recordingId, held ? 'held' : 'released');
  }

  async acts({ identity }: Doer, recordingId: string): Promise<RecordingAct[]> {
    await this.#parts.library.admit(identity, recordingId, 'manage');
    return this.#parts.reviews.acts(recordingId, MOST_ACTS);
  }

  /** Once for each who looks, however often his player asks. */
  async viewed(doer: Doer, recordingId: string, what: string): Promise<void> {
    const key = JSON.stringify([recordingId, nameOf(doer.identity), doer.identity.as, doer.ip, what]);
    const now = this.#parts.now();
    const last = this.#views.get(key);
    this.#views.delete(key);
    this.#views.set(key, now);
    for (const oldest of this.#views.keys()) if (this.#views.size > VIEWS_KEPT) this.#views.delete(oldest);
    if (last === undefined || now - last >= ONE_VIEW_MS) await this.record(doer, recordingId, 'viewed', what);
  }

  async record({ identity, ip }: Doer, recordingId: string, act: RecordingAct['act'], detail?: string): Promise<void> {
    const about = { ...(detail === undefined ? {} : { detail: detail.slice(0, 256) }), ip: ip.slice(0, 64) };
    await this.#parts.reviews.record(recordingId, { at: this.#parts.now(), by: nameOf(identity), act, ...about });
  }
}

/** A token is as hard to guess as a key, so that one round suffices (OWASP: high-entropy secrets need no slow hash). */
function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function freshId(): string {
  return randomBytes(9).toString('base64url');
}
