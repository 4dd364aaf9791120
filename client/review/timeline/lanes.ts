import type { Chapter, Timeline } from '../../../server/protocol/recording.ts';
import type { Stretch } from '../recording-time.ts';

/** What is drawn under the picture. A stretch without an end reaches to the end of the recording. */
export interface Bar extends Stretch {
  chapter: Chapter;
}
export interface Lanes {
  /** Who had the floor: rows in which nothing overlaps. */
  floor: Bar[][];
  layout: Bar[];
  content: Bar[];
  /** Slides before the meeting and in its breaks, sites lost, what the recorder warned of. */
  events: Bar[];
}

const KINDS = {
  floor: 'floor',
  layout: 'layout',
  ownPicture: 'layout',
  content: 'content',
  hold: 'events',
  incident: 'events',
  warning: 'events',
  gap: null,
} as const satisfies Record<Chapter['kind'], keyof Lanes | null>;

export function lanesOf(chapters: readonly Chapter[], { durationMs }: Pick<Timeline, 'durationMs'>): Lanes {
  const bars = chapters
    .filter(({ at }) => at <= durationMs)
    .map((chapter): Bar => ({ chapter, from: chapter.at, to: Math.min(durationMs, chapter.to ?? durationMs) }))
    .sort((a, b) => a.from - b.from);
  const of = (lane: keyof Lanes) => bars.filter(({ chapter }) => KINDS[chapter.kind] === lane);
  return { floor: pack(of('floor')), layout: succeed(of('layout')), content: of('content'), events: of('events') };
}

/** A layout lasts until the next one; who sees a picture of his own changes nothing for the others. */
function succeed(bars: Bar[]): Bar[] {
  const shared = bars.filter(({ chapter }) => chapter.kind === 'layout');
  return shared.map((bar, i) => ({ ...bar, to: Math.min(bar.to, shared[i + 1]?.from ?? bar.to) }));
}

/** Each into the first row that is free then. */
function pack(bars: readonly Bar[]): Bar[][] {
  const rows: Bar[][] = [];
  for (const bar of bars) {
    const row = rows.find((each) => (each.at(-1)?.to ?? 0) <= bar.from);
    if (row) row.push(bar);
    else rows.push([bar]);
  }
  return rows;
}

/** Neither red nor green nor amber, which mean something here. */
const HUES = [235, 310, 195, 275, 345, 215, 290, 180, 325, 255];
const TONES = [
  { light: 0.52, chroma: 0.12 },
  { light: 0.64, chroma: 0.09 },
  { light: 0.42, chroma: 0.1 },
];

/** One colour for each site, in the order in which they first had the floor. */
export function coloursOf(chapters: readonly Chapter[]): ReadonlyMap<string, string> {
  const ids = chapters.filter((chapter) => chapter.kind === 'floor').map(({ participantId }) => participantId);
  return new Map([...new Set(ids)].map((id, i) => [id, colourOf(i)]));
}

function colourOf(i: number): string {
  const hue = HUES[i % HUES.length];
  const tone = TONES[Math.floor(i / HUES.length) % TONES.length];
  return `oklch(${tone?.light} ${tone?.chroma} ${hue})`;
}

/** Who had the floor then, the last to get it first. */
export function speakersAt({ floor }: Lanes, at: number): string[] {
  return floor
    .flat()
    .filter(({ from, to }) => from <= at && at < to)
    .sort((a, b) => b.from - a.from)
    .flatMap(({ chapter }) => (chapter.kind === 'floor' ? [chapter.name] : []));
}

/** What is said of a moment: the first of these that is there. */
const TELLING = [
  'gap',
  'floor',
  'content',
  'hold',
  'incident',
  'warning',
  'layout',
] as const satisfies Chapter['kind'][];

/** The chapters that say best what is to be seen and heard then: of one kind, the last begun first. */
export function toldAt(chapters: readonly Chapter[], at: number): Chapter[] {
  const now = chapters.filter((chapter) => chapter.at <= at && at < (chapter.to ?? Number.POSITIVE_INFINITY));
  for (const kind of TELLING) {
    const told = now.filter((chapter) => chapter.kind === kind).toSorted((a, b) => b.at - a.at);
    if (told.length > 0) return kind === 'layout' ? told.slice(0, 1) : told;
  }
  return [];
}
