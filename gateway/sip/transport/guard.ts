/**
 * Who floods, who scans, and who is met with silence for it. Pure: the time is an input, in milliseconds since 1970, and what
 * follows from a verdict is done by the edge. A source is an IPv4 address or an IPv6 /64, within which addresses cost nothing.
 *
 * UDP addresses can be forged, so a source with a call, a registration or a site of ours is slowed down but never banned.
 */
import { isIPv6 } from 'node:net';
import type { Ban, BanReason } from '../settings.ts';

export interface Allowance {
  /** How many may come in one go. */
  burst: number;
  perSecond: number;
}

/** Where the bounds are; times in milliseconds. A proxy or a NAT may stand for hundreds of codecs that all come back at once after a power cut. */
export interface GuardLimits {
  /** New transactions of a source that we know nothing of. */
  stranger: Allowance;
  /**
   * New transactions of all such sources together: where they are forged, each is another one, and each message costs the library
   * milliseconds to read. What it takes to serve those that we know stays free.
   */
  strangers: Allowance;
  /** New transactions of a source with a call or a registration, or that had one not long ago. */
  known: Allowance;
  /** Of a source that we do not know now: what belongs to a transaction that stands, nearly all of it repeated. */
  repeats: Allowance;
  /** How long ago that may be. */
  familiarMs: number;
  /** Refusals (401, 403, 404 …) until a ban. */
  failures: Allowance;
  /** Messages that are no SIP until a ban. */
  malformed: Allowance;
  /** The first ban; each further one lasts twice as long, up to `longestBanMs`. */
  banMs: number;
  longestBanMs: number;
  /** Sources remembered; beyond it the one that has been quiet for longest is forgotten. */
  sources: number;
}

export const guardLimits: GuardLimits = {
  stranger: { burst: 400, perSecond: 20 },
  strangers: { burst: 1_000, perSecond: 50 },
  known: { burst: 2_000, perSecond: 200 },
  repeats: { burst: 400, perSecond: 40 },
  familiarMs: 3_600_000,
  failures: { burst: 30, perSecond: 0.1 },
  malformed: { burst: 60, perSecond: 0.5 },
  banMs: 600_000,
  longestBanMs: 86_400_000,
  sources: 4_096,
};

/** `overload`: say 503, so that a well-meaning proxy slows down; `silence`: it does not listen. */
export type Verdict = 'pass' | 'overload' | 'silence';

export interface Guard {
  /** True for a banned source; counts the attempt. */
  isSilent(ip: string, now: number): boolean;
  /** A request that begins a new transaction. `isKnown` is asked only when it matters. */
  request(ip: string, now: number, isKnown: () => boolean): Verdict;
  /** A request of a transaction that stands. False where there are too many: it is to be dropped, and will be said again. */
  repetition(ip: string, now: number, isKnown: () => boolean): boolean;
  /** Something that speaks against the source. True if it is banned now and was not before. */
  fault(ip: string, fault: Exclude<BanReason, 'flood'>, now: number, isKnown: () => boolean): boolean;
  /** A call or a registration was let in: what went wrong before was a mistake. */
  success(ip: string, now: number): void;
  bans(now: number): Ban[];
  /** `ip` as it stands in a ban, or any address of that source. */
  unban(ip: string): void;
  /** How many sources it remembers. */
  readonly size: number;
}

interface Level {
  spent: number;
  at: number;
}

interface Record {
  requests: Level;
  repeats: Level;
  failures: Level;
  malformed: Level;
  familiarUntil: number;
  bans: number;
  ban: Ban | undefined;
}

