import type { PictureShed } from '../../picture-protocol.ts';

/** What a stretch of time brought. */
export interface Load {
  /** In ms. */
  readonly duration: number;
  /** Frames that were made, of those that should have been: the worst share among composing and all encoders. */
  readonly made: number;
  /** Cores that this process used, and that nobody used. */
  readonly coresUsed: number;
  readonly coresIdle: number;
}

export interface Shedding {
  readonly shed: PictureShed;
  /** Milliseconds for which frames have been missing, and for which none has. */
  readonly shortMs: number;
  readonly goodMs: number;
  /** Since the last change, and for how long all has to be good before the next step back. */
  readonly sinceMs: number;
  readonly patienceMs: number;
  /** The last change was a step back. */
  readonly returned: boolean;
}

const order: readonly PictureShed[] = ['nothing', 'transitions', 'frameRate', 'tier'];

const shortBelow = 0.9;
const goodFrom = 0.97;
const shedAfterMs = 3000;
const firstPatienceMs = 15_000;
const lastPatienceMs = 240_000;
/** Frames that go missing sooner than this after a step back say that it came too early. */
const provenMs = 60_000;
/** What each step back costs, as a share of what the process uses meanwhile. */
const price: Readonly<Record<PictureShed, number>> = { nothing: 0, transitions: 0.1, frameRate: 0.8, tier: 1 };

export const nothingShed: Shedding = {
  shed: 'nothing',
  shortMs: 0,
  goodMs: 0,
  sinceMs: 0,
  patienceMs: firstPatienceMs,
  returned: false,
};

/**
 * Leaves out one thing more when frames have gone missing for 3 s, and takes one back when none has for some time and
 * the processor has room for it: the longer, the sooner the last step back failed. Pure.
 */
export function assess(before: Shedding, load: Load): Shedding {
  const { shed, sinceMs } = before;
  const after = {
    ...before,
    shortMs: load.made < shortBelow ? before.shortMs + load.duration : 0,
    goodMs: load.made >= goodFrom ? before.goodMs + load.duration : 0,
    sinceMs: sinceMs + load.duration,
  };
  const at = order.indexOf(shed);
  const next = order[at + 1];
  if (next !== undefined && after.shortMs >= shedAfterMs) return change(next, patienceAfter(before), false);
  const previous = order[at - 1];
  const room = load.coresIdle >= load.coresUsed * price[shed];
  if (previous !== undefined && room && after.goodMs >= before.patienceMs) {
    return change(previous, before.patienceMs, true);
  }
  return after;
}

function change(shed: PictureShed, patienceMs: number, returned: boolean): Shedding {
  return { shed, patienceMs, returned, shortMs: 0, goodMs: 0, sinceMs: 0 };
}

/** A shortage soon after a step back came from that. */
function patienceAfter({ returned, sinceMs, patienceMs }: Shedding): number {
  if (!returned) return patienceMs;
  return sinceMs < provenMs ? Math.min(lastPatienceMs, patienceMs * 2) : firstPatienceMs;
}
