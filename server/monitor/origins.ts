import type { Sample } from '../protocol/monitor.ts';
import type { SourceRef } from '../protocol/records.ts';
import { nameOfSource } from './stream-name.ts';

/** A receiver's buffer makes up for less by itself. */
const LATE_MS = 30;

/** What the centre has seen of a stream that was sent to it. */
export function isArrival({ stream, direction, by }: Sample): boolean {
  return stream !== undefined && direction === 'up' && by !== 'client';
}

/**
 * What the others know of the streams that come down a line: what was lost or stood still before it came to the
 * centre is not this line's.
 */
export class Origins {
  readonly #unrepaired = new Map<string, number>();
  readonly #unclean = new Set<string>();

  /** @param from of those after it; the latest comes last */
  learn(samples: readonly Sample[] | undefined, from: number): void {
    for (const sample of samples ?? []) {
      const { stream, unrepaired } = sample;
      if (!stream || sample.at <= from || !isArrival(sample)) continue;
      const name = nameOfSource(stream);
      if (unrepaired !== undefined) this.#unrepaired.set(name, unrepaired);
      if (!isClean(sample)) this.#unclean.add(name);
    }
  }

  /** Share of the stream's packets that never came to the centre. */
  unrepaired(stream: SourceRef): number {
    return this.#unrepaired.get(nameOfSource(stream)) ?? 0;
  }

  /** It came to the centre whole, in time and without a pause. */
  isClean(stream: SourceRef): boolean {
    return !this.#unclean.has(nameOfSource(stream));
  }
}

/** Whether what a producer measured of itself at the centre leaves nothing for which its receivers' lines could be blamed. */
function isClean({ unrepaired = 0, jitterMs = 0, packets }: Sample): boolean {
  return unrepaired < 0.01 && jitterMs < LATE_MS && packets !== 0;
}
