/**
 * Session timers (RFC 4028), the pure part: what is offered, what is answered, what was agreed. We take part, so that proxies
 * and peers which count on it are served; but no call of ours ends for want of a refresh, as devices get this wrong. Whether
 * the peer is there is for `probe.ts` to say.
 */
import { listsTag } from './session-headers.ts';

export interface TimerSettings {
  /** What our own calls ask for, in seconds. */
  expires: number;
  /** The least that is taken, in seconds (§4: 90). */
  minimum: number;
}

/** §7.1: as long as the RFC recommends. */
export const usualTimer: TimerSettings = { expires: 1_800, minimum: 90 };

export interface Agreed {
  seconds: number;
  refresher: 'us' | 'them';
}

export type TimerAnswer =
  | { kind: 'tooSmall'; headers: string[] }
  | { kind: 'taken'; headers: string[]; agreed: Agreed | undefined };

/** Of any message. */
export interface Headers {
  getHeader(name: string): string | undefined;
  getHeaders(name: string): string[];
}

/** The answer to a request of the peer: an INVITE, re-INVITE or UPDATE (§9). */
export function answerTimer(message: Headers, { minimum }: TimerSettings): TimerAnswer {
  const asked = readExpires(message);
  if (!asked) return { kind: 'taken', headers: [], agreed: undefined };
  const knowsTimers = listsTag(message, 'Supported', 'timer') || listsTag(message, 'Require', 'timer');
  if (asked.seconds < minimum) {
    // Who does not know the extension would not understand a 422: it is answered as if we did not either.
    if (!knowsTimers) return { kind: 'taken', headers: [], agreed: undefined };
    return { kind: 'tooSmall', headers: [`Min-SE: ${minimum}`] };
  }
  // Table 2 of §9: its choice; else the one who knows how, and a header without an extension may have come from a proxy.
  const refresher = asked.refresher ?? (knowsTimers ? 'uac' : 'uas');
  const headers = [`Session-Expires: ${asked.seconds};refresher=${refresher}`];
  if (knowsTimers) headers.push('Require: timer');
  return { kind: 'taken', headers, agreed: { seconds: asked.seconds, refresher: refresher === 'uas' ? 'us' : 'them' } };
}

/** For a request of ours (§7.1). We offer to refresh, as that asks least of the peer. */
export function offerTimer(agreed: Agreed, minimum: number): string[] {
  const refresher = agreed.refresher === 'us' ? 'uac' : 'uas';
  return [`Session-Expires: ${agreed.seconds};refresher=${refresher}`, `Min-SE: ${minimum}`];
}

/** What a 2xx to a request of ours agrees to (§7.2); without a refresher it is us, whom it had to name. */
export function agreedTimer(response: Headers): Agreed | undefined {
  const expires = readExpires(response);
  return expires && { seconds: expires.seconds, refresher: expires.refresher === 'uas' ? 'them' : 'us' };
}

/** The interval that a 422 demands (§7.3), if it can be granted. Seconds. */
export function demandedMinimum(response: Headers): number | undefined {
  const seconds = Number(/^\s*(\d{1,9})\b/.exec(response.getHeader('Min-SE') ?? '')?.[1] ?? Number.NaN);
  return Number.isNaN(seconds) ? undefined : seconds;
}

function readExpires(message: Headers): { seconds: number; refresher?: 'uac' | 'uas' } | undefined {
  const value = message.getHeader('Session-Expires') ?? '';
  const seconds = /^\s*(\d{1,9})\b/.exec(value)?.[1];
  if (seconds === undefined) return undefined;
  const refresher = /;\s*refresher\s*=\s*"?(uac|uas)\b/i.exec(value)?.[1]?.toLowerCase();
  if (refresher !== 'uac' && refresher !== 'uas') return { seconds: Number(seconds) };
  return { seconds: Number(seconds), refresher };
}
