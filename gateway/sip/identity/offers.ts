/**
 * Which algorithms somebody is challenged with. RFC 8760 §2.3 wants the strongest first and the others behind it, each in a header of
 * its own, and a client to pass over what it does not know (§2.4). Older ones look at the first alone, or give up at what they do
 * not know. So who comes back with a new request and still no credentials is offered MD5 first, and in the end nothing else; it was
 * among the offers from the beginning. Who does not even name its product gets MD5 first at once: it is a tool such as SIPp 3.6,
 * which ends a call at a first challenge that is not MD5.
 * Pure: the time is an input.
 */
import { createHash } from 'node:crypto';
import { quirksOf } from '../sdp/quirks.ts';
import { addressIn } from './contacts.ts';
import type { Algorithm } from './digest.ts';
import { readSipUri } from './uris.ts';

/** Who is challenged. Unproven, all of it. */
export interface Asker {
  ip: string;
  /** User part of From. */
  user: string;
  userAgent: string | undefined;
  /** Call-ID and CSeq: the same in a repetition. */
  request: string;
}

/** `header`: of its request, by the canonical name. */
export function askerOf(header: (name: string) => string | undefined, { ip }: { ip: string }): Asker {
  const user = readSipUri(addressIn(header('From') ?? ''))?.user ?? '';
  return { ip, user, userAgent: header('User-Agent'), request: `${header('Call-ID')} ${header('CSeq')}` };
}

export interface Offers {
  /** The algorithms for this challenge, the preferred one first. */
  to(asker: Asker, now: number): Algorithm[];
  /** It has answered a challenge, rightly or wrongly. */
  answered(asker: Asker, algorithm: Algorithm): void;
  /** How many are remembered. */
  readonly size: number;
}

/** Milliseconds, and a count above which the eldest are forgotten. */
const memory = { ms: 600_000, most: 1_024 };

export function createOffers(): Offers {
  /** By asker: the request that was challenged last, and how many challenges went unanswered. */
  const asked = new Map<string, { request: string; at: number; misses: number; isAnswered: boolean }>();

  return {
    to(asker, now) {
      if (quirksOf(asker.userAgent).onlyMd5) return ['MD5'];
      const key = keyOf(asker);
      const known = asked.get(key);
      const before = known && known.at + memory.ms > now ? known : undefined;
      const request = createHash('sha256').update(asker.request).digest('base64'); // a Call-ID may be as long as a message
      const isMiss = before !== undefined && !before.isAnswered && before.request !== request;
      const misses = (before?.misses ?? 0) + (isMiss ? 1 : 0);
      asked.delete(key);
      asked.set(key, { request, at: now, misses, isAnswered: false });
      const [eldest] = asked.keys();
      if (asked.size > memory.most && eldest !== undefined) asked.delete(eldest);
      if (misses === 0 && asker.userAgent !== undefined) return ['SHA-256', 'MD5'];
      return misses < 3 ? ['MD5', 'SHA-256'] : ['MD5'];
    },
    answered(asker, algorithm) {
      const known = asked.get(keyOf(asker));
      if (algorithm !== 'MD5') asked.delete(keyOf(asker));
      else if (known) known.isAnswered = true;
    },
    get size() {
      return asked.size;
    },
  };
}

const keyOf = ({ ip, user }: Asker): string => `${ip} ${user.slice(0, 128)}`;
