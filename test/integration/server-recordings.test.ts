import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import { newEncryption, readKeys, seal } from '../../server/recordings/cipher.ts';
import { fabricatePart, writeParts } from '../server/recordings/fabricate.ts';
import { until } from './media-fixture.ts';
import { issueLink, openMeeting, operatorTicket, Peer } from './server-peers.ts';
import { HttpClient, ServerProcess, signIn } from './server-process.ts';

const command = fileURLToPath(new URL('../../infra/recordings.ts', import.meta.url));
const keyText = Buffer.alloc(32, 5).toString('base64');
let server: ServerProcess;
let gateway: Socket;
beforeAll(async () => {
  server = await ServerProcess.start();
  const keyFile = join(server.folder, 'recording-keys');
  await writeFile(keyFile, keyText);
  await server.kill('SIGTERM');
  await server.resume({ ROSTRUM_RECORDING_KEY_FILE: keyFile });
  gateway = io(`${server.url}/gateway`, {
    auth: { secret: await server.gatewaySecret(), version: PROTOCOL_VERSION },
    transports: ['websocket'],
    rejectUnauthorized: false,
  });
});
afterAll(async () => {
  gateway.disconnect();
  await server.close();
});

/** A meeting that is being recorded, as far as the room knows. */
async function record(client: HttpClient, title: string) {
  const roomId = await openMeeting(client, title);
  const wanted = { request: 'ticket', roomId, kind: 'recorder', participantId: 'recorder', name: 'Recorder' };
  const { result } = await gateway.timeout(5_000).emitWithAck('request', wanted);
  const recorder = await Peer.connect({ url: server.url, ticket: result.ticket });
  const desk = await Peer.connect({ url: server.url, ticket: await operatorTicket(client, roomId) });
  await desk.command({ verb: 'startRecording', tracks: 'speakers' });
  const recordingId = desk.state.recording.status === 'starting' ? desk.state.recording.id : '';
  await recorder.command({ verb: 'reportRecording', recordingId, status: 'running' });
  const stop = async () => {
    await desk.command({ verb: 'stopRecording' });
    await recorder.command({ verb: 'reportRecording', recordingId, status: 'saved', durationMs: 10_000, bytes: 1 });
    for (const peer of [recorder, desk]) peer.close();
  };
  return { roomId, recordingId, folder: join(server.folder, 'recordings', recordingId), desk, recorder, stop };
}

