import type { Fragment, Gap, IndexHeader, Part, Timeline } from '../protocol/recording.ts';
import { durationOf } from './part-index.ts';

/** A part as it lies on disk: its playable fragments, of which there is at least one. */
export interface PartOnDisk {
  file: string;
  header: IndexHeader;
  fragments: readonly Fragment[];
}

/** From here on the wall clock and the recording's time go side by side. */
interface Anchor {
  wall: number;
  at: number;
}

/** The clock was moved, as against a fragment that came late to the disk. */
const MOVED_MS = 5_000;
/** Between two parts of one stream less is no gap that anyone would see. */
const SHORTEST_GAP_MS = 100;

/** Where moments of the wall clock are in a recording. */
export interface Placing {
  timeline: Timeline;
  anchors: readonly Anchor[];
}

/**
 * The parts of the program in their order, one behind the other, with the gaps that the wall clock shows between them.
 * A clock that was moved back makes no gap: parts never overlap.
 * @param parts by their number
 */
export function layOut(parts: readonly PartOnDisk[]): Placing {
  const placed: Part[] = [];
  const gaps: Gap[] = [];
  const anchors: Anchor[] = [];
  let at = 0;
  let mediaAt = 0;
  let endedAt: number | undefined;
  for (const part of parts) {
    const { header, fragments } = part;
    const missing = endedAt === undefined ? 0 : header.startedAt - endedAt;
    if (missing >= SHORTEST_GAP_MS) {
      gaps.push({ at, durationMs: missing });
      at += missing;
    }
    placed.push(place(part, at, mediaAt));
    anchors.push(...anchorsOf(part, at));
    const durationMs = durationOf(fragments);
    at += durationMs;
    mediaAt += durationMs;
    const last = anchors.at(-1);
    endedAt = last ? last.wall + (at - last.at) : header.startedAt + durationMs;
  }
  const startedAt = parts[0]?.header.startedAt ?? 0;
  return { timeline: { startedAt, durationMs: at, parts: placed, gaps }, anchors };
}

/** The parts of another stream of the recording, by its program's time. */
export function placeBeside(parts: readonly PartOnDisk[], placing: Placing): Part[] {
  const wander = new Wander(placing);
  let mediaAt = 0;
  let end = 0;
  return parts.map((part) => {
    const at = Math.max(end, wander.at(part.header.startedAt));
    const placed = place(part, at, mediaAt);
    mediaAt += placed.durationMs;
    end = at + placed.durationMs;
    return placed;
  });
}

/**
 * The places of moments that followed one another: where the clock was moved back, the same hour comes twice, and
 * which of the two is meant only their order tells. Before the start is 0; after the end, the end.
 */
export class Wander {
  readonly #anchors: readonly Anchor[];
  readonly #end: number;
  #from = 0;

  constructor({ anchors, timeline }: Placing) {
    this.#anchors = anchors;
    this.#end = timeline.durationMs;
  }

  /** The next moment's place, in ms since the recording's start. */
  at(wall: number): number {
    return this.#find(wall).at;
  }

  /** Likewise; undefined for what was before the start or after the end. */
  within(wall: number): number | undefined {
    const { at, away } = this.#find(wall);
    return away === 0 ? at : undefined;
  }

  #find(wall: number): { at: number; away: number } {
    let best = { at: 0, away: Number.POSITIVE_INFINITY, index: this.#from };
    for (let index = this.#from; index < this.#anchors.length; index += 1) {
      const found = this.#placeIn(index, wall);
      if (found.away < best.away) best = { ...found, index };
      if (found.away === 0) break;
    }
    if (best.away === 0) this.#from = best.index;
    return best;
  }

  #placeIn(index: number, wall: number): { at: number; away: number } {
    const anchor = this.#anchors[index];
    const end = this.#anchors[index + 1]?.at ?? this.#end;
    if (!anchor) return { at: 0, away: Number.POSITIVE_INFINITY };
    const at = anchor.at + (wall - anchor.wall);
    if (at < anchor.at) return { at: anchor.at, away: anchor.at - at };
    if (at > end) return { at: end, away: at - end };
    return { at, away: 0 };
  }
}

function place({ file, header, fragments }: PartOnDisk, at: number, mediaAt: number): Part {
  const bytes = fragments.reduce((sum, fragment) => sum + fragment.bytes, header.init.bytes);
  const durationMs = durationOf(fragments);
  return { part: header.part, file, startedAt: header.startedAt, at, mediaAt, durationMs, bytes };
}

/** Where the part begins, and wherever its fragments came to the disk by another clock than those before. */
function anchorsOf({ header: { startedAt }, fragments }: PartOnDisk, at: number): Anchor[] {
  const anchors: Anchor[] = [{ wall: startedAt, at }];
  // What a fragment takes to the disk stays about the same; the rest of the difference is the clock's.
  const [first] = fragments;
  const usual = first ? lateness(first, startedAt) : 0;
  let moved = 0;
  for (const fragment of fragments) {
    const ahead = lateness(fragment, startedAt) - usual;
    if (Math.abs(ahead - moved) < MOVED_MS) continue;
    moved = ahead;
    anchors.push({ wall: startedAt + fragment.at + moved, at: at + fragment.at });
  }
  return anchors;
}

function lateness({ wall, at, ms }: Fragment, startedAt: number): number {
  return wall - (startedAt + at + ms);
}
