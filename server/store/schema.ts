import type { Kysely } from 'kysely';

/** Times are milliseconds since 1970; flags are 0 or 1, because SQLite has no other. */
export interface Schema {
  rooms: {
    id: string;
    title: string;
    status: 'open' | 'ended';
    /** Rises with each claim: who holds an older one may not write. */
    epoch: number;
    /** Number of the last stored event; 0 is a room that was reserved and never opened. */
    seq: number;
    opened_at: number;
    ended_at: number | null;
  };
  events: { room_id: string; seq: number; at: number; by: string; type: string; json: string };
  accounts: { username: string; password_hash: string; one_time: number; changed_at: number };
  sessions: { token_hash: string; username: string; created_at: number; expires_at: number };
  links: {
    id: string;
    room_id: string;
    role: 'chair' | 'site' | 'guest';
    name: string;
    participant_id: string | null;
    issued_at: number;
    expires_at: number;
    revoked_at: number | null;
  };
  recordings: {
    id: string;
    room_id: string;
    file: string;
    started_at: number;
    duration_ms: number;
    bytes: number;
  };
  sites: {
    id: string;
    name: string;
    /** JSON of how its codec is reached and known, without the secret. */
    sip: string | null;
    account: string | null;
    ha1_md5: string | null;
    ha1_sha256: string | null;
    changed_at: number;
  };
  layouts: {
    id: string;
    name: string;
    /** The name as it is compared. */
    folded: string;
    /** JSON. */
    layout: string;
    changed_at: number;
  };
  invitations: { room_id: string; site_id: string };
  /** `binding` is JSON. */
  registrations: { account: string; contact: string; binding: string; since: number; expires_at: number };
}

export type Database = Kysely<Schema>;
