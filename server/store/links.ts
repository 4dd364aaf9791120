import type { AuditEntry } from '../protocol/audit.ts';
import type { ParticipantId, RoomId } from '../protocol/ids.ts';
import { appendAudit } from './audit.ts';
import type { Database, Schema } from './schema.ts';

/** A way into a room for whoever holds it. Its token is signed from this record and is stored nowhere. */
export interface Link {
  linkId: string;
  roomId: RoomId;
  role: 'chair' | 'site' | 'guest';
  name: string;
  /** Whom a chair's or a site's link stands for; a guest's makes a new participant each time. */
  participantId?: ParticipantId;
  issuedAt: number;
  expiresAt: number;
  revokedAt?: number;
}

export interface Links {
  add(link: Link, note: AuditEntry): Promise<void>;
  find(linkId: string): Promise<Link | undefined>;
  /** Newest first. */
  ofRoom(roomId: RoomId): Promise<Link[]>;
  /** False when the room has no such link that is still valid. */
  revoke(roomId: RoomId, linkId: string, note: AuditEntry): Promise<boolean>;
}

export function openLinks(db: Database): Links {
  return {
    add(link, note) {
      return db.transaction().execute(async (transaction) => {
        await transaction.insertInto('links').values(toRow(link)).execute();
        await appendAudit(transaction, note);
      });
    },
    async find(linkId) {
      const row = await db.selectFrom('links').selectAll().where('id', '=', linkId).executeTakeFirst();
      return row && toLink(row);
    },
    async ofRoom(roomId) {
      const rows = db.selectFrom('links').selectAll().where('room_id', '=', roomId).orderBy('issued_at', 'desc');
      return (await rows.execute()).map(toLink);
    },
    revoke(roomId, linkId, note) {
      return db.transaction().execute(async (transaction) => {
        const link = transaction.updateTable('links').set({ revoked_at: note.at }).where('id', '=', linkId);
        const held = link.where('room_id', '=', roomId).where('revoked_at', 'is', null);
        if ((await held.executeTakeFirst()).numUpdatedRows === 0n) return false;
        await appendAudit(transaction, note);
        return true;
      });
    },
  };
}

function toRow(link: Link): Schema['links'] {
  return {
    id: link.linkId,
    room_id: link.roomId,
    role: link.role,
    name: link.name,
    participant_id: link.participantId ?? null,
    issued_at: link.issuedAt,
    expires_at: link.expiresAt,
    revoked_at: link.revokedAt ?? null,
  };
}

function toLink(row: Schema['links']): Link {
  return {
    linkId: row.id,
    roomId: row.room_id,
    role: row.role,
    name: row.name,
    ...(row.participant_id === null ? {} : { participantId: row.participant_id }),
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
