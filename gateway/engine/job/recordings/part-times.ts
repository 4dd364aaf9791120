import type Gst from 'gi://Gst?version=1.0';

/** Running times in ns; of what the part has. */
export interface Begins {
  readonly video: number | undefined;
  readonly audio: number | undefined;
}

/** As `partBegun` says them. */
export interface PartTimes {
  readonly atMs: number;
  readonly videoUs: number;
  readonly audioUs: number;
}

/**
 * Where picture and sound begin in a part, and when it was. A packet's running time is that of its arrival, so the
 * earlier of the two was so long ago as the pipeline has run since.
 * @param earlyNs by how much sound is heard later than its time says, because of how it is coded
 */
export function partTimes(pipeline: Gst.Pipeline, begins: Begins | undefined, earlyNs = 0): PartTimes | undefined {
  if (begins === undefined) return undefined;
  const runningTime = pipeline.get_clock().get_time() - pipeline.get_base_time();
  return timesOf(begins, { earlyNs, runningTime, wallMs: Date.now() });
}

/** @param now `runningTime` in ns and `wallMs` since 1970, at the same moment */
export function timesOf(
  { video, audio }: Begins,
  now: { earlyNs: number; runningTime: number; wallMs: number },
): PartTimes {
  const sound = audio === undefined ? undefined : audio - now.earlyNs;
  const zero = Math.min(video ?? Number.POSITIVE_INFINITY, sound ?? Number.POSITIVE_INFINITY);
  const after = (begin: number | undefined) => (begin === undefined ? 0 : Math.round((begin - zero) / 1000));
  return {
    atMs: Math.round(now.wallMs - (now.runningTime - zero) / 1e6),
    videoUs: after(video),
    audioUs: after(sound),
  };
}
