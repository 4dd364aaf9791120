import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import { pause, until } from './media-fixture.ts';
import { openMeeting, operatorTicket, Peer, siteTicket } from './server-peers.ts';
import { type HttpClient, http, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let operator: HttpClient;
let roomId: string;
let desk: Peer;
const peers: Peer[] = [];

beforeAll(async () => {
  server = await ServerProcess.start();
  operator = await signIn(server);
  roomId = await openMeeting(operator);
  desk = await Peer.connect({ url: server.url, ticket: await operatorTicket(operator, roomId) });
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});
afterAll(async () => {
  desk.close();
  await server.close();
});

async function enter(name: string): Promise<Peer> {
  const peer = await Peer.connect({ url: server.url, ticket: await siteTicket(operator, roomId, name) });
  peers.push(peer);
  return peer;
}
/** The room's number of events: what was sent must not raise it. */
async function countEvents(): Promise<number> {
  const log = (await operator.send('GET', `/api/rooms/${roomId}/log`)).json as { events: unknown[] };
  return log.events.length;
}
const refusal = (code: string, detail?: string) => ({
  ok: false,
  refusal: { code, ...(detail === undefined ? {} : { detail }) },
});

test.each([
  ['nothing', undefined, 'malformed'],
  ['null', null, 'malformed'],
  ['a number', 7, 'malformed'],
  ['a text', 'take', 'malformed'],
  ['a list', [], 'malformed'],
  ['an unknown verb', { verb: 'becomeOperator' }, 'malformed'],
  ["a system's verb", { verb: 'admit', participant: {} }, 'malformed'],
  ['a missing field', { verb: 'take' }, 'malformed'],
  ['a field too many', { verb: 'leave', now: true }, 'malformed'],
  ['a wrong type', { verb: 'muteSelf', muted: 'yes' }, 'malformed'],
  ['a prototype', JSON.parse('{"verb":"leave","__proto__":{"verb":"take"}}'), 'malformed'],
  ['bytes', Buffer.from('leave'), 'malformed'],
])('%s as a command is refused and changes nothing', async (_what, message, code) => {
  const site = await enter('Ba Bể');
  await pause(20);
  const before = await countEvents();
  expect(await site.command(message)).toMatchObject(refusal(code));
  expect(await countEvents()).toBe(before);
});

test('a refusal names the field', async () => {
  const site = await enter('Na Rì');
  expect(await site.command({ verb: 'muteSelf', muted: 1 })).toMatchObject(refusal('malformed', 'muted'));
  expect(await site.command({ verb: 'leave', extra: 1 })).toMatchObject(refusal('malformed', 'extra'));
  const preview = { verb: 'editPreview', layout: { name: '2x2', slots: [{ show: 'nobody' }] } };
  expect(await site.command(preview)).toMatchObject(refusal('malformed', 'layout.slots.0.show'));
});

test('a message above 64 kB is refused, the connection stays', async () => {
  const site = await enter('Pác Nặm');
  const big = { verb: 'renameParticipant', name: 'ă'.repeat(40_000) };
  expect(await site.command(big)).toMatchObject(refusal('messageTooLarge'));
  expect(await site.request({ request: 'watch', pictures: big })).toMatchObject(refusal('messageTooLarge'));
  expect(site.socket.connected).toBe(true);
});

test('a packet above 256 kB closes that connection alone', async () => {
  const site = await enter('Chợ Đồn');
  let reason = '';
  site.socket.on('disconnect', (why) => (reason = why));
  site.socket.emit('command', { verb: 'leave', filler: 'x'.repeat(300_000) });
  await until('the connection is closed', () => reason !== '');
  expect(desk.socket.connected).toBe(true);
  await until('it comes back by itself', () => site.welcomes.length === 2);
});

test('what cannot be decoded closes that connection alone', async () => {
  const site = await enter('Bạch Thông');
  let closed = false;
  site.socket.on('disconnect', () => (closed = true));
  site.socket.io.engine.write('2/room,7["command"');
  await until('the connection is closed', () => closed);
  expect(desk.socket.connected).toBe(true);
});

test('deep nesting harms nobody', async () => {
  const site = await enter('Ngân Sơn');
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  site.socket.io.engine.write(`2/room,["command",${deep}]`);
  expect(await site.command({ verb: 'muteSelf', muted: true })).toMatchObject({ ok: true });
});

test('unknown messages are answered, messages without an acknowledgement tolerated', async () => {
  const site = await enter('Chợ Mới');
  for (const name of ['welcome', 'event', 'constructor', '__proto__', 'x'.repeat(100)]) {
    expect(await site.socket.timeout(2_000).emitWithAck(name, {})).toMatchObject(refusal('malformed'));
  }
  site.socket.emit('command');
  site.socket.emit('command', { verb: 'muteSelf', muted: true }, 'not a function');
  site.socket.emit('request', { request: 'resync' });
  await until(
    'both had their effect',
    () => site.welcomes.length === 2 && site.state.participants[site.id]?.muted === true,
  );
});

test('a flood is refused and passes', async () => {
  const site = await enter('Thành phố');
  const answers = await Promise.all(Array.from({ length: 800 }, () => site.command({ verb: 'withdrawRequest' })));
  const limited = answers.filter((answer) => !answer.ok && answer.refusal.code === 'tooManyMessages');
  expect(limited.length).toBeGreaterThan(100);
  expect(limited.length).toBeLessThan(400);
  await pause(200);
  expect(await site.command({ verb: 'muteSelf', muted: true })).toMatchObject({ ok: true });
});

test.each([
  ['no ticket', {}, 'malformed'],
  ['a ticket that is none', { ticket: 'eyJhbGciOiJub25lIn0.e30.', version: PROTOCOL_VERSION }, 'linkInvalid'],
  ['another version', { ticket: 'x', version: PROTOCOL_VERSION + 1 }, 'versionUnsupported'],
  ['an endless ticket', { ticket: 'x'.repeat(5_000), version: PROTOCOL_VERSION }, 'malformed'],
])('a handshake with %s is refused', async (_what, auth, code) => {
  const peer = new Peer({ url: server.url, ticket: '' });
  peers.push(peer);
  peer.socket.disconnect();
  peer.socket.auth = auth;
  peer.socket.connect();
  await until('a refusal', () => peer.refusals.length > 0);
  expect(peer.refusals).toMatchObject([{ code }]);
});

test('a link is no ticket, and a ticket no link', async () => {
  const issued = await operator.send('POST', `/api/rooms/${roomId}/links`, { role: 'site', name: 'Ba Bể' });
  const token = (issued.json as { url: string }).url.split('#')[1] ?? '';
  const peer = await Peer.connect({ url: server.url, ticket: token });
  peers.push(peer);
  expect(peer.refusals).toMatchObject([{ code: 'linkInvalid' }]);
  const ticket = await siteTicket(operator, roomId, 'Ba Bể');
  expect((await operator.send('POST', '/api/join', { token: ticket })).json).toMatchObject({
    error: { code: 'linkInvalid' },
  });
});

test('HTTP that is malformed, too large or from another page is refused by code', async () => {
  const send = (body: unknown, headers = {}) => http(`${server.url}/api/sign-in`, 'POST', body, headers);
  expect(await send('{"username":')).toMatchObject({ status: 400, json: { error: { code: 'malformed' } } });
  expect(await send({ username: 'operator' })).toMatchObject({
    status: 400,
    json: { error: { code: 'malformed', detail: 'password' } },
  });
  expect(await send({ username: 'x'.repeat(70_000) })).toMatchObject({
    status: 413,
    json: { error: { code: 'messageTooLarge' } },
  });
  const foreign = await operator.send('POST', '/api/rooms', { title: 'x' }, { origin: 'https://elsewhere.example' });
  expect(foreign).toMatchObject({ status: 403, json: { error: { code: 'notPermitted' } } });
  expect(await http(`${server.url}/api/nothing`, 'GET')).toMatchObject({ status: 404 });
  expect(await http(`${server.url}/api/rooms/%ff/log`, 'GET')).toMatchObject({ status: 400 });
});

test('what only operators may see is not shown without a sign-in', async () => {
  for (const [method, path] of [
    ['GET', '/api/rooms'],
    ['POST', '/api/rooms'],
    ['POST', `/api/rooms/${roomId}/ticket`],
    ['GET', `/api/rooms/${roomId}/links`],
    ['POST', `/api/rooms/${roomId}/links`],
    ['DELETE', `/api/rooms/${roomId}/links/x`],
    ['GET', `/api/rooms/${roomId}/log`],
    ['GET', '/api/recordings'],
    ['GET', '/api/recordings/x/video'],
  ] as const) {
    expect(await http(`${server.url}${path}`, method), path).toMatchObject({ status: 401 });
  }
});

test('the server still stands and has logged no secret', async () => {
  expect((await http(`${server.url}/api/health`, 'GET')).status).toBe(200);
  expect(server.child.exitCode).toBeNull();
  expect(server.output).not.toContain(server.oneTimePassword);
  expect(server.output).not.toMatch(/eyJ[\w-]{10,}/);
});
