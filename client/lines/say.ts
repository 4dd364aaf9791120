import type { Cause, ChartFlow, LineNode } from '../../server/protocol/quality.ts';
import { sayCause } from '../console/line-words.ts';
import { formatNumber } from '../ui/words.svelte.ts';
import { words } from './words.ts';

/** `650 kbit/s`, `1,2 Mbit/s`. */
export function formatRate(kbps: number): string {
  if (kbps < 1_000) return `${formatNumber(Math.round(kbps))} kbit/s`;
  return `${formatNumber(kbps / 1_000, { maximumFractionDigits: kbps < 10_000 ? 1 : 0 })} Mbit/s`;
}

/** A share: `0,4 %`. */
export function formatShare(share: number): string {
  return `${formatNumber(share * 100, { maximumFractionDigits: share < 0.1 ? 1 : 0 })} %`;
}

export const formatMs = (ms: number): string => `${formatNumber(Math.round(ms))} ms`;
export const formatOpinion = (score: number): string =>
  formatNumber(score, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** "Picture Na Rì, layer 2". Of a line's own streams the name is known already. */
export function sayFlow(
  { stream, layer }: Omit<ChartFlow, 'kbps'>,
  names: Readonly<Record<string, string>>,
  ownId: string,
): string {
  const isCommon = !['camera', 'microphone', 'screen', 'screenAudio'].includes(stream.source);
  const name = names[stream.participantId];
  const source = words.sources[stream.source];
  const what =
    isCommon || stream.participantId === ownId || name === undefined ? source : words.flowOf({ source, name });
  const whose = stream.for === undefined ? '' : (names[stream.for] ?? '');
  return [what, whose, stream.tier ?? '', layer === undefined ? '' : words.layer({ n: layer + 1 })]
    .filter((part) => part !== '')
    .join(', ');
}

/** Why, the worst first: "loss 4 %, from the site". */
export function sayReasons(reasons: readonly Cause[]): string {
  return reasons.map(sayCause).join('; ');
}

/** What is known of one direction, in a few figures. */
export function sayHalf({ loss, jitterMs, roundTripMs, speech, picture }: LineNode['up']): string {
  return [
    loss === undefined ? '' : `${words.charts.loss} ${formatShare(loss)}`,
    jitterMs === undefined ? '' : `${words.charts.jitter} ${formatMs(jitterMs)}`,
    roundTripMs === undefined ? '' : `${words.charts.roundTrip} ${formatMs(roundTripMs)}`,
    speech === undefined ? '' : `${words.sources.microphone} ${formatOpinion(speech)}`,
    picture === undefined ? '' : `${words.sources.camera} ${formatOpinion(picture)}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
