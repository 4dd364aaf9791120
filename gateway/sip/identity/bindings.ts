/** What each account has registered (RFC 3261 §10.3, steps 6 to 8). Pure: the time is an input, nothing is awaited. */
import type { Source } from '../dialog/dialog.ts';
import type { Binding } from '../settings.ts';
import { type Contact, defaultExpires, readContacts, readExpires } from './contacts.ts';
import { isSameContact, readSipUri } from './uris.ts';

/** A REGISTER of somebody who has proven to be the account. Header values as they came. */
export interface RegisterRequest {
  account: string;
  contacts: readonly string[];
  expires: string | undefined;
  callId: string;
  cseq: number;
  source: Source;
  /** No proxy on the way, so that the source is the codec itself, or its NAT. */
  isDirect: boolean;
  userAgent: string | undefined;
}

export type RegisterResult =
  | { status: 200; changed: boolean }
  | { status: 400 | 403 | 500; reason: string }
  /** RFC 3261 §21.4.17: shorter than `minExpires` seconds. */
  | { status: 423; minExpires: number };

export interface BoundContact {
  binding: Binding;
  /** False once the connection that it came over is gone. Always true on UDP. */
  isConnected: boolean;
}

/** Seconds and counts. */
export const registrarLimits = {
  minExpires: 60,
  maxExpires: 3_600,
  /** On UDP behind a NAT, whose mapping is forgotten early; the refresh keeps it alive. */
  maxExpiresBehindNat: 90,
  perAccount: 10,
} as const;

export interface Bindings {
  register(request: RegisterRequest, now: number): RegisterResult;
  /** Those that live, the freshest first. */
  of(account: string, now: number): BoundContact[];
  /** All that live and came from this very source. */
  at(source: Source, now: number): BoundContact[];
  /** True if any that lives came from this address. */
  comesFrom(ip: string, now: number): boolean;
  /** Takes up bindings of an earlier process, whose connections are gone. */
  restore(bindings: readonly Binding[], now: number): void;
  /** The connection is gone: what was bound over it can be reached, and be recognised, by it no more. */
  disconnect(source: Source): void;
  /** Removes what has expired; the accounts that lost something. */
  expire(now: number): string[];
  /** When the next one expires, in milliseconds since 1970. */
  readonly nextExpiry: number | undefined;
}

export function createBindings(): Bindings {
  /** By account; the freshest first. */
  const accounts = new Map<string, BoundContact[]>();
  const all = () => [...accounts.values()].flat();
  const isLive = (now: number) => (bound: BoundContact) => bound.binding.expiresAt > now;

  function keep(account: string, bound: BoundContact[]): void {
    if (bound.length === 0) accounts.delete(account);
    else accounts.set(account, bound.slice(0, registrarLimits.perAccount)); // a codec that got a new address must get in
  }

  return {
    register(request, now) {
      const standing = (accounts.get(request.account) ?? []).filter(isLive(now));
      const next = apply(standing, request, now);
      if (!Array.isArray(next)) return next;
      keep(request.account, next);
      return { status: 200, changed: request.contacts.length > 0 };
    },
    of: (account, now) => (accounts.get(account) ?? []).filter(isLive(now)),
    at: (source, now) => all().filter((bound) => isLive(now)(bound) && isSameSource(bound.binding.source, source)),
    comesFrom: (ip, now) => all().some((bound) => isLive(now)(bound) && bound.binding.source.ip === ip),
    restore(bindings, now) {
      const live = bindings.filter(({ expiresAt }) => expiresAt > now);
      for (const binding of live.toSorted((a, b) => b.expiresAt - a.expiresAt)) {
        const standing = accounts.get(binding.account) ?? [];
        if (standing.some((bound) => isSameContact(bound.binding.contact, binding.contact))) continue; // newer than a memory
        keep(binding.account, [...standing, { binding, isConnected: binding.source.transport === 'udp' }]);
      }
    },
    disconnect(source) {
      for (const bound of all()) if (isSameSource(bound.binding.source, source)) bound.isConnected = false;
    },
    expire(now) {
      const poorer: string[] = [];
      for (const [account, bound] of [...accounts]) {
        const live = bound.filter(isLive(now));
        if (live.length < bound.length) poorer.push(account);
        keep(account, live);
      }
      return poorer;
    },
    get nextExpiry() {
      const times = all().map(({ binding }) => binding.expiresAt);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}

function apply(
  standing: BoundContact[],
  request: RegisterRequest,
  now: number,
): BoundContact[] | Exclude<RegisterResult, { status: 200 }> {
  const contacts = readContacts(request.contacts);
  const headerExpires = readExpires(request.expires);
  if (contacts === undefined) return { status: 400, reason: 'Bad Contact' };
  // §10.3 step 7: an update that is not newer than what the same client said before is refused as a whole.
  const isOld = ({ binding }: BoundContact) => binding.callId === request.callId && request.cseq <= binding.cseq;
  if (contacts === '*') {
    if (headerExpires !== 0) return { status: 400, reason: 'Contact * needs Expires 0' }; // §10.3 step 6
    return standing.some(isOld) ? { status: 500, reason: 'CSeq is not newer' } : [];
  }
  const wanted = contacts.map((contact) => ({ contact, seconds: contact.expires ?? headerExpires ?? defaultExpires }));
  const { minExpires } = registrarLimits;
  if (wanted.some(({ seconds }) => seconds > 0 && seconds < minExpires)) return { status: 423, minExpires };
  let bound = standing;
  for (const { contact, seconds } of wanted) {
    const same = bound.find(({ binding }) => isSameContact(binding.contact, contact.uri));
    if (same && standing.includes(same) && isOld(same)) return { status: 500, reason: 'CSeq is not newer' };
    bound = bound.filter((other) => other !== same);
    if (seconds > 0) bound = [bind(request, contact, seconds, now), ...bound];
  }
  return bound;
}

function bind(request: RegisterRequest, contact: Contact, seconds: number, now: number): BoundContact {
  const { account, callId, cseq, isDirect, source, userAgent } = request;
  const { maxExpires, maxExpiresBehindNat } = registrarLimits;
  const isNatted = source.transport === 'udp' && isDirect && readSipUri(contact.uri)?.host !== source.ip;
  const granted = Math.min(seconds, isNatted ? maxExpiresBehindNat : maxExpires);
  const binding: Binding = {
    ...{ account, callId, cseq, contact: contact.uri, source, expiresAt: now + granted * 1_000 },
    ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, 128) }),
  };
  return { binding, isConnected: true };
}

const isSameSource = (a: Source, b: Source): boolean =>
  a.ip === b.ip && a.port === b.port && a.transport === b.transport;
