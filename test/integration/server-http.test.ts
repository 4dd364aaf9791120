import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import { until } from './media-fixture.ts';
import { issueLink, openMeeting, operatorTicket, Peer, ticketOf } from './server-peers.ts';
import { HttpClient, http, PASSWORD, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let clientDir: string;
beforeAll(async () => {
  clientDir = await mkdtemp(join(tmpdir(), 'rostrum-client-'));
  await mkdir(join(clientDir, 'assets'));
  await writeFile(join(clientDir, 'index.html'), '<p>Rostrum</p>');
  await writeFile(join(clientDir, 'assets', 'app-1a2b.js'), 'void 0');
  server = await ServerProcess.start({ ROSTRUM_CLIENT_DIR: clientDir });
});
afterAll(async () => {
  await server.close();
  await rm(clientDir, { recursive: true });
});

const wrong = { username: 'operator', password: 'wrong password' };

test('a one-time password opens nothing but its own change', async () => {
  const client = new HttpClient(server);
  const once = { username: 'operator', password: server.oneTimePassword };
  expect(await client.send('POST', '/api/sign-in', once)).toMatchObject({
    status: 200,
    json: { username: 'operator', passwordChangeRequired: true },
  });
  expect(await client.send('GET', '/api/rooms')).toMatchObject({
    status: 403,
    json: { error: { code: 'passwordChangeRequired' } },
  });
  const change = (newPassword: string) =>
    client.send('POST', '/api/password', { password: server.oneTimePassword, newPassword });
  expect((await change('short')).json).toMatchObject({ error: { code: 'passwordTooWeak', detail: '12' } });
  const before = client.cookie;
  expect((await change(PASSWORD)).json).toMatchObject({ username: 'operator', passwordChangeRequired: false });
  expect((await client.send('GET', '/api/rooms')).status).toBe(200);
  expect((await http(`${server.url}/api/rooms`, 'GET', undefined, { cookie: before })).status).toBe(401);
  expect((await client.send('POST', '/api/sign-in', once)).json).toMatchObject({ error: { code: 'wrongPassword' } });
});

test('the cookie is for this host, over TLS, and for no script', async () => {
  const signedIn = await http(`${server.url}/api/sign-in`, 'POST', { username: 'operator', password: PASSWORD });
  const [cookie] = signedIn.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/^__Host-rostrum=[\w-]{43}; .*Path=\/;.*HttpOnly; Secure; SameSite=Strict$/);
  expect(signedIn.headers['content-security-policy']).toContain("script-src 'self'");
});

test('an account that does not exist takes as long and answers the same', async () => {
  const time = async (username: string) => {
    const started = performance.now();
    const answer = await http(`${server.url}/api/sign-in`, 'POST', { ...wrong, username });
    expect(answer.json).toEqual({ error: { code: 'wrongPassword', category: 'permission' } });
    return performance.now() - started;
  };
  await time('warm-up');
  const unknown = await time('nobody');
  // A hash takes 20 ms or more; without one the answer comes within two.
  expect(unknown).toBeGreaterThan(8);
  expect(await time('operator')).toBeGreaterThan(8);
});

test('guessing is throttled', async () => {
  const answers = [];
  for (let i = 0; i < 9; i++) {
    answers.push(await http(`${server.url}/api/sign-in`, 'POST', { ...wrong, username: 'somebody' }));
  }
  expect(answers.slice(0, 8).map(({ status }) => status)).toEqual(Array(8).fill(401));
  expect(answers[8]).toMatchObject({ status: 429, json: { error: { code: 'tooManyAttempts', category: 'limit' } } });
  expect(Number(answers[8]?.headers['retry-after'])).toBeGreaterThan(600);
  expect((await (await signIn(server)).send('GET', '/api/session')).status).toBe(200);
});

test('a change is for our own pages; the development server passes ours on', async () => {
  const client = await signIn(server);
  const { host } = new URL(server.url);
  const open = async (origin: string, as = host) =>
    (await client.send('POST', '/api/rooms', { title: 'Giao ban' }, { origin, host: as })).status;
  expect(await open(`https://${host}`)).toBe(201);
  expect(await open('http://localhost:5173', 'localhost:5173')).toBe(201);
  for (const origin of ['https://elsewhere.example', `https://${host}.elsewhere.example`, 'null', 'x']) {
    expect(await open(origin), origin).toBe(403);
  }
});

