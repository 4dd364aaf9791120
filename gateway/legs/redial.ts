import type { CallCause } from '../../server/protocol/records.ts';

/** Seconds before the next attempt; the last one again and again. */
const BACK_OFF_SECONDS = [5, 15, 30, 60] as const;
/** After so many attempts the centre has to ask anew. */
const MAX_ATTEMPTS = 20;
/** Trying the same address again changes nothing. */
const HOPELESS: ReadonlySet<CallCause> = new Set<CallCause>([
  'notFound',
  'authenticationFailed',
  'mediaRefused',
  'encryptionRefused',
]);
/** Somebody has decided. */
const DECIDED: ReadonlySet<CallCause> = new Set<CallCause>(['declined', 'hungUp', 'cancelled']);

export interface FailedAttempt {
  /** From 1. */
  attempt: number;
  cause: CallCause;
  /** The address that was tried. */
  tried: string;
  address: string;
  fallback?: string | undefined;
  /** Without it only the fallback address is tried, once. */
  redial: boolean;
}

export interface NextAttempt {
  address: string;
  afterMs: number;
}

/**
 * Whether and when a call is tried again, and where: the address twice, then in turn with the fallback.
 * @param random 0 to 1: sites that failed together are not all called in the same instant
 */
export function nextAttempt(failed: FailedAttempt, random: number): NextAttempt | null {
  const { attempt, cause, tried, address, fallback, redial } = failed;
  if (DECIDED.has(cause) || attempt >= MAX_ATTEMPTS) return null;
  const other = tried === address ? fallback : address;
  if (HOPELESS.has(cause)) {
    const untried = tried === address && attempt <= 2 && fallback !== undefined;
    return untried ? { address: fallback, afterMs: 0 } : null;
  }
  if (!redial) return tried === address && fallback !== undefined ? { address: fallback, afterMs: 0 } : null;
  const seconds = BACK_OFF_SECONDS[Math.min(attempt, BACK_OFF_SECONDS.length) - 1] ?? 60;
  const stays = attempt === 1 || other === undefined;
  return { address: stays ? tried : other, afterMs: Math.round(seconds * 1000 * (0.8 + 0.4 * random)) };
}
