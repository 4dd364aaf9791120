import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { participantIdOfAddress } from '../../server/protocol/ids.ts';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import type { Answer, OpenRooms } from '../../server/protocol/wire.ts';
import { until } from './media-fixture.ts';
import { openMeeting, operatorTicket, Peer } from './server-peers.ts';
import { type HttpClient, http, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let operator: HttpClient;
let gateway: Socket;
const told: OpenRooms[] = [];
const peers: Peer[] = [];

function connectGateway(secret: string): Socket {
  const auth = { secret, version: PROTOCOL_VERSION };
  return io(`${server.url}/gateway`, { auth, transports: ['websocket'], rejectUnauthorized: false, forceNew: true });
}
const ask = (request: unknown): Promise<Answer> => gateway.timeout(5_000).emitWithAck('request', request);
const enter = async (ticket: string) => {
  const peer = await Peer.connect({ url: server.url, ticket });
  peers.push(peer);
  return peer;
};
const healthParts = async () =>
  ((await http(`${server.url}/api/health`, 'GET')).json as { status: string; parts: Record<string, unknown> }) ?? {};

beforeAll(async () => {
  server = await ServerProcess.start({ ROSTRUM_SIP_CALLERS: 'known' });
  operator = await signIn(server);
  gateway = connectGateway(await server.gatewaySecret());
  gateway.on('rooms', (rooms: OpenRooms) => told.push(rooms));
  await until('the rooms are told', () => told.length > 0);
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});
afterAll(async () => {
  gateway.disconnect();
  await server.close();
});

test('only who knows the secret is the gateway', async () => {
  const stranger = connectGateway('x'.repeat(43));
  const refused = await new Promise<Error & { data?: unknown }>((resolve) => stranger.on('connect_error', resolve));
  stranger.disconnect();
  expect(refused.data).toMatchObject({ code: 'notPermitted' });
});

test('the gateway hears of rooms that open and end', async () => {
  const roomId = await openMeeting(operator, 'Giao ban tuần');
  await until('the room is told', () => told.at(-1)?.rooms.some((room) => room.roomId === roomId) === true);
  expect(told.at(-1)?.rooms).toContainEqual({ roomId, title: 'Giao ban tuần' });
  const desk = await enter(await operatorTicket(operator, roomId));
  await desk.command({ verb: 'endMeeting' });
  await until('its end is told', () => told.at(-1)?.rooms.every((room) => room.roomId !== roomId) === true);
});

test('a ticket makes a participant of the kind it names', async () => {
  const roomId = await openMeeting(operator);
  const answer = await ask({ request: 'ticket', roomId, kind: 'gateway', participantId: 'gateway', name: 'Gateway' });
  if (!answer.ok) throw new Error(answer.refusal.code);
  const mirror = await enter((answer.result as { ticket: string }).ticket);
  expect(mirror.welcomes[0]).toMatchObject({ role: 'service', kind: 'gateway' });
  const desk = await enter(await operatorTicket(operator, roomId));
  await desk.command({ verb: 'dial', address: 'sip:codec@10.1.2.3' });
  await until('the call is mirrored', () => Object.values(mirror.state.calls).length === 1);
  const [call] = Object.values(mirror.state.calls);
  expect(call).toMatchObject({ direction: 'out', status: 'requested', address: 'sip:codec@10.1.2.3' });
  const report = { verb: 'reportCall', callId: call?.id, status: 'ringing' };
  expect(await mirror.command(report)).toMatchObject({ ok: true });
  expect(await desk.command(report)).toMatchObject({ ok: false, refusal: { code: 'notPermitted' } });
  expect(desk.state.calls[call?.id ?? '']?.status).toBe('ringing');
});

test('a known caller is let in as himself, others are refused and on record', async () => {
  const roomId = await openMeeting(operator);
  const desk = await enter(await operatorTicket(operator, roomId));
  const from = (ip: string) => ({ transport: 'udp', ip, port: 5060 });
  const stranger = { request: 'admitCall', target: roomId, from: 'sip:eve@10.9.9.9', source: from('10.9.9.9') };
  expect(await ask(stranger)).toMatchObject({ ok: false, refusal: { code: 'notPermitted' } });
  await until('the attempt is on record', () => desk.state.attempts.length === 1);
  expect(desk.state.attempts[0]).toMatchObject({ by: participantIdOfAddress(stranger.from), verb: 'call' });
  expect(await ask({ ...stranger, target: '999999' })).toMatchObject({ ok: false, refusal: { code: 'roomUnknown' } });
  expect(await ask({ ...stranger, target: '../../etc' })).toMatchObject({
    ok: false,
    refusal: { code: 'roomUnknown' },
  });

  await desk.command({ verb: 'dial', address: 'sip:babe@10.0.0.5', name: 'Ba Bể' });
  await desk.command({ verb: 'hangUp', callId: Object.keys(desk.state.calls)[0] });
  const known = {
    ...stranger,
    from: 'sip:BaBe@10.0.0.5:5080;transport=tcp',
    displayName: 'codec',
    source: from('10.0.0.5'),
  };
  const answer = await ask(known);
  if (!answer.ok) throw new Error(answer.refusal.code);
  const admitted = answer.result as { participantId: string; callId: string; ticket: string };
  expect(admitted.participantId).toBe(participantIdOfAddress('babe@10.0.0.5'));
  expect(desk.state.calls[admitted.callId]).toMatchObject({ direction: 'in', status: 'trying' });
  const codec = await enter(admitted.ticket);
  expect(desk.state.participants[codec.id]).toMatchObject({ kind: 'sip', role: 'site', callId: admitted.callId });
});

test('health follows what the gateway reports', async () => {
  expect((await healthParts()).status).toBe('degraded');
  await ask({ request: 'reportHealth', sip: 'off', engine: 'ok' });
  expect(await healthParts()).toMatchObject({
    status: 'ok',
    parts: { store: { status: 'ok' }, media: { status: 'ok' }, gateway: { status: 'ok' }, sip: { status: 'off' } },
  });
  await ask({ request: 'reportHealth', sip: 'down', engine: 'ok', detail: 'port 5060 is taken' });
  expect(await healthParts()).toMatchObject({
    status: 'degraded',
    parts: { sip: { status: 'down', detail: 'port 5060 is taken' } },
  });
});

describe('a site of the directory', () => {
  const sip = { account: 'babe', password: 'right-12', sources: ['10.4.0.0/16'], encryption: 'required', bridge: true };
  const call = (target: string, ip: string, more: object = {}) =>
    ask({
      request: 'admitCall',
      target,
      from: 'sip:codec@whatever',
      source: { transport: 'udp', ip, port: 5060 },
      ...more,
    });

  test('enters the meetings it is invited to, however it is known, and no other (REG-12)', async () => {
    const line = { downKbps: 2000, targets: {} };
    await operator.send('POST', '/api/sites', { siteId: 'ba-be', name: 'Ba Bể', sip, line });
    const roomId = await openMeeting(operator, 'Giao ban', { siteIds: ['ba-be'] });
    const other = await openMeeting(operator);
    const answers = [
      await call(roomId, '10.4.5.6'),
      await call(roomId, '192.0.2.1', { account: 'babe' }),
      await call('', '10.4.5.6'),
    ];
    for (const answer of answers) {
      const expected = { roomId, participantId: 'site-ba-be', name: 'Ba Bể', encryption: 'required', bridge: true };
      expect(answer).toMatchObject({ ok: true, result: { ...expected, line: { downKbps: 2000 } } });
    }
    const desk = await enter(await operatorTicket(operator, other));
    expect(await call(other, '10.4.5.6')).toMatchObject({ ok: false, refusal: { code: 'notInvited' } });
    await until('the attempt is on record', () => desk.state.attempts.length === 1);
    expect(desk.state.attempts[0]).toMatchObject({ by: 'site-ba-be', name: 'Ba Bể', verb: 'call' });
  });

  test('has what it tried elsewhere on record where it belongs', async () => {
    const roomId = await openMeeting(operator, 'Giao ban', { siteIds: ['ba-be'] });
    const desk = await enter(await operatorTicket(operator, roomId));
    const source = { transport: 'udp', ip: '10.4.5.6', port: 5060 };
    const transfer = { request: 'recordAttempt', kind: 'refer', from: 'sip:x@y', target: 'sip:out@side', source };
    expect(await ask(transfer)).toMatchObject({ ok: true });
    await until('the attempt is on record', () => desk.state.attempts.length === 1);
    expect(desk.state.attempts[0]).toMatchObject({ by: 'site-ba-be', verb: 'refer', detail: 'sip:out@side' });
  });

  test('is asked for a secret that nobody else sees', async () => {
    expect(await ask({ request: 'sipAccount', user: 'babe' })).toMatchObject({ ok: true, result: { siteId: 'ba-be' } });
    expect(await ask({ request: 'sipAccount', user: 'eve' })).toMatchObject({ refusal: { code: 'siteUnknown' } });
    const listed = await operator.send('GET', '/api/sites');
    expect(JSON.stringify(listed.json)).not.toMatch(/right-12|ha1|md5/);
  });

  test('shows where it is registered', async () => {
    const expiresAt = Date.now() + 60_000;
    const source = { transport: 'tcp', ip: '10.4.5.6', port: 40_000 };
    const binding = { account: 'babe', contact: 'sip:babe@10.4.5.6', source, callId: 'a', cseq: 1, expiresAt };
    await ask({ request: 'reportRegistrations', account: 'babe', bindings: [binding] });
    expect(await ask({ request: 'registrations' })).toMatchObject({ result: { bindings: [binding] } });
    expect((await operator.send('GET', '/api/sites')).json).toMatchObject({
      sites: [{ siteId: 'ba-be', registered: { contacts: ['sip:babe@10.4.5.6'] } }],
    });
  });
});

test('bans are listed and lifted', async () => {
  const ban = { ip: '203.0.113.9', until: Date.now() + 60_000, reason: 'scanner', attempts: 7 };
  await ask({ request: 'reportBans', bans: [ban] });
  expect((await operator.send('GET', '/api/sip/bans')).json).toEqual({ bans: [ban] });
  const lifted = new Promise((resolve) => gateway.once('unban', resolve));
  await operator.send('DELETE', `/api/sip/bans/${ban.ip}`);
  expect(await lifted).toEqual({ ip: ban.ip });
  expect((await operator.send('GET', '/api/sip/bans')).json).toEqual({ bans: [] });
});

test('no PIN is found by trying, from however many addresses, and all at once', async () => {
  const desk = await enter(await operatorTicket(operator, await openMeeting(operator)));
  await until('the meeting has a PIN', () => desk.state.pin !== undefined);
  const pin = desk.state.pin === '000000' ? '000001' : '000000';
  const tries = Array.from({ length: 80 }, (_, n) =>
    ask({
      request: 'admitByPin',
      pin,
      from: `sip:${n}@10.3.0.${n}`,
      source: { ip: `10.3.0.${n}`, port: 5060, transport: 'udp' },
    }),
  );
  const codes = (await Promise.all(tries)).map((answer) => (answer.ok ? 'ok' : answer.refusal.code));
  expect(codes.filter((code) => code === 'pinWrong')).toHaveLength(60);
  expect(codes.filter((code) => code === 'tooManyAttempts')).toHaveLength(20);
});
