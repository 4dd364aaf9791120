import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import { openS3Storage } from '../../server/recordings/s3-storage.ts';
import { SwiftServer } from '../contract/swift-server.ts';
import { fabricatePart, writeParts } from '../server/recordings/fabricate.ts';
import { until } from './media-fixture.ts';
import { openMeeting, operatorTicket, Peer } from './server-peers.ts';
import { type HttpClient, ServerProcess, signIn } from './server-process.ts';

let swift: SwiftServer;
let server: ServerProcess;
beforeAll(async () => {
  swift = await SwiftServer.start();
  const { endpoint, bucket, accessKey, secretKey } = swift.settings;
  server = await ServerProcess.start({
    ...{ ROSTRUM_RECORDING_S3_ENDPOINT: endpoint, ROSTRUM_RECORDING_S3_BUCKET: bucket },
    ...{ ROSTRUM_RECORDING_S3_ACCESS_KEY: accessKey, ROSTRUM_RECORDING_S3_SECRET_KEY: secretKey },
    ...{ ROSTRUM_RECORDING_S3_RATE: '0', ROSTRUM_RECORDING_LOCAL_DAYS: '0' },
  });
}, 60_000);
afterAll(async () => {
  await server.close();
  await swift.close();
});

/** As it is there now: a client remembers what it has listed. */
async function namesIn(...recordingIds: string[]): Promise<string[]> {
  const store = openS3Storage(swift.settings);
  const lists = await Promise.all(recordingIds.map((id) => store.list(id)));
  store.close();
  return lists.flatMap((files) => files.map(({ name }) => name)).sort();
}

/** A recording as its room tells of it; of one file, as an earlier version wrote it, where that is named. */
async function record(client: HttpClient, title: string, file?: string): Promise<string> {
  const auth = { secret: await server.gatewaySecret(), version: PROTOCOL_VERSION };
  const gateway = io(`${server.url}/gateway`, { auth, transports: ['websocket'], rejectUnauthorized: false });
  const roomId = await openMeeting(client, title);
  const wanted = { request: 'ticket', roomId, kind: 'recorder', participantId: 'recorder', name: 'Recorder' };
  const { result } = await gateway.timeout(5_000).emitWithAck('request', wanted);
  const recorder = await Peer.connect({ url: server.url, ticket: result.ticket });
  const desk = await Peer.connect({ url: server.url, ticket: await operatorTicket(client, roomId) });
  await desk.command({ verb: 'startRecording' });
  const { recording } = desk.state;
  const recordingId = recording.status === 'starting' ? recording.id : '';
  if (!file) await recorder.command({ verb: 'reportRecording', recordingId, status: 'running' });
  await desk.command({ verb: 'stopRecording' });
  const saved = { verb: 'reportRecording', recordingId, status: 'saved', durationMs: 10_000, bytes: 8 } as const;
  await recorder.command({ ...saved, ...(file ? { file } : {}) });
  for (const one of [recorder, desk, gateway]) one.close();
  return recordingId;
}

test('the whole server brings what was recorded to the store, a file of an earlier version too, and plays it from there', async () => {
  const client = await signIn(server);
  const folder = join(server.folder, 'recordings');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'earlier.mp4'), '12345678');
  await record(client, 'Họp năm trước', 'earlier.mp4');
  const recordingId = await record(client, 'Giao ban');
  const part = fabricatePart({ startedAt: Date.now() });
  await writeParts(join(folder, recordingId), part);
  await writeFile(join(folder, recordingId, 'inspection.json'), '{}');
  const says = async (path: string, text: string) => (await client.send('GET', path)).text.includes(text);
  // A start takes up what is due; the rounds in between are further apart than a test waits.
  const again = async () => {
    await server.kill('SIGTERM');
    await server.resume();
  };
  await again();
  for (const id of ['earlier', recordingId])
    await until(`${id} is signed`, () => says(`/api/recordings/${id}`, '"manifest":true'), 15_000);
  await until('one is inspected', () => says('/api/recordings', '"inspected":true'), 15_000);
  await again();
  // Not only sent, but seen to be whole there.
  await until('both are in the store', () => server.output.split('a recording is in the store').length === 3, 15_000);
  expect(await namesIn('earlier', recordingId)).toHaveLength(6);
  expect(await namesIn('earlier')).toEqual(['earlier.mp4', 'manifest.json']);
  await again();
  await until('neither is on the disk', async () => (await readdir(folder)).length === 0, 15_000);

  const range = await client.send('GET', '/api/recordings/earlier/video', undefined, { range: 'bytes=2-4' });
  expect(range).toMatchObject({ status: 206, text: '345', headers: { 'content-range': 'bytes 2-4/8' } });
  expect((await client.send('GET', '/api/recordings/earlier/download')).text).toBe('12345678');
  expect((await client.send('GET', `/api/recordings/${recordingId}/program.m3u8`)).text).toContain(part.file);
  const clip = await client.send('GET', `/api/recordings/${recordingId}/download?from=4100&to=5900`);
  expect(clip).toMatchObject({ status: 200 });
  expect(Number(clip.headers['content-length'])).toBeLessThan(part.clear.length);
});
