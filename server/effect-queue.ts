import type { Effect } from './room/effects.ts';

/** One effect is given so long; whoever hangs must not hold up the room for ever. */
const EFFECT_MS = 10_000;

/**
 * Performs a room's effects in the order of its events. Those of one event that are of one kind do not depend on each
 * other and are performed side by side: a microphone reaches the last listener as soon as the first.
 */
export class EffectQueue {
  readonly #perform: (effect: Effect) => Promise<void>;
  readonly #failed: (effect: Effect, reason: string) => void;
  #last = Promise.resolve();

  constructor(perform: (effect: Effect) => Promise<void>, failed: (effect: Effect, reason: string) => void) {
    this.#perform = perform;
    this.#failed = failed;
  }

  add(effects: Effect[]): void {
    for (const group of groupByKind(effects)) {
      this.#last = this.#last.then(async () => {
        await Promise.all(group.map((effect) => this.#performInTime(effect)));
      });
    }
  }

  /** Resolves when everything added so far has been performed or has failed. */
  idle(): Promise<void> {
    return this.#last;
  }

  async #performInTime(effect: Effect): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error(`no answer within ${EFFECT_MS} ms`)), EFFECT_MS).unref();
    try {
      await Promise.race([this.#perform(effect), late.promise]);
    } catch (error) {
      this.#failed(effect, error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

function groupByKind(effects: Effect[]): Effect[][] {
  const groups: Effect[][] = [];
  for (const effect of effects) {
    const last = groups.at(-1);
    if (last?.[0]?.effect === effect.effect) last.push(effect);
    else groups.push([effect]);
  }
  return groups;
}
