import type { Generated, Kysely } from 'kysely';
import type { BookingStatus } from '../protocol/bookings.ts';
import type { NoticeStatus } from '../protocol/notices.ts';
import type { AccountTables } from './account-tables.ts';
import type { ProgramTables } from './programs.ts';

/** Times are milliseconds since 1970; flags are 0 or 1, because SQLite has no other. */
export interface Schema extends AccountTables, ProgramTables {
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
    /** '' where it is a folder of streams and parts. */
    file: string;
    started_at: number;
    duration_ms: number;
    bytes: number;
    /** A deleted one stays as the row that its acts are about. */
    status: 'running' | 'saved' | 'deleted';
    note: string;
    /** JSON; null: as the house has it. */
    access: string | null;
    /** Decided by someone, so that no rule counts: `keep_until`, or for ever where that is null. */
    keep_decided: number;
    keep_until: number | null;
    held: number;
    /** Its length and texts were taken from disk and log after the stop. */
    cared: number;
    gap_count: number;
    gap_ms: number;
    /** JSON: what was ever wrong with it. */
    warnings: string;
    inspected: number;
    /** Null: nobody has looked since it ended. */
    encrypted: number | null;
    /** When a copy of all of it was seen to be whole in the store of objects. */
    copied_at: number | null;
    /** Only that copy is left. */
    away: number;
  };
  recording_comments: {
    id: string;
    recording_id: string;
    at_ms: number;
    to_ms: number | null;
    text: string;
    author: string;
    written_at: number;
  };
  recording_shares: {
    id: string;
    recording_id: string;
    token_hash: string;
    who: string;
    from_ms: number;
    to_ms: number;
    issued_at: number;
    expires_at: number;
    revoked_at: number | null;
    watermark: number;
    download: number;
  };
  /** What a search looks through; `folded` as `foldText` of server/recordings makes it. */
  recording_texts: {
    recording_id: string;
    kind: 'site' | 'chapter' | 'chat' | 'comment' | 'note';
    /** A comment's id; '' elsewhere. */
    source: string;
    at_ms: number | null;
    text: string;
    folded: string;
  };
  /** Who did what; it outlives the recording. */
  recording_acts: {
    recording_id: string;
    at: number;
    by: string;
    act: string;
    detail: string | null;
    ip: string | null;
  };
  sites: {
    id: string;
    name: string;
    /** JSON of how its codec is reached and known, without the secret. */
    sip: string | null;
    account: string | null;
    ha1_md5: string | null;
    ha1_sha256: string | null;
    /** JSON of unit, equipment, line and technicians. */
    details: string | null;
    carrier_id: string | null;
    changed_at: number;
  };
  organisations: {
    id: string;
    kind: 'carrier' | 'hostUnit';
    name: string;
    /** The name as it is compared. */
    folded: string;
    /** JSON. */
    contacts: string;
    changed_at: number;
  };
  /** It only grows: the store refuses to change or to delete. `before` and `after` are JSON. */
  directory_changes: {
    id: Generated<number>;
    at: number;
    by: string;
    kind: 'site' | 'carrier' | 'hostUnit';
    subject: string;
    name: string;
    before: string | null;
    after: string | null;
  };
  bookings: {
    id: string;
    series_id: string | null;
    status: BookingStatus;
    host_unit_id: string;
    starts_at: number;
    ends_at: number;
    room_id: string | null;
    version: number;
    /** JSON. */
    booked: string;
    /** JSON. */
    steps: string;
  };
  /** The store refuses two of one resource that overlap (REG-2). */
  reservations: { booking_id: string; resource: string; from_at: number; to_at: number };
  /** What the office has set and written, as JSON. */
  desk_documents: { name: string; json: string; changed_at: number; changed_by: string };
  /** `notice` is JSON. */
  notices: {
    id: string;
    /** Null: a program is told of an incident or a recording. */
    booking_id: string | null;
    status: NoticeStatus;
    /** When it is to be tried, while it is queued. */
    next_at: number | null;
    created_at: number;
    /** The webhook that is called. */
    program: string | null;
    notice: string;
  };
  /** `record` is JSON. */
  rehearsals: { booking_id: string; site_id: string; record: string; changed_at: number };
  /** Whose codecs are not tried by themselves. */
  stopped_rounds: { booking_id: string; at: number; by: string };
  layouts: {
    id: string;
    name: string;
    /** The name as it is compared. */
    folded: string;
    /** JSON. */
    layout: string;
    changed_at: number;
  };
  /** `test` is JSON. */
  line_tests: { id: string; site_id: string; started_at: number; test: string };
  /** One opinion of each participant; `feedback` is JSON. */
  feedback: { room_id: string; participant_id: string; at: number; feedback: string };
  /** Of open rooms; one whose room is over gives way. */
  pins: { pin: string; room_id: string };
  invitations: { room_id: string; site_id: string };
  /** `binding` is JSON. */
  registrations: { account: string; contact: string; binding: string; since: number; expires_at: number };
}

export type Database = Kysely<Schema>;
