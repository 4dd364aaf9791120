import { Refused } from '../../protocol/refusals.ts';

/** RFC 9110 13.1.1. Throws `Refused` (`etagMismatch`). @param about what it is of */
export function requireTag(etag: string, ifMatch: string, about: string): void {
  const wanted = ifMatch.split(',').map((tag) => tag.trim());
  if (!wanted.includes('*') && !wanted.includes(etag)) throw new Refused('etagMismatch', about);
}
