/** The guard at work: what it decides, with the clock, our own acquaintances and the log. One for the whole edge. */

import type { Ban, BanReason, SipLog } from '../settings.ts';
import { createGuard, type GuardLimits, guardLimits, isScanner, type Verdict } from './guard.ts';

export interface Gate {
  /** False for a source that is met with silence; asked for each message and each connection. */
  welcomes(ip: string): boolean;
  /** True for a source with a call or a registration, or one that belongs to a site. */
  isKnown(ip: string): boolean;
  /** A request that begins a new transaction. */
  request(ip: string, userAgent: string | undefined): Verdict;
  /** A request of a transaction that stands; false where it is one too many. */
  repetition(ip: string): boolean;
  fault(ip: string, fault: Exclude<BanReason, 'flood'>): void;
  /** The final answer that a request of this source got from us. */
  final(ip: string, status: number, method: string): void;
  /** We call it ourselves, so that its answers must be heard. */
  approach(ip: string): void;
  readonly bans: readonly Ban[];
  unban(ip: string): void;
  /** How many sources it remembers. */
  readonly size: number;
}

/** Answers that someone gets who tries one name or password after the other. */
const suspicious = new Set([401, 403, 404, 405, 407, 484, 604]);

export interface GateOptions {
  limits: Partial<GuardLimits> | undefined;
  isKnown: (ip: string) => boolean;
  log: SipLog;
}

export function createGate({ limits, isKnown, log }: GateOptions): Gate {
  const guard = createGuard({ ...guardLimits, ...limits });

  function fault(ip: string, reason: Exclude<BanReason, 'flood'>): void {
    if (guard.fault(ip, reason, Date.now(), () => isKnown(ip)))
      log.warn({ code: 'banned', ip, reason }, 'sip source banned');
  }

  return {
    welcomes: (ip) => !guard.isSilent(ip, Date.now()),
    isKnown,
    request(ip, userAgent) {
      if (isScanner(userAgent)) fault(ip, 'scanner');
      if (guard.isSilent(ip, Date.now())) return 'silence';
      return guard.request(ip, Date.now(), () => isKnown(ip));
    },
    repetition: (ip) => guard.repetition(ip, Date.now(), () => isKnown(ip)),
    fault,
    final(ip, status, method) {
      if (suspicious.has(status)) fault(ip, 'failures');
      else if (status < 300 && (method === 'INVITE' || method === 'REGISTER')) guard.success(ip, Date.now());
    },
    approach: (ip) => guard.unban(ip),
    get bans() {
      return guard.bans(Date.now());
    },
    unban: (ip) => guard.unban(ip),
    get size() {
      return guard.size;
    },
  };
}
