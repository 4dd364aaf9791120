/** A codec goes from one mix to another. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MediaNode } from '../../server/media/index.ts';
import { pause, startNode, TestRoom, until } from './media-fixture.ts';

let node: MediaNode;
let room: TestRoom;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());
beforeEach(async () => {
  room = await TestRoom.open(node);
});
afterEach(() => room.close());

async function listening() {
  const [codec, composer] = [room.join('codec', 'site', 'sip'), room.join('composer', 'service', 'composer')];
  await codec.listen();
  await codec.send({ source: 'microphone' });
  await composer.send({ source: 'mix' });
  await until('it hears the mix', () => (codec.receivers.get('composer/mix')?.packets.length ?? 0) > 5);
  const mix = [...codec.offers.values()].find(({ from }) => from.source === 'mix')?.consumerId;
  const isClosed = () => codec.notices.some((n) => n.notice === 'consumerClosed' && n.consumerId === mix);
  return { codec, composer, isClosed };
}

test('the mix goes on until the mix without itself flows, and no longer', async () => {
  const { codec, composer, isClosed } = await listening();
  await room.open('codec');
  await composer.send({ source: 'mixMinus', for: 'codec' });
  await until('the mix has ended', isClosed);
  const kinds = codec.notices.map(({ notice }) => notice).filter((notice) => notice.startsWith('consumer'));
  expect(kinds).toEqual(['consumerOpened', 'consumerOpened', 'consumerClosed']);
  expect(await codec.heard()).toEqual(['composer/mixMinus/codec']);
  const arrivals = [...codec.receivers.values()].flatMap(({ packets }) => packets.map(({ at }) => at)).sort();
  const gaps = arrivals.map((at, index) => at - (arrivals[index - 1] ?? at));
  // Packets of 20 ms.
  expect(Math.max(...gaps)).toBeLessThan(150);
});

test('it ends soon when the other is not taken: its own voice is in it then', async () => {
  const { codec, composer, isClosed } = await listening();
  codec.takes = false;
  await room.open('codec');
  await composer.send({ source: 'mixMinus', for: 'codec' });
  await until('the mix has ended', isClosed, 1000);
  expect(await codec.heard()).toEqual([]);
});

test('what comes back in between stays', async () => {
  const { codec, composer, isClosed } = await listening();
  codec.takes = false;
  await room.open('codec');
  const { producerId } = await composer.send({ source: 'mixMinus', for: 'codec' });
  await until('it is offered', () => codec.offered.includes('composer/mixMinus/codec'));
  await composer.request({ request: 'closeProducer', producerId });
  await pause(300);
  expect(isClosed()).toBe(false);
  expect(await codec.heard()).toEqual(['composer/mix']);
});
