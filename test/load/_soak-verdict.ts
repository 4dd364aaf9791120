/** Whether what came out of a soak is what was promised. */
import type { MemoryTrend } from './_soak-memory.ts';
import type { OutputFigures } from './_soak-outputs.ts';

export interface SoakFigures {
  readonly minutes: number;
  readonly changes: number;
  readonly joins: number;
  readonly framesChecked: number;
  readonly tilesChecked: number;
  readonly wrongTiles: number;
  /** Wrong while a thread of those that take part waited long for a processor. */
  readonly heldUpTiles: number;
  readonly examples: readonly string[];
  /** By tier. */
  readonly outputs: Readonly<Record<string, OutputFigures>>;
  readonly memoryMb: { readonly picture: MemoryTrend; readonly mix: MemoryTrend };
  /** Positive when the sound is ahead of the picture; `end` is of the last tenth, the drift what it differs from the first. */
  readonly syncMs: { readonly median: number; readonly end: number; readonly drift: number };
  /** Cores that both processes used on average. */
  readonly cores: number;
  readonly shed: string;
}

/** What is tolerated. */
export const limits = {
  /** Of all tiles: a machine that stands still for a moment makes pictures look old here and there. */
  wrongTiles: 0.0002,
  heldUpTiles: 0.02,
  /** Gaps of more than two frames for which this machine is to blame, per minute: more of them say nothing any more. */
  machineGapsPerMinute: 1,
  keyFramesPerSecond: 1,
  leastKeyFrameDistanceMs: 990,
  /** From the first minutes to the end, while caches and pools fill. */
  growthMb: 40,
  /** Over the second half, beside what comes and goes by chance in the allocator; shorter runs tell nothing of it. */
  growthMbPerHour: 12,
  chanceMb: 8,
  growthFromMinutes: 20,
  syncMs: { least: -125, most: 45 },
};

/** Every promise that was broken, in words; none when all is well. */
export function faultsOf(figures: SoakFigures): string[] {
  const { tilesChecked, wrongTiles, heldUpTiles, minutes, outputs, memoryMb, syncMs } = figures;
  const faults = Object.entries(outputs).flatMap(([name, output]) => outputFaults(name, output, minutes));
  if (tilesChecked === 0) faults.push('no tile was checked');
  if (wrongTiles > limits.wrongTiles * tilesChecked) faults.push(`${wrongTiles} of ${tilesChecked} tiles were wrong`);
  if (heldUpTiles > limits.heldUpTiles * tilesChecked) {
    faults.push(
      `${heldUpTiles} of ${tilesChecked} tiles were late while this machine did other things: try a quiet one`,
    );
  }
  for (const [name, trend] of Object.entries(memoryMb)) faults.push(...memoryFaults(name, trend, minutes));
  // NaN, when it was never measured, is a fault too.
  if (!(syncMs.end >= limits.syncMs.least && syncMs.end <= limits.syncMs.most)) {
    faults.push(`the sound was ${syncMs.end} ms ahead of the picture at the end`);
  }
  return faults;
}

function outputFaults(name: string, output: OutputFigures, minutes: number): string[] {
  const { frames, longGaps, keyFramesPerSecond, leastKeyFrameDistanceMs, ssrcs } = output;
  const faults: string[] = [];
  if (frames === 0) faults.push(`${name}: no frame`);
  if (longGaps.own > 0) faults.push(`${name}: ${longGaps.own} gaps of more than two frames`);
  if (longGaps.machine > Math.max(1, limits.machineGapsPerMinute * minutes)) {
    faults.push(`${name}: ${longGaps.machine} gaps while this machine did other things: try a quiet one`);
  }
  if (keyFramesPerSecond > limits.keyFramesPerSecond) faults.push(`${name}: ${keyFramesPerSecond} key frames a second`);
  if ((leastKeyFrameDistanceMs ?? Number.POSITIVE_INFINITY) < limits.leastKeyFrameDistanceMs) {
    faults.push(`${name}: key frames ${leastKeyFrameDistanceMs} ms after each other`);
  }
  if (ssrcs > 1) faults.push(`${name}: ${ssrcs} SSRCs`);
  return faults;
}

function memoryFaults(name: string, { start, end, mbPerHour }: MemoryTrend, minutes: number): string[] {
  const faults: string[] = [];
  if (end - start > limits.growthMb) faults.push(`${name}: from ${start} to ${end} MB`);
  const halfHours = minutes / 120;
  const isGrowing = mbPerHour * halfHours > limits.growthMbPerHour * halfHours + limits.chanceMb;
  if (minutes >= limits.growthFromMinutes && isGrowing) {
    faults.push(`${name}: ${mbPerHour} MB an hour at the end`);
  }
  return faults;
}
