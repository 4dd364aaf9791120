import type { Cause, ChartFlow, LineNode, RoomCourse } from '../../server/protocol/quality.ts';
import { lineWords, sayCause } from '../console/line-words.ts';
import { formatNumber, formatTime } from '../ui/words.svelte.ts';
import { isBad, rankOf, stretchAt } from './course.ts';
import { words } from './words.ts';

const MOST_SAID = 4;

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
  { stream, layer }: Pick<ChartFlow, 'stream' | 'layer'>,
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

/** Each that was not good at this moment, the worst first: "Line poor: Ba Bể". A few, of many. */
export function sayBadLines(lines: RoomCourse['lines'], at: number): string[] {
  const bad = lines.flatMap(({ name, stretches }) => {
    const own = stretchAt(stretches, at);
    return own && isBad(own.level) ? [{ name, level: own.level }] : [];
  });
  bad.sort((a, b) => rankOf(b.level) - rankOf(a.level));
  const said = bad.slice(0, MOST_SAID).map(({ name, level }) => `${lineWords.levels[level]}: ${name}`);
  return bad.length > MOST_SAID ? [...said, '…'] : said;
}

const DAY_MS = 86_400_000;

/** A time below an axis: with the day where more than one is shown, with seconds where they are far apart. */
export function sayTick(at: number, spanMs: number): string {
  if (spanMs <= 2 * DAY_MS) return formatTime(at, spanMs < 900_000);
  const date = new Date(at);
  const day = `${date.getDate()}/${date.getMonth() + 1}`;
  return date.getHours() === 0 ? day : `${day} ${formatTime(at)}`;
}
