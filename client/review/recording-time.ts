import type { Gap, Part, Timeline } from '../../server/protocol/recording.ts';

/**
 * A recording's own time (`at`, ms, gaps counted) and a player's (seconds, without them), and back. Without parts, as
 * in a recording of one file, both are the same.
 */
type Laid = Pick<Timeline, 'parts'>;

/** Where the player stands at this moment of the recording; in a gap, at the beginning of what follows it. */
export function toMedia({ parts }: Laid, at: number): number {
  const part = parts.findLast((each) => each.at <= at) ?? parts[0];
  if (!part) return Math.max(0, at) / 1000;
  const inside = Math.max(0, at - part.at);
  // The last one may have grown since.
  return (part.mediaAt + (part === parts.at(-1) ? inside : Math.min(inside, part.durationMs))) / 1000;
}

export function toAt({ parts }: Laid, seconds: number): number {
  const mediaAt = Math.max(0, seconds * 1000);
  const part = parts.findLast((each) => each.mediaAt <= mediaAt) ?? parts[0];
  return part ? part.at + Math.max(0, mediaAt - part.mediaAt) : mediaAt;
}

/** Where a stream beside the program stands then, in seconds of its own; null while there is nothing of it. */
export function besideMedia(parts: readonly Part[], at: number): number | null {
  const part = parts.find((each) => each.at <= at && at < each.at + each.durationMs);
  return part ? (part.mediaAt + at - part.at) / 1000 : null;
}

export function gapAt(gaps: readonly Gap[], at: number): Gap | undefined {
  return gaps.find((gap) => gap.at <= at && at < gap.at + gap.durationMs);
}

/** A stretch of the recording's time, in ms. */
export interface Stretch {
  from: number;
  to: number;
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** `754`, `12:34`, `1:02:03` or `1h2m3s`, as people write times, in ms; null for anything else. */
export function parseTime(text: string): number | null {
  const given = text.trim().toLowerCase();
  if (/^\d{1,3}(?::[0-5]?\d){1,2}$/.test(given)) {
    return given.split(':').reduce((total, figure) => total * 60 + Number(figure), 0) * 1000;
  }
  if (/^\d{1,7}(?:\.\d{1,3})?s?$/.test(given)) return Math.round(Number.parseFloat(given) * 1000);
  if (!/^(?:\d{1,3}h)?(?:\d{1,3}m)?(?:\d{1,3}s)?$/.test(given) || given === '') return null;
  const figures = [...given.matchAll(/(\d+)([hms])/g)];
  return figures.reduce((total, [, n, unit = 's']) => total + Number(n) * (UNITS[unit] ?? 0), 0) * 1000;
}

/** What an address asks for: a moment (`?t=`), a stretch (`?from=&to=`), or an incident of the meeting (`?incident=`, REG-8). */
export function readAddress(search: string): { at?: number; stretch?: Stretch; incidentId?: string } {
  const asked = new URLSearchParams(search);
  const incidentId = asked.get('incident');
  if (incidentId) return { incidentId };
  const [at, from, to] = ['t', 'from', 'to'].map((name) => parseTime(asked.get(name) ?? ''));
  if (from != null && to != null && to > from) return { at: at ?? from, stretch: { from, to } };
  const begin = at ?? from;
  return begin == null ? {} : { at: begin };
}

/** The same as a part of an address; whole seconds, which is what people read out. */
export function writeAddress(path: string, place: { at: number } | Stretch): string {
  const second = (ms: number) => Math.floor(ms / 1000);
  if ('at' in place) return `${path}?t=${second(place.at)}`;
  return `${path}?from=${second(place.from)}&to=${Math.ceil(place.to / 1000)}`;
}