export function createGuard(limits: GuardLimits = guardLimits): Guard {
  const records = new Map<string, Record>();
  const all: Level = { spent: 0, at: 0 };

  function recordOf(ip: string, now: number): Record {
    const source = sourceOf(ip);
    const fresh = (): Level => ({ spent: 0, at: now });
    const record = records.get(source) ?? {
      requests: fresh(),
      repeats: fresh(),
      failures: fresh(),
      malformed: fresh(),
      familiarUntil: 0,
      bans: 0,
      ban: undefined,
    };
    records.delete(source);
    records.set(source, record); // the last in the map is the one heard last
    if (records.size > limits.sources) forgetOne(now);
    return record;
  }

  /** A banned source only where there is no other: else an attacker with many addresses would lift its own bans. */
  function forgetOne(now: number): void {
    let eldest: string | undefined;
    for (const [source, record] of records) {
      eldest ??= source;
      if (isBanned(record, now)) continue;
      eldest = source;
      break;
    }
    if (eldest !== undefined) records.delete(eldest);
  }

  /** A stranger that does nothing wrong itself, while others may. */
  function crowd(now: number, isKnown: () => boolean): Verdict {
    const { burst } = limits.strangers;
    const before = { ...all };
    const spent = spend(all, limits.strangers, now);
    if (spent <= burst) return 'pass';
    if (spent > 2 * burst) Object.assign(all, { spent: 2 * burst });
    if (!isKnown()) return spent <= 2 * burst ? 'overload' : 'silence';
    Object.assign(all, before);
    return 'pass';
  }

  function ban(ip: string, reason: BanReason, now: number): void {
    const record = recordOf(ip, now);
    const duration = Math.min(limits.banMs * 2 ** record.bans, limits.longestBanMs);
    record.bans += 1;
    record.ban = { ip: sourceOf(ip), until: now + duration, reason, attempts: 0 };
  }

  function isBanned(record: Record | undefined, now: number): record is Record & { ban: Ban } {
    return record?.ban !== undefined && record.ban.until > now;
  }

  return {
    get size() {
      return records.size;
    },
    isSilent(ip, now) {
      const record = records.get(sourceOf(ip));
      if (!isBanned(record, now)) return false;
      record.ban.attempts += 1;
      return true;
    },
    request(ip, now, isKnown) {
      const { requests, familiarUntil } = recordOf(ip, now);
      const before = { ...requests };
      const usual = familiarUntil > now ? limits.known : limits.stranger;
      const spent = spend(requests, usual, now);
      if (spent <= usual.burst) return usual === limits.known ? 'pass' : crowd(now, isKnown);
      if (isKnown()) {
        Object.assign(requests, before);
        return spend(requests, limits.known, now) <= limits.known.burst ? 'pass' : 'overload';
      }
      if (spent <= 2 * usual.burst) return 'overload';
      if (spent > 4 * usual.burst) ban(ip, 'flood', now);
      return 'silence';
    },
    repetition(ip, now, isKnown) {
      return spend(recordOf(ip, now).repeats, limits.repeats, now) <= limits.repeats.burst || isKnown();
    },
    fault(ip, fault, now, isKnown) {
      const record = recordOf(ip, now);
      if (isBanned(record, now)) return false;
      const tooMuch = fault === 'scanner' || spend(record[fault], limits[fault], now) > limits[fault].burst;
      if (!tooMuch || isKnown()) return false;
      ban(ip, fault, now);
      return true;
    },
    success(ip, now) {
      const record = recordOf(ip, now);
      record.failures.spent = 0;
      record.familiarUntil = now + limits.familiarMs;
    },
    bans: (now) =>
      [...records.values()].filter((record) => isBanned(record, now)).flatMap(({ ban }) => (ban ? [{ ...ban }] : [])),
    unban(ip) {
      records.delete(sourceOf(ip));
    },
  };
}

/** One more; what was spent runs off with time. Answers with what is spent now. */
function spend(level: Level, { perSecond }: Allowance, now: number): number {
  level.spent = Math.max(0, level.spent - (Math.max(0, now - level.at) / 1_000) * perSecond) + 1;
  level.at = now;
  return level.spent;
}

/** `2001:db8:1:2::9` → `2001:db8:1:2::/64`; IPv4, and a source already, as it is. */
export function sourceOf(ip: string): string {
  const [address = ''] = ip.split('%');
  if (!isIPv6(address)) return ip;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0);
  while (groups.length < 8 - after) groups.push('0');
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  // On one link, or one machine, each address is a neighbour of its own.
  if (prefix[0]?.startsWith('fe80') || prefix.every((group) => group === '0')) return address;
  return `${prefix.join(':')}::/64`;
}

const scanners =
  /friendly-(?:scanner|request)|sipvicious|sipcli|sip-?scan|sundayddr|\biwar\b|\bsivus\b|\bsmap\b|vax(?:sip|ip)useragent|siparmyknife|\bpplsip\b|sipptk/i;

/** Known scanners give themselves away by their User-Agent. */
export function isScanner(userAgent: string | undefined): boolean {
  return userAgent !== undefined && scanners.test(userAgent);
}

/** What NATs are kept open with, and no message: blank lines, zeros (RFC 5626 §3.5.1), STUN (§3.5.2). */
export function isKeepAlive(bytes: Buffer): boolean {
  if (bytes.length <= 4) return true;
  if (bytes.every((octet) => octet === 0x0d || octet === 0x0a)) return true;
  return bytes.length >= 20 && (bytes[0] ?? 0xff) < 2 && bytes.readUInt32BE(4) === 0x2112a442;
}