test('every address is the same page, and only what exists is a file', async () => {
  for (const path of ['/', '/join', '/room/600100', '/chair/600100']) {
    const page = await http(`${server.url}${path}`, 'GET', undefined, { accept: 'text/html' });
    expect([page.status, page.text, page.headers['cache-control']], path).toEqual([200, '<p>Rostrum</p>', 'no-cache']);
  }
  const asset = await http(`${server.url}/assets/app-1a2b.js`, 'GET');
  expect(asset).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=31536000, immutable' } });
  for (const path of ['/assets/none.js', '/favicon.ico', '/assets/..%2f..%2fsecrets.json', '/.env']) {
    expect((await http(`${server.url}${path}`, 'GET', undefined, { accept: 'text/html' })).status, path).toBe(404);
  }
});

test('rooms have an address of their own', async () => {
  const client = await signIn(server);
  const opened = await client.send('POST', '/api/rooms', { title: 'Họp báo', roomId: 'hop-bao' });
  expect(opened).toMatchObject({
    status: 201,
    json: { roomId: 'hop-bao', status: 'open', present: 0, sipAddress: 'sip:hop-bao@127.0.0.1' },
  });
  const twice = await client.send('POST', '/api/rooms', { title: 'Họp báo', roomId: 'hop-bao' });
  expect(twice).toMatchObject({ status: 409, json: { error: { code: 'roomExists', detail: 'hop-bao' } } });
  const both = await Promise.all([1, 2].map(() => client.send('POST', '/api/rooms', { title: 'x', roomId: 'once' })));
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect((await client.send('POST', '/api/rooms', { title: 'Giao ban' })).json).toMatchObject({
    roomId: expect.stringMatching(/^\d{6}$/),
  });
});

test('a link says what it leads to, and joins', async () => {
  const client = await signIn(server);
  const roomId = await openMeeting(client, 'Họp giao ban');
  const issued = await client.send('POST', `/api/rooms/${roomId}/links`, { role: 'chair', name: 'Chủ tịch' });
  const { url } = issued.json as { url: string };
  expect(url).toMatch(new RegExp(`^${server.url}/join#`));
  const token = url.split('#')[1];
  expect((await http(`${server.url}/api/link`, 'POST', { token })).json).toEqual({
    roomId,
    title: 'Họp giao ban',
    status: 'open',
    role: 'chair',
    name: 'Chủ tịch',
  });
  expect((await client.send('GET', `/api/rooms/${roomId}/links`)).json).toMatchObject({ links: [{ url }] });
  const join = async () => (await http(`${server.url}/api/join`, 'POST', { token })).json as { participantId: string };
  // One link is one chair, however often it is opened.
  expect((await join()).participantId).toBe((await join()).participantId);
  const guest = await client.send('POST', `/api/rooms/${roomId}/links`, { role: 'guest', name: 'Khách' });
  const guestToken = (guest.json as { url: string }).url.split('#')[1];
  expect(await http(`${server.url}/api/join`, 'POST', { token: guestToken })).toMatchObject({
    status: 400,
    json: { error: { code: 'malformed', detail: 'name' } },
  });
});

test('a sign-out, and a link revoked during a lost connection, end the presence in the room', async () => {
  const client = await signIn(server);
  const second = await signIn(server);
  const roomId = await openMeeting(client);
  const enter = async (ticket: string) => Peer.connect({ url: server.url, ticket });
  const desk = await enter(await operatorTicket(client, roomId));
  const other = await enter(await operatorTicket(second, roomId));
  const { linkId, token } = await issueLink(client, roomId, 'site', 'Ba Bể');
  const site = await enter(ticketOf(await client.send('POST', '/api/join', { token })));
  site.close();
  await until('the site is away', () => desk.state.participants[site.id]?.presence === 'away');
  const revoke = () => client.send('DELETE', `/api/rooms/${roomId}/links/${linkId}`);
  expect([(await revoke()).status, (await revoke()).status]).toEqual([200, 200]);
  await until('the site has left', () => desk.state.participants[site.id]?.presence === 'left');

  await second.send('POST', '/api/sign-out');
  await until('he is told', () => other.dismissals.length === 1);
  await until('he has left', () => desk.state.participants[other.id] === undefined);

  // The same by whoever ends this session in his list, from another computer.
  const third = await signIn(server);
  const lost = await enter(await operatorTicket(third, roomId));
  const { sessions } = (await third.send('GET', '/api/own/sessions')).json as {
    sessions: { sessionId: string; current: boolean }[];
  };
  const own = sessions.find(({ current }) => current)?.sessionId;
  expect((await client.send('DELETE', `/api/own/sessions/${own}`)).status).toBe(200);
  await until('he is told', () => lost.dismissals.length === 1 && lost.socket.disconnected);
  await until('he has left', () => desk.state.participants[lost.id] === undefined);
  expect(desk.socket.connected).toBe(true);
  for (const peer of [desk, other, lost]) peer.close();
});

