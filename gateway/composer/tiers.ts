import type { Settings } from '../../server/config.ts';
import { composedKbps } from '../../server/room/usual-rates.ts';
import type { PictureTier as EngineTier } from '../engine/picture-protocol.ts';

/** A size and frame rate in which composed pictures are sent, and its name: 720p30. */
export type PictureTier = Settings['pictures'][number];

export { composedKbps as kbpsOf };

/** As the engine wants to know it. */
export function engineTier(picture: PictureTier): EngineTier {
  const { tier, width, height, framesPerSecond } = picture;
  return { tierId: tier, width, height, fps: framesPerSecond, bitrateKbps: composedKbps(picture) };
}
