import type Gst from 'gi://Gst?version=1.0';
import { padOf } from './branch.ts';
import type { LipSync, SyncOffsets } from './lip-sync.ts';
import { readInputSources } from './sources.ts';
import { readClock } from './stream-clock.ts';

/**
 * Delays one of two received streams of one sender, as their sender reports say. Each bin has an `rtpbin` and a packet
 * tap, and ends in the pad `src`. Answers when something has changed.
 */
export function keepInStep(
  lipSync: LipSync,
  now: number,
  video: Gst.Bin | undefined,
  audio: Gst.Bin | undefined,
): SyncOffsets | undefined {
  if (video === undefined || audio === undefined || !lipSync.isDue(now)) return undefined;
  const clockOf = (bin: Gst.Bin, clockRate: number) => readClock(bin, readInputSources(bin), clockRate);
  const offsets = lipSync.measure(now, clockOf(video, 90_000), clockOf(audio, 48_000));
  if (offsets === undefined) return undefined;
  padOf(video, 'src').set_offset(offsets.videoNs);
  padOf(audio, 'src').set_offset(offsets.audioNs);
  return offsets;
}
