import { createHash } from 'node:crypto';
import type { AuditEntry } from '../protocol/audit.ts';

/** What stands before the first row. */
export const CHAIN_START = '0'.repeat(64);

/** One row as it is stored. `json` is the canonical text of all else; `hash` is over it and the row before. */
export interface ChainedRow {
  seq: number;
  json: string;
  hash: string;
}

/** The same entry always gives the same text: keys sorted, no blanks (RFC 8785, of which these values need no more). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}

export function chain(previous: Pick<ChainedRow, 'seq' | 'hash'> | undefined, entry: AuditEntry): ChainedRow {
  const seq = (previous?.seq ?? 0) + 1;
  const json = canonical({ ...entry, seq });
  return { seq, json, hash: hashOf(previous?.hash ?? CHAIN_START, json) };
}

export interface Verdict {
  /** Rows that hold, from the first on. */
  sound: number;
  /** Hash of the last of them; noted elsewhere, it shows later whether the end was cut off. */
  head: string;
  /** The first row that is not as it was written; a missing one counts by the number that it had. */
  broken?: { seq: number; fault: 'changed' | 'missing' };
}

/** Reads rows by their number and stops at the first that does not follow from the one before. */
export async function verifyChain(rows: AsyncIterable<ChainedRow> | Iterable<ChainedRow>): Promise<Verdict> {
  let sound = 0;
  let head = CHAIN_START;
  for await (const { seq, json, hash } of rows) {
    if (seq !== sound + 1) return { sound, head, broken: { seq: sound + 1, fault: 'missing' } };
    if (hashOf(head, json) !== hash) return { sound, head, broken: { seq, fault: 'changed' } };
    sound = seq;
    head = hash;
  }
  return { sound, head };
}

function hashOf(previous: string, json: string): string {
  return createHash('sha256').update(`${previous}\n${json}`).digest('hex');
}