test('a recording is listed and served in ranges, to operators', async () => {
  const client = await signIn(server);
  const roomId = await openMeeting(client, 'Có ghi hình');
  const gateway = io(`${server.url}/gateway`, {
    auth: { secret: await server.gatewaySecret(), version: PROTOCOL_VERSION },
    transports: ['websocket'],
    rejectUnauthorized: false,
  });
  const wanted = { request: 'ticket', roomId, kind: 'recorder', participantId: 'recorder', name: 'Recorder' };
  const { result } = await gateway.timeout(5_000).emitWithAck('request', wanted);
  const recorder = await Peer.connect({ url: server.url, ticket: result.ticket });
  const desk = await Peer.connect({ url: server.url, ticket: await operatorTicket(client, roomId) });
  await desk.command({ verb: 'startRecording' });
  const recordingId = desk.state.recording.status === 'starting' ? desk.state.recording.id : '';
  await recorder.command({ verb: 'reportRecording', recordingId, status: 'running' });
  await desk.command({ verb: 'stopRecording' });
  const folder = join(server.folder, 'recordings', recordingId);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${recordingId}.mp4`), '0123456789');
  const saved = { status: 'saved', file: `${recordingId}.mp4`, durationMs: 4_000, bytes: 10 };
  expect(await recorder.command({ verb: 'reportRecording', recordingId, ...saved })).toMatchObject({ ok: true });

  const list = (await client.send('GET', '/api/recordings')).json;
  expect(list).toMatchObject({ recordings: [{ recordingId, roomId, title: 'Có ghi hình', durationMs: 4_000 }] });
  const path = `/api/recordings/${recordingId}/video`;
  const part = await client.send('GET', path, undefined, { range: 'bytes=2-4' });
  expect(part).toMatchObject({ status: 206, text: '234', headers: { 'content-range': 'bytes 2-4/10' } });
  expect(part.headers['content-type']).toBe('video/mp4');
  const beyond = await client.send('GET', path, undefined, { range: 'bytes=50-' });
  expect(beyond).toMatchObject({ status: 416, text: '', headers: { 'content-range': 'bytes */10' } });
  expect((await client.send('GET', '/api/recordings/another/video')).status).toBe(404);
  expect((await http(`${server.url}${path}`, 'GET')).status).toBe(401);
  for (const peer of [recorder, desk, { close: () => gateway.disconnect() }]) peer.close();
});

test('the operator gets a new one-time password when the old one is lost', async () => {
  const old = server.oneTimePassword;
  await server.kill('SIGTERM');
  await server.resume({ ROSTRUM_RESET_OPERATOR: 'on' });
  expect(server.oneTimePassword).not.toBe(old);
  const client = new HttpClient(server);
  const signedIn = await client.send('POST', '/api/sign-in', {
    username: 'operator',
    password: server.oneTimePassword,
  });
  expect(signedIn.json).toMatchObject({ passwordChangeRequired: true });
});

test('layouts of the house are the operators’, and what does not suit is named by its field', async () => {
  const client = await signIn(server);
  const tile = { x: 0.5, y: 0.5, w: 0.5, h: 0.5 };
  const layout = { name: 'custom', slots: [{ show: 'chair' }, { show: 'auto', fit: 'contain' }], tiles: [tile, tile] };
  const saved = await client.send('POST', '/api/layouts', { name: 'Khai mạc', layout });
  expect(saved).toMatchObject({ status: 201, json: { name: 'Khai mạc', layout } });
  expect((await client.send('GET', '/api/layouts')).json).toEqual({ layouts: [saved.json] });
  const { layoutId } = saved.json as { layoutId: string };
  const fault = async (changed: object) =>
    (await client.send('PUT', `/api/layouts/${layoutId}`, { name: 'x', layout: { ...layout, ...changed } })).json;
  expect(await fault({ tiles: [tile, { ...tile, w: 0.6 }] })).toMatchObject({
    error: { code: 'malformed', detail: 'layout.tiles.1.w' },
  });
  expect(await fault({ tiles: [tile] })).toMatchObject({ error: { code: 'malformed', detail: 'layout.tiles' } });
  expect(await client.send('POST', '/api/layouts', { name: 'KHAI MẠC', layout })).toMatchObject({
    status: 409,
    json: { error: { code: 'layoutNameTaken' } },
  });
  expect((await new HttpClient(server).send('GET', '/api/layouts')).status).toBe(401);
  expect((await client.send('DELETE', `/api/layouts/${layoutId}`)).status).toBe(200);
  expect((await client.send('DELETE', `/api/layouts/${layoutId}`)).status).toBe(404);
});
