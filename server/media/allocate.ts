/** What a picture is to its viewer. In this order it gets what the line bears. */
export type Rank = 'speaker' | 'content' | 'thumbnail';
const RANKS: readonly Rank[] = ['speaker', 'content', 'thumbnail'];

/** A picture that is wanted. */
export interface Want {
  key: string;
  rank: Rank;
  /** The largest layer that it has a use for. */
  layer: number;
  /** What each layer costs on this line, the smallest first; kbit/s. */
  kbps: readonly number[];
}

type Wish = Pick<Want, 'key' | 'rank' | 'layer'>;

/** What the line bears, kbit/s. What is not known limits nothing. */
export interface Bearing {
  /** As configured. */
  capacityKbps?: number;
  /** As the congestion control estimates it. */
  estimateKbps?: number;
  /** What the sounds take; they come first and are never held back. */
  soundKbps: number;
}

/** What every picture is given, and what is remembered for the next time. */
export interface Allocation {
  /** The largest layer for each wanted picture; none: it is held back. */
  layers: ReadonlyMap<string, number | null>;
  /** For which wishes. */
  wanted: readonly Wish[];
  /** The estimate does not bear what is wanted. */
  isShort: boolean;
  /** Since when the estimate has been below what is given. */
  shortSince?: number;
  /** Of the last time. */
  estimateKbps?: number;
  /** Since when there has been room for more. */
  roomSince?: number;
  raisedAt?: number;
  /** Raises that had to be taken back, in a row. */
  failures: number;
}

export const NOTHING_GIVEN: Allocation = { layers: new Map(), wanted: [], isShort: false, failures: 0 };

/** A moment's dip is for the congestion control alone. */
const SHORT_MS = 2_000;
/** An estimate that grows like this is on its way up, and no sign of a short line: so it does at the start. */
const RISING = 1.04;
/** What is given when it must become less: a little below the estimate. */
const FILL = 0.95;
/** Room for more is only what leaves this much of the estimate free, for so long; twice as long after each failure. */
const HEADROOM = 0.85;
const HOLD_MS = 3_000;
/** So many times of what is given anew, and what failed before was on another line. */
const AMPLE = 2;
const MOST_FAILURES = 5;
/** An estimate grows no further than a third above what is sent: a step within that is tried when part of it lies idle. */
const REACH = 1.35;
const IDLE = 1.2;
const TRIAL_MS = 8_000;
/** A raise that must be taken back within this time has failed; after it, it has not. */
const PROVEN_MS = 20_000;

/**
 * Who gets what of one line, a second later; pure. Sound first, then the speaker, then content, then thumbnails. While
 * the line bears everything, nothing is held back and the congestion control sees to the rest. Once it does not, layers
 * go at once, and come back only after there has been room for a while. The speaker and content keep their smallest
 * layer on any line: congestion control stops them when it must, and brings them back within a second or two.
 */
export function allocate(wants: readonly Want[], bearing: Bearing, before: Allocation, at: number): Allocation {
  const { estimateKbps } = bearing;
  const after = divideAnew(wants, bearing, before, at);
  return estimateKbps === undefined ? after : { ...after, estimateKbps };
}

function divideAnew(wants: readonly Want[], bearing: Bearing, before: Allocation, at: number): Allocation {
  const given = follow(wants, bearing, before);
  const { shortSince, roomSince: _earlier, ...kept } = given;
  if (costOf(wants, given.layers) > lineOf(bearing, 1) && !isLeast(wants, given.layers)) {
    const isRising = (bearing.estimateKbps ?? 0) > (before.estimateKbps ?? Number.POSITIVE_INFINITY) * RISING;
    const since = isRising ? at : (shortSince ?? at);
    if (!given.isShort && at - since < SHORT_MS) return { ...kept, shortSince: since };
    return { ...takeBack(kept, at), layers: lower(given.layers, divide(wants, lineOf(bearing, FILL))) };
  }
  if (!given.isShort) return kept;
  if (isEqual(given.layers, everything(wants))) return settle(kept, at);
  return raise(wants, bearing, given, at);
}

/** Other pictures are wanted, or for other ends: given at once, within what is known of the line. */
function follow(wants: readonly Want[], bearing: Bearing, before: Allocation): Allocation {
  if (areSame(wants, before.wanted)) return before;
  const all = everything(wants);
  const isShort =
    before.isShort || costOf(wants, all) > lineOf({ ...bearing, estimateKbps: Number.POSITIVE_INFINITY }, 1);
  return { ...before, wanted: wants, isShort, layers: isShort ? divide(wants, lineOf(bearing, FILL)) : all };
}

function areSame(wants: readonly Wish[], before: readonly Wish[]): boolean {
  if (wants.length !== before.length) return false;
  return wants.every(({ key, rank, layer }, index) => {
    const earlier = before[index];
    return earlier?.key === key && earlier.rank === rank && earlier.layer === layer;
  });
}

function takeBack({ raisedAt, ...given }: Allocation, at: number): Allocation {
  const hasFailed = raisedAt !== undefined && at - raisedAt < PROVEN_MS;
  const failures = hasFailed ? Math.min(MOST_FAILURES, given.failures + 1) : given.failures;
  return { ...given, isShort: true, failures };
}

