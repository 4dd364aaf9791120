/** For how long a process was ready to run and had no processor. */
import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_MS = 100;
const KEPT_MS = 5000;

/**
 * Samples what Linux counts for each thread (`schedstat`: time on a runqueue), and tells of any stretch of the last
 * seconds how long the one that waited most did. Whoever makes it closes it.
 */
export class ProcessorWaits {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #before = new Map<string, number>();
  #samples: { at: number; waits: ReadonlyMap<string, number> }[] = [];

  constructor(pid: number) {
    this.#pid = pid;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Milliseconds between two times of `performance.now()`. */
  longestBetween(from: number, to: number): number {
    const byThread = new Map<string, number>();
    for (const { at, waits } of this.#samples) {
      if (at < from || at > to + SAMPLE_MS) continue;
      for (const [thread, ms] of waits) byThread.set(thread, (byThread.get(thread) ?? 0) + ms);
    }
    return Math.max(0, ...byThread.values());
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const now = performance.now();
    const totals = waitsOf(this.#pid);
    const waits = [...totals].map(([thread, ms]) => [thread, ms - (this.#before.get(thread) ?? ms)] as const);
    this.#before = totals;
    this.#samples = this.#samples.filter(({ at }) => at > now - KEPT_MS);
    this.#samples.push({ at: now, waits: new Map(waits.filter(([, ms]) => ms > 0)) });
  }
}

/** In ms, by thread. */
function waitsOf(pid: number): Map<string, number> {
  const waits = new Map<string, number>();
  for (const thread of threadsOf(pid)) {
    try {
      const [, nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      waits.set(thread, Number(nanoseconds) / 1e6);
    } catch {
      // It has ended meanwhile.
    }
  }
  return waits;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
