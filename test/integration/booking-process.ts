// One of several processes that book meetings in the same file: `node booking-process.ts FOLDER SEED ROUNDS START`.
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedStore } from '../../server/store/index.ts';
import { bookingAt, reserved } from '../contract/bookings.ts';
import { seededRandom } from './random.ts';

const [folder = '', seed = '', rounds = '', start = ''] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const pick = (most: number) => Math.floor(random() * most);
const store = await openEmbeddedStore(folder);
const tally = { saved: [] as string[], refused: 0 };
// All begin in the same millisecond, and the first meeting is the same for all.
await sleep(Math.max(0, Number(start) - Date.now()));
for (let n = 0; n < Number(rounds); n += 1) {
  const id = `${seed}-${n}`;
  const hour = n === 0 ? 8 : 3 * pick(80);
  const more = ['na-ri', 'pac-nam', 'cho-don'].filter(() => random() < 0.4);
  const sites = n === 0 || more.length === 0 ? ['ba-be', ...more] : more;
  const result = await store.bookings.add([reserved(bookingAt(id, hour, sites, `desk-${pick(4)}`))]);
  if (result === 'saved') tally.saved.push(id);
  else if (typeof result === 'object' && result.taken.length > 0) tally.refused += 1;
  else throw new Error(`${id}: ${JSON.stringify(result)}`);
}
await store.close();
process.stdout.write(JSON.stringify(tally));
