import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineChartSchema, lineTreeSchema, roomCourseSchema } from '../../server/protocol/quality.ts';
import { until } from './media-fixture.ts';
import { openMeeting, operatorTicket, Peer, siteTicket } from './server-peers.ts';
import { HttpClient, PASSWORD, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let operator: HttpClient;
const peers: Peer[] = [];
beforeAll(async () => {
  server = await ServerProcess.start();
  operator = await signIn(server);
}, 60_000);
afterAll(async () => {
  for (const peer of peers) peer.close();
  await server.close();
});

async function enter(ticket: string): Promise<Peer> {
  const peer = await Peer.connect({ url: server.url, ticket });
  peers.push(peer);
  return peer;
}
/** What a browser says of itself each second. */
const report = (loss: number, from: Peer) => ({
  request: 'reportSamples',
  samples: [
    { agoMs: 0, direction: 'down', spanMs: 1_000, packets: 400, loss },
    {
      ...{ agoMs: 0, direction: 'down', spanMs: 1_000, kbps: 650, height: 360, frames: 25, codec: 'vp8' },
      stream: { participantId: from.id, source: 'camera' },
    },
  ],
});

test('REG-17: a meeting’s lines are seen as they are, and after it as they were; by whom the table lets', async () => {
  const roomId = await openMeeting(operator, 'Giao ban đường truyền');
  const desk = await enter(await operatorTicket(operator, roomId));
  const [baBe, naRi] = [
    await enter(await siteTicket(operator, roomId, 'Ba Bể')),
    await enter(await siteTicket(operator, roomId, 'Na Rì')),
  ];
  const treeNow = async () => lineTreeSchema.parse((await operator.send('GET', `/api/rooms/${roomId}/line-tree`)).json);
  let second = 0;
  const levelOf = async () => (await treeNow()).lines.find(({ participantId }) => participantId === baBe.id)?.level;
  while ((await levelOf()) !== 'poor' && second++ < 15) {
    await baBe.request(report(0.2, naRi));
    await sleep(1_000);
  }
  const now = await treeNow();
  const at = now.at;
  expect(now).toMatchObject({
    title: 'Giao ban đường truyền',
    live: true,
    carriers: {},
    names: { [naRi.id]: 'Na Rì' },
  });
  expect(now.lines.map(({ name }) => name)).toEqual(['Ba Bể', 'Na Rì', 'operator']);
  expect(now.lines[0]).toMatchObject({
    ...{ level: 'poor', role: 'site', kind: 'browser' },
    reasons: [{ measure: 'loss', direction: 'down', level: 'poor' }],
    flows: [{ direction: 'down', stream: { participantId: naRi.id, source: 'camera' }, kbps: 650, height: 360 }],
  });

  const failed = { verb: 'openIncident', participantId: baBe.id, kind: 'sound' };
  expect((await desk.command(failed)).ok).toBe(true);
  expect((await desk.command({ verb: 'endMeeting' })).ok).toBe(true);
  await until('the meeting is over', () => desk.state.status === 'ended');
  const course = roomCourseSchema.parse((await operator.send('GET', `/api/rooms/${roomId}/course`)).json);
  expect(course.live).toBe(false);
  expect(course.names).toMatchObject({ [baBe.id]: 'Ba Bể' });
  expect(course.lines.map(({ name }) => name)).toEqual(['Ba Bể', 'Na Rì', 'operator']);
  const [ofBaBe, ofNaRi] = course.lines;
  expect(new Set(ofNaRi?.stretches.map(({ level }) => level))).toEqual(new Set(['good']));
  expect(ofBaBe?.stretches.find(({ level }) => level === 'poor')?.cause).toMatchObject({
    ...{ measure: 'loss', direction: 'down' },
    value: expect.closeTo(0.2, 1),
  });

  const path = `/api/rooms/${roomId}/line-tree?at=${at}`;
  const then = lineTreeSchema.parse((await operator.send('GET', path)).json);
  expect(then).toMatchObject({ live: false, at });
  expect(then.lines[0]).toMatchObject({ name: 'Ba Bể', level: 'poor', flows: [{ kbps: 650, height: 360 }] });
  const before = await operator.send('GET', `/api/rooms/${roomId}/line-tree?at=${course.from - 3_600_000}`);
  expect(lineTreeSchema.parse(before.json).lines).toEqual([]);

  const answer = await operator.send('GET', `/api/lines/${baBe.id}/chart?roomId=${roomId}&from=${course.from}`);
  const chart = lineChartSchema.parse(answer.json);
  expect(chart).toMatchObject({ name: 'Ba Bể', names: { [naRi.id]: 'Na Rì' } });
  expect(chart.times.length).toBeLessThanOrEqual(602);
  expect(chart.down.loss).toHaveLength(chart.times.length);
  expect(Math.max(...chart.down.loss.map((loss) => loss ?? 0))).toBeGreaterThan(0.1);
  expect(chart.flows[0]?.kbps).toContain(650);

  const added = await operator.send('POST', '/api/accounts', { username: 'lan', name: 'Lan', roles: ['chair'] });
  const { password } = added.json as { password: string };
  const chair = new HttpClient(server);
  await chair.send('POST', '/api/sign-in', { username: 'lan', password });
  await chair.send('POST', '/api/password', { password, newPassword: PASSWORD });
  const stranger = new HttpClient(server);
  for (const closed of [path, `/api/rooms/${roomId}/course`, `/api/lines/${baBe.id}/chart`]) {
    expect((await stranger.send('GET', closed)).status).toBe(401);
    expect((await chair.send('GET', closed)).status).toBe(403);
  }
  for (const wrong of ['/api/rooms/999999/course', '/api/rooms/999999/line-tree']) {
    expect((await operator.send('GET', wrong)).json).toMatchObject({ error: { code: 'roomUnknown' } });
  }
  const odd = await operator.send('GET', `/api/rooms/${roomId}/course?from=gestern`);
  expect(odd.status).toBe(400);
}, 60_000);
