import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startEngine } from '../../gateway/engine/process.ts';
import { trackContract } from '../../gateway/engine/track-protocol.ts';
import { PartDelivery } from '../../gateway/recorder/part-delivery.ts';
import { parseIndex } from '../../server/recordings/part-index.ts';
import { closeAfterEach } from './closers.ts';
import { cacheFolder, launch, recordingLogger, scratchFolder, sleep, until } from './engine-peers.ts';
import { startCamera } from './engine-pictures.ts';
import { freePort } from './free-port.ts';
import { colourDistance, colourOf, toneLevel } from './perceive.ts';

const run = promisify(execFile);
const closers = closeAfterEach();

async function startTracks() {
  const folder = scratchFolder();
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const errors: string[] = [];
  const written = new Map<string, number>();
  const delivery = await PartDelivery.open({
    folder,
    keys: [],
    logger: pino({ level: 'silent' }),
    about: (stream) => ({ stream, kind: 'track', participantId: stream.slice('track-'.length) }),
    onWritten: (stream, { durationMs }) => written.set(stream, durationMs),
    onBroken: (error) => errors.push(String(error)),
  });
  closers.push(() => delivery.close());
  const engine = await startEngine(trackContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => engine.stop());
  engine.onEvent((event) => {
    if (event.event === 'partBegun') delivery.begun(event);
    else errors.push(event.message);
  });
  const indexOf = async (name: string) => parseIndex(await readFile(join(folder, `${name}.index.jsonl`), 'utf8'));
  return { engine, delivery, folder, errors, written, indexOf };
}

test.each([
  ['VP8', 'webm', 'vp8,opus'],
  ['H264', 'mp4', 'avc1.42c00c,opus'],
] as const)(
  '%s and Opus are kept as they are, in %s',
  async (codec, container, codecs) => {
    const { engine, delivery, folder, errors, written, indexOf } = await startTracks();
    const stream = 'track-a';
    await engine.request('openTrack', { stream, socket: delivery.path, container });
    const rtcpPort = await freePort();
    const remote = { ip: '127.0.0.1', port: rtcpPort };
    const picture = { ssrc: 4444, payloadType: 96, codec, clockRate: 90_000, remote };
    const sound = { ssrc: 3333, payloadType: 100, codec: 'opus' as const, clockRate: 48_000, remote };
    const { rtpPort: to } = await engine.request('receive', { stream, medium: 'video', rtp: picture });
    const { rtpPort: soundTo } = await engine.request('receive', { stream, medium: 'audio', rtp: sound });
    const camera = startCamera({ codec, colour: 'red', ssrc: 4444, to, rtcpPort });
    closers.push(() => camera.stop());
    const tone = launch(
      `audiotestsrc is-live=true freq=600 volume=0.3 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay pt=100 ssrc=3333 ! udpsink host=127.0.0.1 port=${soundTo}`,
    );
    closers.push(() => tone.stop());
    await until(() => (written.get(stream) ?? 0) > 3_000, 'three seconds are written');

    await camera.stop();
    await until(
      async () => (await indexOf('track-a.2').catch(() => null)) !== null,
      'sound goes on without the picture',
    );
    await sleep(1_500);
    await engine.request('closeTrack', { stream });
    await delivery.close();
    expect(errors).toEqual([]);

    const first = await indexOf('track-a.1');
    expect(first?.header).toMatchObject({
      codecs,
      container,
      kind: 'track',
      participantId: 'a',
      width: 320,
      height: 180,
    });
    expect(first?.fragments.slice(0, 4).some(({ key }) => key)).toBe(true);
    expect(first?.end).not.toBeNull();
    const file = join(folder, `track-a.1.${container}`);
    const { stderr } = await run('ffmpeg', [
      '-v',
      'error',
      '-y',
      '-ss',
      '1',
      '-i',
      file,
      '-frames:v',
      '1',
      `${file}.png`,
    ]);
    expect(stderr).toBe('');
    expect(colourDistance(await colourOf(`${file}.png`), [255, 0, 0])).toBeLessThan(80);
    expect(await toneLevel(file, 600, { from: 1, seconds: 1 })).toBeGreaterThan(-20);
    expect((await indexOf('track-a.2'))?.header).toMatchObject({ codecs: 'opus', container });
    expect(await toneLevel(join(folder, `track-a.2.${container}`), 600)).toBeGreaterThan(-20);
  },
  60_000,
);
