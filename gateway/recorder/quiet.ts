import { setTimeout as sleep } from 'node:timers/promises';

interface QuietOptions {
  /** Something goes on that needs the processor more. */
  isBusy(): boolean;
  /** It is looked so often, */
  everyMs: number;
  /** and so many times in all: then nothing waits any more. */
  mostLooks: number;
  signal: AbortSignal;
}

/** What is asked before each step of a work that can wait: resolves when it may go on, rejects where it is broken off. */
export function quietly({ isBusy, everyMs, mostLooks, signal }: QuietOptions): () => Promise<void> {
  let looks = 0;
  return async () => {
    for (; looks < mostLooks && isBusy(); looks += 1) await sleep(everyMs, undefined, { signal });
    signal.throwIfAborted();
  };
}
