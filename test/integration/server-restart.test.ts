import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { LoggedEvent } from '../../server/protocol/events.ts';
import { until } from './media-fixture.ts';
import { openMeeting, operatorTicket, Peer, siteTicket } from './server-peers.ts';
import { type HttpClient, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess | undefined;
const peers: Peer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await server?.close();
});

const QUAD = { name: '2x2', slots: Array.from({ length: 4 }, () => ({ show: 'auto' })) } as const;

async function readLog(operator: HttpClient, roomId: string): Promise<LoggedEvent[]> {
  return ((await operator.send('GET', `/api/rooms/${roomId}/log`)).json as { events: LoggedEvent[] }).events;
}

async function enter(url: string, ticket: string): Promise<Peer> {
  const peer = await Peer.connect({ url, ticket });
  peers.push(peer);
  return peer;
}

test('kill -9 in a meeting: floor, layout and log are as they were, and everyone comes back by himself', async () => {
  server = await ServerProcess.start();
  const operator = await signIn(server);
  const roomId = await openMeeting(operator, 'Phòng chống bão');
  const desk = await enter(server.url, await operatorTicket(operator, roomId));
  const speaker = await enter(server.url, await siteTicket(operator, roomId, 'Ba Bể'));
  const waiting = await enter(server.url, await siteTicket(operator, roomId, 'Na Rì'));
  await speaker.command({ verb: 'requestFloor' });
  await waiting.command({ verb: 'requestFloor' });
  const [first, second] = desk.state.requests;
  await desk.command({ verb: 'grantFloor', requestId: first?.id });
  await desk.command({ verb: 'forwardRequest', requestId: second?.id });
  await desk.command({ verb: 'editPreview', layout: QUAD });
  await desk.command({ verb: 'take', version: desk.state.preview.version });
  const before = await readLog(operator, roomId);
  const sessions = peers.map((peer) => peer.welcomes.at(-1)?.mediaSession);

  expect(await server.kill('SIGKILL')).toBe('SIGKILL');
  await server.resume();
  await until('everyone is back', () => peers.every((peer) => peer.welcomes.length === 2), 10_000);

  const after = await readLog(operator, roomId);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after[before.length]?.event.type).toBe('serverRestarted');
  await until('all are seen to be present', () =>
    peers.every((peer) => desk.state.participants[peer.id]?.presence === 'present'),
  );
  expect(desk.state.program).toEqual(QUAD);
  expect(desk.state.participants[speaker.id]).toMatchObject({ gate: 'open', presence: 'present' });
  expect(desk.state.requests.map(({ status }) => status)).toEqual(['speaking', 'forwarded']);
  // New media: every transport must be built anew.
  for (const [i, peer] of peers.entries()) expect(peer.welcomes[1]?.mediaSession).not.toBe(sessions[i]);
  expect(await desk.command({ verb: 'revokeFloor', participantId: speaker.id })).toMatchObject({ ok: true });
});

test('what was acknowledged is in the log, whenever the server is killed', async () => {
  server = await ServerProcess.start();
  const operator = await signIn(server);
  const roomId = await openMeeting(operator);
  const desk = await enter(server.url, await operatorTicket(operator, roomId));
  const site = await enter(server.url, await siteTicket(operator, roomId, 'Pác Nặm'));
  let acknowledged = 0;
  const busy = (async () => {
    for (let i = 1; i <= 5_000; i++) {
      const name = `Pác Nặm ${i}`;
      const answer = await desk.command({ verb: 'renameParticipant', participantId: site.id, name }).catch(() => null);
      if (!answer?.ok) return;
      acknowledged = i;
    }
  })();
  await until('some are through', () => acknowledged >= 20);
  await server.kill('SIGKILL');
  desk.socket.disconnect();
  await busy;
  await server.resume();
  const renamed = (await readLog(operator, roomId)).filter(({ event }) => event.type === 'participantRenamed');
  expect(renamed.length).toBeGreaterThanOrEqual(acknowledged);
  expect(renamed.length).toBeLessThanOrEqual(acknowledged + 1);
});

test('a server that is told to stop closes within three seconds; a second one on its port says so', async () => {
  server = await ServerProcess.start();
  const operator = await signIn(server);
  const roomId = await openMeeting(operator);
  await enter(server.url, await operatorTicket(operator, roomId));
  const port = new URL(server.url).port;
  await expect(ServerProcess.start({ ROSTRUM_PORT: port })).rejects.toThrow(`Port ${port} at 127.0.0.1 is in use`);
  await expect(ServerProcess.start({ ROSTRUM_PORT: 'https' })).rejects.toThrow(
    'ROSTRUM_PORT="https"; allowed: 0–65535',
  );

  const started = performance.now();
  expect(await server.kill('SIGTERM')).toBe(0);
  expect(performance.now() - started).toBeLessThan(3_000);
});

test('a first start that fails takes no password with it', async () => {
  server = await ServerProcess.start();
  await server.kill('SIGTERM');
  for (const suffix of ['', '-wal', '-shm']) await rm(join(server.folder, `rostrum.sqlite${suffix}`), { force: true });
  server.oneTimePassword = '';
  const neighbour = createServer().listen(Number(new URL(server.url).port), '127.0.0.1');
  await expect(server.resume()).rejects.toThrow('is in use');
  await new Promise((resolve) => neighbour.close(resolve));
  await server.resume();
  expect(server.oneTimePassword).not.toBe('');
});

test('a server whose supervisor is gone ends by itself', async () => {
  server = await ServerProcess.start();
  const { child } = server;
  child.disconnect();
  await until('it has ended', () => child.exitCode === 0, 4_000);
});
