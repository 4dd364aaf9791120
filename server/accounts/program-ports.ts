import type { AuditEntry } from '../protocol/audit.ts';
import type { TokenSummary } from '../protocol/programs.ts';

// Programs' access tokens and what they were answered, as the store keeps them. Times are milliseconds since 1970.

/** An access token. Only its hash is stored. */
export interface StoredToken extends TokenSummary {
  tokenHash: string;
}

export interface Tokens {
  /** Newest first. */
  list(): Promise<StoredToken[]>;
  find(tokenHash: string): Promise<StoredToken | undefined>;
  /** `tokenNameTaken`: one that is not revoked has this name. */
  add(token: StoredToken, note: AuditEntry): Promise<'saved' | 'tokenNameTaken'>;
  /** What it was named; undefined where there is none that still holds. */
  revoke(tokenId: string, at: number, note: (name: string) => AuditEntry): Promise<string | undefined>;
  use(tokenId: string, used: { lastUsedAt: number; lastIp: string }): Promise<void>;
}

/** What a request with an Idempotency-Key was answered. */
export interface StoredAnswer {
  tokenId: string;
  key: string;
  /** Of what was asked. */
  fingerprint: string;
  status: number;
  /** JSON. */
  body: string;
  answeredAt: number;
}

export interface Answers {
  find(tokenId: string, key: string): Promise<StoredAnswer | undefined>;
  /** Those that are older than `before` are forgotten. */
  keep(answer: StoredAnswer, before: number): Promise<void>;
}
