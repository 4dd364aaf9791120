import type { AccountRole } from '../protocol/accounts.ts';
import type { AuditEntry, AuditPage, AuditQuery } from '../protocol/audit.ts';
import type { SiteId } from '../protocol/ids.ts';
import type { ChainedRow } from './audit-chain.ts';

// Accounts, sign-ins, devices and the audit log, as the store keeps them and the HTTP interface uses them. Times are
// milliseconds since 1970. A `note` is written in the very transaction of what it tells of.

export interface Account {
  username: string;
  name: string;
  roles: AccountRole[];
  siteId?: string | undefined;
  hostUnit?: string | undefined;
  /** In argon2's own encoding (RFC 9106), with its parameters; '' for one that comes by single sign-on alone. */
  passwordHash: string;
  /** Must be changed before anything else is done. */
  oneTime: boolean;
  createdAt: number;
  disabledAt?: number | undefined;
  /** Wrong passwords in a row. */
  failures: number;
  lockedUntil?: number | undefined;
  /** The secret of the telephone's app, sealed; `totpOffered` until a first code has come. */
  totp?: string | undefined;
  totpOffered?: string | undefined;
  /** The step of the last code that was taken. */
  totpStep: number;
  /** Hashes of those that are left. */
  recoveryCodes: string[];
  ssoSubject?: string | undefined;
}

/** What is absent stays; what is undefined goes. */
export type AccountChange = Partial<Omit<Account, 'username' | 'createdAt'>>;

/** What is done together with a change, in one transaction. */
export interface Together {
  note?: AuditEntry;
  /** Every session of the account ends. */
  endSessions?: boolean;
}

export interface Accounts {
  /** By name of user. */
  list(): Promise<(Account & { lastUsedAt?: number })[]>;
  find(username: string): Promise<Account | undefined>;
  findBySubject(ssoSubject: string): Promise<Account | undefined>;
  add(account: Account, note: AuditEntry | undefined): Promise<'saved' | 'accountExists'>;
  /** `lastAdministrator`: nobody would be left who can administer, and nothing was changed. */
  change(
    username: string,
    change: AccountChange,
    now: number,
    together?: Together,
  ): Promise<'saved' | 'accountUnknown' | 'lastAdministrator'>;
  /** Takes one code of recovery off those that are left; false where it is not among them, or was taken meanwhile. */
  takeRecoveryCode(username: string, hash: string, note: AuditEntry): Promise<boolean>;
  /** Moves the last step on; false where a code of this step, or of a later one, was taken meanwhile. */
  takeTotpStep(username: string, step: number): Promise<boolean>;
  /** One more wrong password or code. `locked` tells of it where that locks the account. */
  countFailure(username: string, now: number, locked: AuditEntry): Promise<void>;
}

/** A signed-in browser. Only the hash of its token is stored. */
export interface StoredSession {
  /** Stays when the token changes. */
  sessionId: string;
  tokenHash: string;
  username: string;
  openedAt: number;
  lastUsedAt: number;
  expiresAt: number;
  ip: string;
  userAgent: string;
}

export interface SignIns {
  open(session: StoredSession, note: AuditEntry | undefined): Promise<void>;
  /** Undefined also when it has expired. */
  find(tokenHash: string, now: number): Promise<StoredSession | undefined>;
  findById(sessionId: string, now: number): Promise<StoredSession | undefined>;
  /** Last used first. */
  of(username: string, now: number): Promise<StoredSession[]>;
  use(sessionId: string, used: Pick<StoredSession, 'lastUsedAt' | 'expiresAt' | 'ip'>): Promise<void>;
  /** Of this account; false where it has no such session. */
  close(username: string, sessionId: string, note?: AuditEntry): Promise<boolean>;
  closeAll(username: string, note: AuditEntry): Promise<void>;
  /** The same session by another token: whoever had stolen the old one is out. */
  rotate(sessionId: string, tokenHash: string): Promise<void>;
}

/** Who did what at the centre: rows are added, each bound to the one before, and never changed. */
export interface Audit {
  /** For what no other table knows of. Whoever writes one calls `appendAudit` within its transaction. */
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditPage>;
  /** Every row from the first on, for `verifyChain`. */
  rows(): AsyncIterable<ChainedRow>;
}

/** A computer of a site that has shown a code of the centre. Only the hash of its credential is stored. */
export interface StoredDevice {
  deviceId: string;
  siteId: SiteId;
  tokenHash: string;
  name: string;
  enrolledAt: number;
  lastSeenAt: number;
  ip: string;
  userAgent: string;
}

export interface StoredEnrolment {
  codeHash: string;
  siteId: SiteId;
  issuedBy: string;
  expiresAt: number;
}

/** The sites' own computers (REG-14). */
export interface Devices {
  /** In the place of an earlier code for this site. */
  offer(enrolment: StoredEnrolment, note: AuditEntry): Promise<void>;
  /** The site that a code is for. The code is gone by then, also where it had expired: then undefined. */
  take(codeHash: string, now: number): Promise<StoredEnrolment | undefined>;
  add(device: StoredDevice, note: AuditEntry): Promise<void>;
  find(tokenHash: string): Promise<StoredDevice | undefined>;
  findById(deviceId: string): Promise<StoredDevice | undefined>;
  /** By site, newest first. */
  list(): Promise<StoredDevice[]>;
  see(deviceId: string, seen: Pick<StoredDevice, 'lastSeenAt' | 'ip' | 'userAgent'>): Promise<void>;
  /** False where there is no such device. */
  revoke(deviceId: string, note: AuditEntry): Promise<boolean>;
}
