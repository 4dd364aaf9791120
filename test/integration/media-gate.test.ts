import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { MediaNode } from '../../server/media/index.ts';
import { pause, startNode, TestRoom, until } from './media-fixture.ts';

// REG-10 as packets: what leaves the server, not what it says.

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

async function siteAndComposer() {
  const site = room.join('site', 'site', 'simulator');
  const composer = room.join('composer', 'service', 'composer');
  await composer.listen();
  const { sender } = await site.send({ source: 'microphone' });
  await until('the source is known', () => room.state.participants.site?.sources.length === 1);
  return { site, composer, sender };
}

it('lets no packet of a closed microphone through', async () => {
  const { composer } = await siteAndComposer();
  await pause(300);
  expect(composer.offered).toEqual([]);
  expect((await room.media.count()).consumers).toBe(0);
});

it('forwards an opened microphone within 200 ms and stops it when it closes', async () => {
  const { composer } = await siteAndComposer();
  await room.open('site');
  await until('the receiver is there', () => composer.receivers.size === 1);
  const receiver = composer.receiver('site/microphone');
  for (let round = 0; round < 5; round++) {
    const opened = performance.now();
    if (round > 0) void room.open('site');
    const packet = await receiver.first(opened);
    expect(packet.at - opened).toBeLessThan(200);
    expect(packet.name).toBe('site/microphone');
    await room.shut('site');
    await pause(30);
    const closed = performance.now();
    await pause(150);
    expect(receiver.countSince(closed)).toBe(0);
    expect((await room.media.count()).consumers).toBe(0);
  }
});

it('does not resume what the gate has closed, whatever the receiver asks', async () => {
  const { composer } = await siteAndComposer();
  composer.takes = false;
  await room.open('site');
  await until('offered', () => composer.offers.size === 1);
  const [offer] = composer.offers.values();
  expect(offer?.address?.ip).toBe('127.0.0.1');
  await room.shut('site');
  const address = { ip: '127.0.0.1', port: 9 };
  await expect(
    composer.request({ request: 'resumeConsumer', consumerId: offer?.consumerId ?? '', address }),
  ).rejects.toMatchObject({ refusal: { code: 'consumerUnknown' } });
});

it('ends right when the gate opens and closes 200 times at once', async () => {
  const { composer } = await siteAndComposer();
  const work: Promise<unknown>[] = [];
  for (let i = 0; i < 200; i++) {
    work.push(room.open('site'));
    if (i % 3 === 0) await pause(1);
    work.push(room.shut('site'));
    if (i % 7 === 0) await pause(1);
  }
  await Promise.all(work);
  await pause(200);
  expect(composer.offered).toEqual([]);
  expect(await room.media.count()).toEqual({ transports: 1, producers: 1, consumers: 0 });
  expect(await composer.heard()).toEqual([]);

  for (let i = 0; i < 100; i++) void Promise.all([room.shut('site'), room.open('site')]);
  await until('one consumer', async () => (await room.media.count()).consumers === 1);
  await until('heard', async () => (await composer.heard(60)).length === 1);
  expect(composer.offered).toEqual(['site/microphone']);
  expect(await room.media.count()).toEqual({ transports: 2, producers: 1, consumers: 1 });
  expect(room.reported.filter((c) => c.verb === 'reportEffectFailure')).toEqual([]);
});

it('opens what is audible already for whoever comes later', async () => {
  const { composer } = await siteAndComposer();
  await room.open('site');
  const operator = room.join('operator', 'operator', 'browser');
  await operator.listen();
  expect(operator.offered).toEqual([]);
  await operator.request({ request: 'openTransport', direction: 'receive' });
  await until('offered', () => operator.offered.length === 1);
  expect(operator.offered).toEqual(['site/microphone']);
  expect(room.media.session('operator').consumers.map((c) => c.from.source)).toEqual(['microphone']);
  expect(await composer.heard()).toEqual(['site/microphone']);
});

it('follows the next stream of a source that is sent anew', async () => {
  const { site, composer, sender } = await siteAndComposer();
  await room.open('site');
  await until('heard', async () => (await composer.heard(60)).length === 1);
  const again = await site.send({ source: 'microphone' });
  sender.stop();
  await until('the new stream', () => composer.receiver('site/microphone').packets.length > 0);
  const since = performance.now();
  await composer.receiver('site/microphone').first(since + 100);
  expect(
    composer.offers
      .values()
      .map((o) => o.producerId)
      .toArray(),
  ).toEqual([again.producerId]);
  expect(await room.media.count()).toEqual({ transports: 2, producers: 1, consumers: 1 });
  expect(room.state.participants.site?.sources).toEqual([{ source: 'microphone' }]);
});

it('ends right when a source is sent anew 30 times at once', async () => {
  const { site, composer } = await siteAndComposer();
  await room.open('site');
  let last = '';
  for (let i = 0; i < 30; i++) {
    const { producerId, sender } = await site.send({ source: 'microphone' });
    if (i < 29) sender.stop();
    last = producerId;
  }
  await until('the last one', () => composer.offers.values().some((o) => o.producerId === last));
  expect(composer.offers.size).toBe(1);
  await until('one of each', async () => (await room.media.count()).transports === 2);
  expect(await room.media.count()).toEqual({ transports: 2, producers: 1, consumers: 1 });
  await until('heard', async () => (await composer.heard(60)).length === 1);
});

it('leaves nothing behind of someone who has left', async () => {
  const { composer } = await siteAndComposer();
  await room.open('site');
  await until('heard', async () => (await composer.heard(60)).length === 1);
  await room.leave('site');
  await until('closed', () => composer.offered.length === 0);
  await until('nothing', async () => (await room.media.count()).transports === 0);
  expect(await room.media.count()).toEqual({ transports: 0, producers: 0, consumers: 0 });
  await expect(room.media.request('site', { request: 'openTransport', direction: 'send' })).rejects.toMatchObject({
    refusal: { code: 'participantUnknown' },
  });
});
