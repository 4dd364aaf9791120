import { expect, test } from 'vitest';
import { closeAfterEach } from '../integration/closers.ts';
import { sleep } from '../integration/engine-peers.ts';
import { type Mark, openChain } from '../integration/lip-sync-chain.ts';

const closers = closeAfterEach();

/** Sound and picture are measured by their reports and put in step within some seconds. */
const settleMs = 9000;
const watchedMs = 5500;

test('what a site says and shows at the same moment a codec hears and sees together', async () => {
  const chain = await openChain(closers);
  await sleep(settleMs);
  const from = performance.now();
  await sleep(watchedMs);
  const { sound, picture } = await chain.marks(from);
  expect(sound.length).toBeGreaterThanOrEqual(4);
  expect(picture.length).toBeGreaterThanOrEqual(4);
  const lateMs = usual(sound) - usual(picture);
  // ITU-R BT.1359-1: nobody notices sound that is up to 45 ms ahead of the picture, or up to 125 ms behind it.
  expect(lateMs).toBeGreaterThan(-45);
  expect(lateMs).toBeLessThan(125);
});

/** The median, for the machine is busy. */
function usual(marks: readonly Mark[]): number {
  const found = marks.map(({ reportedMs }) => reportedMs).sort((one, other) => one - other);
  return found[found.length >> 1] ?? Number.NaN;
}
