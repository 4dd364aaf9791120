/** A room over several workers: whoever is on one hears and sees who is on another, by the same gates. */
import { observer, type types } from 'mediasoup';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MediaNode } from '../../server/media/index.ts';
import { pause, startNode, type TestParticipant, TestRoom, until } from './media-fixture.ts';

let node: MediaNode;
let room: TestRoom;
let routers = 0;
const onWorker = (worker: types.Worker) =>
  worker.observer.on('newrouter', () => {
    routers++;
  });
beforeEach(async () => {
  routers = 0;
  observer.on('newworker', onWorker);
  node = await startNode(2, 1);
  room = await TestRoom.open(node);
});
afterEach(async () => {
  observer.off('newworker', onWorker);
  await room.close();
  await node.close();
});

/** A site with a microphone on one worker, whoever mixes it on the other. */
async function apart(): Promise<{ site: TestParticipant; composer: TestParticipant }> {
  const site = room.join('site', 'site', 'simulator');
  await site.send({ source: 'microphone' });
  await until('the second router', () => routers === 2);
  await pause(50);
  const composer = room.join('composer', 'service', 'composer');
  await composer.listen();
  return { site, composer };
}

/** Besides the site's own: the two ends of the pipe, which stays, and what comes through it, which does not. */
const closed = { transports: 3, producers: 1, consumers: 0 };
const open = { transports: 4, producers: 2, consumers: 2 };

it('REG-10: a gate opens and closes a microphone on another worker, and nothing is piped that nobody hears', async () => {
  const { composer } = await apart();
  await pause(100);
  expect(composer.offered).toEqual([]);
  expect((await room.media.count()).producers).toBe(1);
  for (let round = 0; round < 5; round++) {
    const opened = performance.now();
    await room.open('site');
    await until('the receiver is there', () => composer.receivers.size === 1);
    expect((await composer.receiver('site/microphone').first(opened)).name).toBe('site/microphone');
    expect(await room.media.count()).toEqual(open);
    await room.shut('site');
    await pause(30);
    const shut = performance.now();
    await pause(150);
    expect(composer.receiver('site/microphone').countSince(shut)).toBe(0);
    expect(await room.media.count()).toEqual(closed);
  }
});

it('ends right when the gate opens and closes 200 times at once, and when a source is sent anew', async () => {
  const { site, composer } = await apart();
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
  expect(await room.media.count()).toEqual(closed);
  for (let i = 0; i < 100; i++) void Promise.all([room.shut('site'), room.open('site')]);
  await until('heard', async () => (await composer.heard(60)).length === 1);
  for (let i = 0; i < 10; i++) await site.send({ source: 'microphone' });
  await until('one of each', async () => (await room.media.count()).producers === 2);
  await until('heard anew', async () => (await composer.heard(60)).length === 1);
  expect(await room.media.count()).toEqual(open);
  expect(room.reported.filter((c) => c.verb === 'reportEffectFailure')).toEqual([]);
});

it('many on one worker share what is piped to it', async () => {
  const { composer } = await apart();
  await room.open('site');
  const seconds = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (id) => {
      const browser = room.join(id, 'site', 'browser');
      await browser.listen();
      await browser.request({ request: 'openTransport', direction: 'receive' });
      return browser;
    }),
  );
  await until('all are offered it', () => seconds.every(({ offered }) => offered.length === 1));
  expect((await room.media.count()).producers).toBe(2);
  expect(await composer.heard()).toEqual(['site/microphone']);
});

it('hears voices of both workers as one room', async () => {
  const { composer } = await apart();
  const operator = room.join('operator', 'operator', 'browser');
  await operator.listen();
  const other = room.join('other', 'site', 'simulator');
  await other.send({ source: 'microphone' });
  await room.open('site');
  await room.open('other');
  await until('both are mixed', async () => (await composer.heard()).length === 2);
  const both = (levels: Record<string, number>) => 'site' in levels && 'other' in levels;
  await until('both are measured', () => operator.notices.some((n) => n.notice === 'levels' && both(n.levels)));
});

it('a worker that dies takes only its own participants with it, to the worker that is left', async () => {
  const { site, composer } = await apart();
  await room.open('site');
  await until('heard', async () => (await composer.heard(60)).length === 1);
  const [before, ownSession] = [room.media.session('site').mediaSession, room.media.session('composer').mediaSession];
  // Rooms go to the least loaded worker first, in the order of their ports.
  process.kill(node.workerPids()[0] ?? 0, 'SIGKILL');
  await until('told', () => site.notices.some((n) => n.notice === 'mediaLost'));
  expect(composer.notices.filter((n) => n.notice === 'mediaLost')).toEqual([]);
  expect(room.media.session('site').mediaSession).not.toBe(before);
  expect(room.media.session('composer').mediaSession).toBe(ownSession);
  expect(composer.offered).toEqual([]);
  await site.send({ source: 'microphone' });
  await until('heard again', async () => (await composer.heard(60)).length === 1);
});
