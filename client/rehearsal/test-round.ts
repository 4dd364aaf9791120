import type { SiteId } from '../../server/protocol/ids.ts';
import { refusalOf } from '../session/refused.ts';

interface Round {
  /** Begins the test of one site. Rejects with a refusal. */
  start(siteId: SiteId): Promise<unknown>;
  pause(): Promise<void>;
  /** False ends the round. */
  goesOn(): boolean;
}

/**
 * Has the lines of these sites tried, each by a call to its codec: a few run at once, so that whoever does not fit yet is asked for
 * again. A site that is in the meeting already, or has no codec, is left out.
 * @returns how many tests were begun
 */
export async function tryLines(siteIds: readonly SiteId[], { start, pause, goesOn }: Round): Promise<number> {
  let begun = 0;
  for (const siteId of siteIds) {
    for (;;) {
      if (!goesOn()) return begun;
      try {
        await start(siteId);
        begun++;
        break;
      } catch (thrown) {
        if (refusalOf(thrown).code !== 'tooManyAttempts') break;
        await pause();
      }
    }
  }
  return begun;
}
