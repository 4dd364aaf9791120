/**
 * Which algorithms somebody is challenged with. RFC 8760 §2.1 wants the strongest first and the others behind it, each in a header of
 * its own, and a client to pass over what it does not know (§2.4). Many older ones give up at the first one instead. So who was
 * offered both and comes back with a new request and still no credentials is offered MD5 alone, which everybody was offered anyway.
 * Pure: the time is an input.
 */
import { quirksOf } from '../quirks.ts';
import type { Algorithm } from './digest.ts';

/** Who is challenged. Unproven, all of it. */
export interface Asker {
  ip: string;
  /** User part of From. */
  user: string;
  userAgent: string | undefined;
  /** Call-ID and CSeq: the same in a repetition. */
  request: string;
}

export interface Offers {
  /** The algorithms for this challenge, the preferred one first. */
  to(asker: Asker, now: number): Algorithm[];
  /** It has answered with SHA-256. */
  understood(asker: Asker): void;
  /** How many are remembered. */
  readonly size: number;
}

/** Milliseconds, and a count above which the eldest are forgotten. */
const memory = { ms: 600_000, most: 1_024 };

export function createOffers(): Offers {
  /** The request that was offered both, by asker. */
  const offered = new Map<string, { request: string; at: number; onlyMd5: boolean }>();

  return {
    to(asker, now) {
      if (quirksOf(asker.userAgent).onlyMd5) return ['MD5'];
      const key = keyOf(asker);
      const before = offered.get(key);
      const isKnown = before !== undefined && before.at + memory.ms > now;
      const onlyMd5 = isKnown && (before.onlyMd5 || before.request !== asker.request);
      offered.delete(key);
      offered.set(key, { request: asker.request, at: now, onlyMd5 });
      const [eldest] = offered.keys();
      if (offered.size > memory.most && eldest !== undefined) offered.delete(eldest);
      return onlyMd5 ? ['MD5'] : ['SHA-256', 'MD5'];
    },
    understood: (asker) => void offered.delete(keyOf(asker)),
    get size() {
      return offered.size;
    },
  };
}

const keyOf = ({ ip, user }: Asker): string => `${ip} ${user.slice(0, 128)}`;
