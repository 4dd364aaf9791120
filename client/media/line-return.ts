import type { Sent } from './line-probe.ts';

/** With less than this no picture moves, with so much one does; kbit/s. Browsers go down to 30 and no further. */
const STANDING_KBPS = 45;
const MOVING_KBPS = 60;
/** So long with less, and what the encoder still holds is not what it should go on with, ms. */
const STOOD_MS = 3_000;

/** Whether a line on which pictures stood begins to bear one again; asked some times a second. */
export class LineReturn {
  #standsSince: number | undefined;

  /** @param at ms, of any clock. @returns true once for each return */
  isNow({ availableKbps }: Pick<Sent, 'availableKbps'>, at: number): boolean {
    if (availableKbps < STANDING_KBPS) this.#standsSince ??= at;
    if (availableKbps < MOVING_KBPS) return false;
    const hasStood = this.#standsSince !== undefined && at - this.#standsSince >= STOOD_MS;
    this.#standsSince = undefined;
    return hasStood;
  }
}
