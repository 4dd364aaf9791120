import type { PictureShed, PictureTier } from '../../picture-protocol.ts';
import type { PictureFormat } from './picture-description.ts';
import type { Size } from './picture-layout.ts';

/** What is composed and encoded at one time. */
export interface TierPlan {
  readonly format: PictureFormat;
  /** By tier, for those that are encoded. */
  readonly sizes: ReadonlyMap<string, Size>;
}

/** Frames a second of a picture that nobody watches: so soon it is there again. */
const idleFps = 5;
/** What is left of the sides of the only tier when there is no smaller one to take after. */
const reduction = 2 / 3;

/**
 * Compose in the size and rate of the largest encoded tier; each tier has its own size, or that of the picture if it is
 * smaller. Pure. `current` is the format of a picture that nobody watches.
 */
export function planTiers(
  tiers: readonly PictureTier[],
  encoded: ReadonlySet<string>,
  shed: PictureShed,
  current: Size,
): TierPlan {
  const running = tiers.filter(({ tierId }) => encoded.has(tierId));
  const [largest] = running;
  if (largest === undefined) return { format: { ...sizeOf(current), fps: idleFps }, sizes: new Map() };
  const limit = shed === 'tier' ? reduced(largest, tiers) : sizeOf(largest);
  const sizes = running.map((tier) => [tier.tierId, tier.width > limit.width ? limit : sizeOf(tier)] as const);
  const fps = shed === 'frameRate' || shed === 'tier' ? largest.fps / 2 : largest.fps;
  return { format: { ...limit, fps }, sizes: new Map(sizes) };
}

/** The next smaller tier's size. */
function reduced(largest: PictureTier, tiers: readonly PictureTier[]): Size {
  const smaller = tiers.find(({ width, height }) => width < largest.width && height < largest.height);
  if (smaller !== undefined) return sizeOf(smaller);
  return {
    width: 4 * Math.round((largest.width * reduction) / 4),
    height: 2 * Math.round((largest.height * reduction) / 2),
  };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}
