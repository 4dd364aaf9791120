/** Whether memory stays as it is, though what is there at a time takes its part of it. */

export interface MemorySample {
  /** Since the beginning. */
  readonly hours: number;
  /** What is there at this time: only samples with the same are compared. */
  readonly load: string;
  readonly mb: number;
}

export interface MemoryTrend {
  /** Over the samples' second half, like with like (least squares, with a mean of its own for each load). */
  readonly mbPerHour: number;
  /** From the first tenth, but not the very beginning, to the last tenth. */
  readonly start: number;
  readonly end: number;
}

export function trendOf(samples: readonly MemorySample[]): MemoryTrend {
  const part = Math.ceil(samples.length / 10);
  const first = samples.length < 10 ? samples.slice(0, 1) : samples.slice(part, 2 * part + 1);
  const mb = (some: readonly MemorySample[]) => Math.round(median(some.map((one) => one.mb)));
  const mbPerHour = slope(samples.slice(samples.length >> 1));
  return { mbPerHour: Math.round(mbPerHour * 10) / 10, start: mb(first), end: mb(samples.slice(-part)) };
}

/** 0 where no load came twice. */
function slope(samples: readonly MemorySample[]): number {
  let [spread, together] = [0, 0];
  for (const alike of Map.groupBy(samples, ({ load }) => load).values()) {
    const [hours, mb] = [mean(alike.map((one) => one.hours)), mean(alike.map((one) => one.mb))];
    for (const one of alike) {
      spread += (one.hours - hours) ** 2;
      together += (one.hours - hours) * (one.mb - mb);
    }
  }
  return spread === 0 ? 0 : together / spread;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
