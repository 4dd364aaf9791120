import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MediaNode } from '../../server/media/index.ts';
import { startNode, TestRoom, until } from './media-fixture.ts';

let node: MediaNode;
beforeEach(async () => {
  node = await startNode(2);
});
afterEach(() => node.close());

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function talkingRoom() {
  const room = await TestRoom.open(node);
  const site = room.join('site', 'site', 'simulator');
  const composer = room.join('composer', 'service', 'composer');
  await composer.listen();
  await site.send({ source: 'microphone' });
  await room.open('site');
  await until('heard', async () => (await composer.heard(60)).length === 1);
  return { room, site, composer };
}

it('moves a room whose worker dies, and everyone in it speaks and hears again', async () => {
  const { room, site, composer } = await talkingRoom();
  const [first, second] = node.workerPids();
  const before = room.media.session('site').mediaSession;
  process.kill(first ?? 0, 'SIGKILL');
  await until('told', () => site.notices.some((n) => n.notice === 'mediaLost'));
  expect(room.losses).toBe(1);
  expect(composer.notices.filter((n) => n.notice === 'mediaLost')).toHaveLength(1);
  expect(composer.notices.filter((n) => n.notice === 'consumerClosed')).toEqual([]);
  expect(room.media.session('site').mediaSession).not.toBe(before);
  await until('the source is closed', () => room.state.participants.site?.sources.length === 0);
  expect(room.state.participants.site).toMatchObject({ presence: 'present', gate: 'open' });

  await composer.listen();
  await site.send({ source: 'microphone' });
  await until('heard', async () => (await composer.heard(60)).length === 1);
  expect(await room.media.count()).toEqual({ transports: 2, producers: 1, consumers: 1 });
  await until('replaced', () => node.workerPids().length === 2);
  expect(node.workerPids()[1]).toBe(second);
  expect(node.health()).toEqual({ status: 'ok' });
  await room.close();
});

it('waits for the replacement where every worker died', async () => {
  const { room, site, composer } = await talkingRoom();
  for (const pid of node.workerPids()) process.kill(pid, 'SIGKILL');
  await until('down', () => node.health().status === 'down');
  await expect(site.send({ source: 'microphone' })).rejects.toMatchObject({ refusal: { code: 'mediaUnavailable' } });
  await until('told', () => site.notices.some((n) => n.notice === 'mediaLost'));
  await composer.listen();
  await site.send({ source: 'microphone' });
  await until('heard', async () => (await composer.heard(60)).length === 1);
  await room.close();
});

it('survives a worker that dies while streams are being opened', async () => {
  const { room, site, composer } = await talkingRoom();
  const [first] = node.workerPids();
  const work = Array.from({ length: 20 }, () => Promise.all([room.shut('site'), room.open('site')]));
  const sends = [site.send({ source: 'microphone' }), site.send({ source: 'microphone' })];
  process.kill(first ?? 0, 'SIGKILL');
  await Promise.all(work);
  await Promise.allSettled(sends);
  await until('told', () => site.notices.some((n) => n.notice === 'mediaLost'));
  await composer.listen();
  await site.send({ source: 'microphone' });
  await until('heard', async () => (await composer.heard(60)).length === 1);
  expect(composer.offered).toEqual(['site/microphone']);
  await room.close();
});

it('places rooms on the least loaded worker and ends every process', async () => {
  const { room } = await talkingRoom();
  const other = await TestRoom.open(node);
  const [first, second] = node.workerPids();
  process.kill(second ?? 0, 'SIGKILL');
  await until('the second room moved', () => other.losses === 1);
  expect(room.losses).toBe(0);
  await until('replaced', () => node.workerPids().length === 2);
  const pids = node.workerPids();
  expect(pids[0]).toBe(first);
  await other.close();
  await room.close();
  await node.close();
  expect(pids.filter(isAlive)).toEqual([]);
});
