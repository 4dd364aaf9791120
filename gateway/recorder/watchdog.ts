import type { RecordingWarning } from '../../server/protocol/records.ts';

/** What is noticed each second. Times in ms. */
export interface Noticed {
  /** For so long there has been no sound, although a microphone was open. */
  silentMs: number;
  /** For so long there has been no picture but a black one. */
  blackMs: number;
  /** By so much the part is behind the time since it began. */
  lateMs: number;
  isDiskLow: boolean;
}

type Timed = Exclude<RecordingWarning, 'diskLow'>;

/** From when on the centre is told. */
const LIMITS: Record<Timed, number> = { silent: 30_000, black: 10_000, late: 5_000 };
/** What was wrong must have been right for so long before it is said to be over. */
const OVER_MS = 5_000;

/** What is wrong with a recording, said calmly: neither for a moment's darkness nor again and again. */
export class Watchdog {
  /** Since when each has been right again, while it is still told. */
  readonly #told = new Map<RecordingWarning, number | undefined>();

  /** @param now on a clock that only goes forward @returns all that is wrong, in a fixed order; nothing where it is as told before */
  notice(now: number, noticed: Noticed): RecordingWarning[] | undefined {
    const before = [...this.#told.keys()].sort().join();
    this.#weigh('silent', noticed.silentMs >= LIMITS.silent, now);
    this.#weigh('black', noticed.blackMs >= LIMITS.black, now);
    this.#weigh('late', noticed.lateMs >= LIMITS.late, now);
    this.#weigh('diskLow', noticed.isDiskLow, now);
    const told = [...this.#told.keys()].sort();
    return told.join() === before ? undefined : told;
  }

  #weigh(warning: RecordingWarning, isWrong: boolean, now: number): void {
    if (isWrong) this.#told.set(warning, undefined);
    else if (this.#told.has(warning)) {
      const since = this.#told.get(warning) ?? now;
      if (now - since >= OVER_MS) this.#told.delete(warning);
      else this.#told.set(warning, since);
    }
  }
}