function raise(wants: readonly Want[], bearing: Bearing, given: Allocation, at: number): Allocation {
  const { roomSince, ...kept } = given;
  const fits = divide(wants, lineOf(bearing, HEADROOM));
  const isRoomy = isMore(wants, fits, given.layers);
  const tried = isRoomy ? fits : oneMore(wants, given.layers);
  const isIdle = costOf(wants, given.layers) * IDLE < lineOf(bearing, 1);
  const mayTry = isRoomy || (isIdle && tried !== undefined && costOf(wants, tried) <= lineOf(bearing, REACH));
  if (!mayTry || tried === undefined) return kept;
  const since = roomSince ?? at;
  const isAmple = costOf(wants, tried) * AMPLE <= lineOf(bearing, 1);
  const failures = isAmple ? 0 : given.failures;
  if (at - since < (isRoomy ? HOLD_MS : TRIAL_MS) * 2 ** failures) return { ...kept, roomSince: since };
  return { ...kept, layers: tried, raisedAt: at };
}

/** What is left for pictures, if so much of the estimate may be used. */
function lineOf({ capacityKbps, estimateKbps, soundKbps }: Bearing, share: number): number {
  const { POSITIVE_INFINITY } = Number;
  return Math.min(capacityKbps ?? POSITIVE_INFINITY, (estimateKbps ?? POSITIVE_INFINITY) * share) - soundKbps;
}

function everything(wants: readonly Want[]): Map<string, number | null> {
  return new Map(wants.map((want) => [want.key, topOf(want)]));
}

/** All is given again: after a while the line is taken to bear it, and what failed before is forgotten. */
function settle(given: Allocation, at: number): Allocation {
  if (given.raisedAt !== undefined && at - given.raisedAt < PROVEN_MS) return given;
  const { raisedAt: _past, ...rest } = given;
  return { ...rest, isShort: false, failures: 0 };
}

/** The best within this many kbit/s: each rank gets all it can use before the next, but speaker and content begin together. */
function divide(wants: readonly Want[], kbps: number): Map<string, number | null> {
  const layers = new Map<string, number | null>();
  let left = kbps;
  const take = (want: Want, layer: number) => {
    const held = layers.get(want.key) ?? null;
    left -= costAt(want, layer) - (held === null ? 0 : costAt(want, held));
    layers.set(want.key, layer);
  };
  const first = byRank(wants);
  for (const want of first) if (want.rank !== 'thumbnail') take(want, 0);
  for (const rank of RANKS) {
    const ranked = first.filter((want) => want.rank === rank);
    for (const want of ranked) if (!layers.has(want.key) && costAt(want, 0) <= left) take(want, 0);
    for (const want of ranked) {
      const held = layers.get(want.key);
      if (held === undefined || held === null) continue;
      for (let layer = topOf(want); layer > held; layer--) {
        if (costAt(want, layer) - costAt(want, held) > left) continue;
        take(want, layer);
        break;
      }
    }
  }
  for (const { key } of wants) if (!layers.has(key)) layers.set(key, null);
  return layers;
}

/** Large thumbnails before small ones; otherwise as they were wanted. */
function byRank(wants: readonly Want[]): Want[] {
  return [...wants].sort((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) || b.layer - a.layer);
}

function topOf({ layer, kbps }: Want): number {
  return Math.max(0, Math.min(layer, kbps.length - 1));
}

function costAt({ kbps }: Want, layer: number): number {
  return kbps[layer] ?? 0;
}

export function costOf(wants: readonly Want[], layers: ReadonlyMap<string, number | null>): number {
  return wants.reduce((sum, want) => {
    const layer = layers.get(want.key) ?? null;
    return layer === null ? sum : sum + costAt(want, layer);
  }, 0);
}

/** Nothing is left to be taken. */
function isLeast(wants: readonly Want[], layers: ReadonlyMap<string, number | null>): boolean {
  return wants.every(({ key, rank }) => (layers.get(key) ?? null) === (rank === 'thumbnail' ? null : 0));
}

/** What is lowered is never raised by it. */
function lower(given: ReadonlyMap<string, number | null>, fits: ReadonlyMap<string, number | null>) {
  return new Map([...given].map(([key, layer]) => [key, least(layer, fits.get(key) ?? null)]));
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.min(a, b);
}

/** The first difference, in the order of ranks, is a gain. */
function isMore(
  wants: readonly Want[],
  next: ReadonlyMap<string, number | null>,
  given: ReadonlyMap<string, number | null>,
): boolean {
  for (const { key } of byRank(wants)) {
    const difference = (next.get(key) ?? -1) - (given.get(key) ?? -1);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** One layer more for the first that has not all that it wants. */
function oneMore(
  wants: readonly Want[],
  given: ReadonlyMap<string, number | null>,
): Map<string, number | null> | undefined {
  const next = byRank(wants).find((want) => (given.get(want.key) ?? -1) < topOf(want));
  return next && new Map(given).set(next.key, (given.get(next.key) ?? -1) + 1);
}

function isEqual(a: ReadonlyMap<string, number | null>, b: ReadonlyMap<string, number | null>): boolean {
  return a.size === b.size && a.entries().every(([key, layer]) => b.get(key) === layer);
}
