import type { Advice, EndedLineTest, LineTest } from '../../server/protocol/line-tests.ts';
import { callWords } from '../console/calls/call-words.ts';
import { currentLocale, formatDateTime, formatNumber } from '../ui/words.svelte.ts';
import { words } from './words.ts';

/** `512 kbit/s`, `2,4 Mbit/s`. */
export function sayRate(kbps: number): string {
  if (kbps < 1_000) return `${formatNumber(Math.round(kbps))} kbit/s`;
  return `${formatNumber(kbps / 1_000, { maximumFractionDigits: 1 })} Mbit/s`;
}

export function sayShare(share: number): string {
  return `${formatNumber(share * 100, { maximumFractionDigits: share < 0.1 ? 1 : 0 })} %`;
}

export function sayMs(ms: number): string {
  return `${formatNumber(Math.round(ms))} ms`;
}

/** How loud the codec's microphone was. */
export function sayLevel({ levelDb }: { levelDb?: number | undefined }): string {
  return levelDb === undefined ? words.silent : `${formatNumber(levelDb)} dB`;
}

/** How long its sound took to the centre and back, by its parts. */
export function sayLoop(centreMs: number, roundTripMs: number | undefined): string {
  const line = roundTripMs === undefined ? '–' : sayMs(roundTripMs);
  return words.loop({ total: sayMs(centreMs + (roundTripMs ?? 0)), line, centre: sayMs(centreMs) });
}

/** One sentence with what is to be done. */
export function sayAdvice({ advice, direction = 'up', value = 0, limit = 0 }: Advice): string {
  const say = SAYERS[advice];
  const text = words.advice[advice];
  if (typeof text === 'string') return text;
  return text({ value: say(value), limit: say(limit), direction: words.direction[direction] });
}

const SAYERS: Record<Advice['advice'], (value: number) => string> = {
  fine: sayRate,
  fineCall: sayRate,
  loss: sayShare,
  jitter: sayMs,
  roundTrip: sayMs,
  belowCapacity: sayRate,
  aboveTargetLoss: sayShare,
  aboveTargetJitter: sayMs,
  aboveTargetRoundTrip: sayMs,
  mediumPicture: sayRate,
  smallPicture: sayRate,
  soundOnly: sayRate,
  nothing: sayRate,
  processor: sayRate,
  nothingSent: sayRate,
};

/** Why there is no result, and what to do. */
export function sayFailure({ failure, cause = 'error' }: Extract<EndedLineTest, { status: 'failed' }>): string {
  if (failure !== 'call') return words.failures[failure];
  return words.failures.call({ cause: callWords.callCause[cause].toLocaleLowerCase(currentLocale()) });
}

/** When, how and by whom. */
export function sayTest({ startedAt, way, by }: LineTest): string {
  const who = by.startsWith('device:') ? words.device : by.startsWith('link:') ? words.link : by;
  return words.said({ time: formatDateTime(startedAt), way: words.ways[way], by: who });
}