test('a recording is watched while it runs, and afterwards searched, sought, commented, shared, kept and deleted', async () => {
  const client = await signIn(server);
  const { recordingId, folder, desk, recorder, stop } = await record(client, 'Họp Ủy ban nhân dân tỉnh');
  const keys = readKeys(keyText);
  const [key] = keys;
  if (!key) throw new Error('no key');
  const part = fabricatePart({ startedAt: Date.now(), keys, encrypted: newEncryption(key) });
  await writeParts(folder, part);
  const path = `/api/recordings/${recordingId}`;
  const live = await client.send('GET', `${path}/program.m3u8`);
  expect(live.headers['content-type']).toContain('application/vnd.apple.mpegurl');
  expect(live.text).toContain('#EXT-X-PLAYLIST-TYPE:EVENT');
  await recorder.command({ verb: 'reportRecording', recordingId, status: 'warned', warnings: ['silent'] });
  // The answer comes over the recorder's connection, the event over the desk's.
  await until('the desk is warned', () => {
    const { recording } = desk.state;
    return recording.status !== 'off' && recording.warnings.some(({ warning }) => warning === 'silent');
  });
  await stop();

  const found = (await client.send('GET', '/api/recordings?q=uy%20ban')).json;
  expect(found).toMatchObject({ recordings: [{ recordingId, status: 'saved', form: 'parts', held: false }] });
  const range = await client.send('GET', `${path}/files/${part.file}`, undefined, { range: 'bytes=4-7' });
  expect(range).toMatchObject({ status: 206, text: 'ftyp' });
  expect(range.headers['content-range']).toBe(`bytes 4-7/${part.bytes.length}`);
  const beyond = await client.send('GET', `${path}/files/${part.file}`, undefined, { range: 'bytes=99999-' });
  expect(beyond).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${part.bytes.length}` } });
  const download = await client.send('GET', `${path}/download`);
  expect(download.headers['content-length']).toBe(String(part.clear.length));
  expect(download.headers['content-disposition']).toContain('attachment');
  expect(download.text.slice(4, 8)).toBe('ftyp');

  const comment = await client.send('POST', `${path}/comments`, { at: 1_000, to: 2_000, text: 'Kết luận' });
  expect(comment).toMatchObject({ status: 201, json: { author: 'operator', at: 1_000, to: 2_000 } });
  expect((await client.send('POST', `${path}/comments`, { at: 2, to: 1, text: 'x' })).json).toMatchObject({
    error: { code: 'malformed', detail: 'to' },
  });
  await client.send('PATCH', path, { held: true, note: 'Lưu trữ' });
  expect(await client.send('DELETE', path)).toMatchObject({ status: 409, json: { error: { code: 'recordingHeld' } } });
  await client.send('PATCH', path, { held: false });
  const detail = (await client.send('GET', path)).json;
  expect(detail).toMatchObject({
    ...{ note: 'Lưu trữ', viewer: { as: 'operator', may: { manage: true } }, comments: [{ text: 'Kết luận' }] },
    ...{ timeline: { durationMs: 10_000 }, streams: [{ stream: 'program', parts: [{ part: 1 }] }] },
  });

  expect(await client.send('GET', `${path}/inspection`)).toMatchObject({
    ...{ status: 404, json: { error: { code: 'recordingUnknown' } } },
  });
  const inspection = {
    ...{ v: 1, durationMs: 10_000, silences: [], waveform: { bucketMs: 1_000, peaks: 'AAAA' } },
    strip: { everyMs: 5_000, count: 2, width: 2, height: 1, columns: 2, rows: 1, files: ['strip-0.jpg'] },
    loudness: { integratedLufs: -23, rangeLu: 5, peakDbfs: -1 },
  };
  await writeFile(join(folder, 'strip-0.jpg'), seal(Buffer.from('a picture'), keys));
  await writeFile(join(folder, 'inspection.json'), seal(Buffer.from(JSON.stringify(inspection)), keys));
  await until(
    'it is inspected',
    async () => (await client.send('GET', path)).text.includes('"inspected":true'),
    40_000,
  );
  expect(await client.send('GET', `${path}/inspection`)).toMatchObject({ status: 200, json: inspection });
  const sheet = await client.send('GET', `${path}/strip/0.jpg`);
  expect(sheet).toMatchObject({ status: 200, text: 'a picture', headers: { 'content-type': 'image/jpeg' } });
  expect((await client.send('GET', `${path}/strip/1.jpg`)).status).toBe(404);
  const { acts } = (await client.send('GET', `${path}/acts`)).json as { acts: { act: string; detail?: string }[] };
  const views = acts.filter(({ act }) => act === 'viewed' || act === 'downloaded');
  expect(views.map(({ act, detail }) => [act, detail]).sort()).toEqual([
    ['downloaded', undefined],
    ['viewed', 'program'],
    ['viewed', 'strip'],
  ]);

  await until('it is signed', async () => (await client.send('GET', path)).text.includes('"manifest":true'), 40_000);
  const verified = await promisify(execFile)(process.execPath, [
    command,
    'verify',
    recordingId,
    '--data',
    server.folder,
  ]);
  expect(verified.stdout).toMatch(new RegExp(`^${recordingId}: `));

  expect((await client.send('DELETE', path)).status).toBe(200);
  expect((await client.send('GET', path)).status).toBe(404);
});

test('a share opens its stretch, a meeting’s link what it is let see, and nothing opens anything else', async () => {
  const client = await signIn(server);
  const { roomId, recordingId, folder, stop } = await record(client, 'Giao ban');
  const part = fabricatePart({ startedAt: Date.now() });
  await writeParts(folder, part);
  const { token } = await issueLink(client, roomId, 'site', 'Ba Bể');
  await stop();
  const path = `/api/recordings/${recordingId}`;
  const stretch = { from: 4_100, to: 5_900, expiresAt: Date.now() + 60_000 };
  const issued = await client.send('POST', `${path}/shares`, { who: 'Sở Tài chính', ...stretch, watermark: true });
  const { url, shareId } = issued.json as { url: string; shareId: string };
  expect(url).toMatch(/\/review#[\w-]{43}$/);

  const guest = new HttpClient(server);
  expect((await guest.send('GET', path)).status).toBe(401);
  const opened = await guest.send('POST', '/api/review', { token: url.split('#')[1] });
  expect(opened).toMatchObject({ status: 200, json: { recordings: [{ recordingId }] } });
  expect(String(opened.headers['set-cookie'])).toMatch(
    new RegExp(`^__Secure-rostrum-review=.*Path=${path}; HttpOnly; Secure; SameSite=Strict`),
  );
  expect((await guest.send('GET', path)).json).toMatchObject({
    viewer: { as: 'share', name: 'Sở Tài chính', watermark: true, range: { from: 4_100, to: 5_900 } },
  });
  const [first, , third] = part.fragments;
  const ask = (offset = 0, bytes = 1) =>
    guest.send('GET', `${path}/files/${part.file}`, undefined, { range: `bytes=${offset}-${offset + bytes - 1}` });
  expect((await ask(third?.offset, third?.bytes)).status).toBe(206);
  expect((await ask(first?.offset, first?.bytes)).status).toBe(403);
  for (const what of ['download', 'acts', 'shares'])
    expect((await guest.send('GET', `${path}/${what}`)).status).toBe(403);
  expect((await guest.send('GET', '/api/recordings')).status).toBe(401);
  expect((await guest.send('GET', '/api/recordings/another')).status).toBe(404);
  await client.send('DELETE', `${path}/shares/${shareId}`);
  expect((await guest.send('GET', path)).json).toMatchObject({ error: { code: 'linkRevoked' } });

  const site = new HttpClient(server);
  expect((await site.send('POST', '/api/review', { token })).status).toBe(404);
  const access = { audience: 'participants', people: [], watermark: false, download: false };
  await client.send('PATCH', path, { access });
  expect((await site.send('POST', '/api/review', { token })).status).toBe(200);
  expect((await site.send('GET', path)).json).toMatchObject({ viewer: { as: 'participant', name: 'Ba Bể' } });
  expect((await site.send('PATCH', path, { held: true })).json).toMatchObject({ error: { code: 'notPermitted' } });

  const { acts } = (await client.send('GET', `${path}/acts`)).json as { acts: { act: string; by: string }[] };
  expect(acts.map(({ act, by }) => `${by} ${act}`)).toEqual(
    expect.arrayContaining(['operator shared', 'operator shareRevoked', 'operator changed']),
  );
});

test('tokens cannot be guessed one after the other', async () => {
  const guest = new HttpClient(server);
  const statuses = new Set<number>();
  for (let i = 0; i < 65; i += 1)
    statuses.add((await guest.send('POST', '/api/review', { token: `guess${i}` })).status);
  expect([...statuses]).toEqual([403, 429]);
});
