/**
 * Loaded into a gateway before everything else (`--import`, with `--expose-gc`): says on demand what is left on its heap
 * after everything that nobody holds any more has been collected.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { Leg } from '../../gateway/legs/leg.ts';
import { Seat } from '../../gateway/session/seat.ts';

process.on('message', (message) => {
  if (message === 'heap') void tell();
});

async function tell(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await turn(); // what is finalised may let go of more
  }
  const legs = queryObjects(Leg, { format: 'count' });
  const seats = queryObjects(Seat, { format: 'count' });
  process.send?.({ usedMb: process.memoryUsage().heapUsed / 2 ** 20, legs, seats });
}
