import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { startEngine } from '../../gateway/engine/process.ts';
import { recorderContract } from '../../gateway/engine/recorder-protocol.ts';
import { PartDelivery } from '../../gateway/recorder/part-delivery.ts';
import type { Written } from '../../gateway/recorder/part-writer.ts';
import { parseIndex } from '../../server/recordings/part-index.ts';
import { cacheFolder, launch, type Peer, recordingLogger, scratchFolder, sleep, until } from './engine-peers.ts';
import { freePort } from './free-port.ts';
import { colourDistance, colourOf, toneLevel } from './perceive.ts';

const run = promisify(execFile);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const red = [255, 0, 0] as const;
const green = [0, 255, 0] as const;

/**
 * Fourteen seconds, red until the seventh and then green, with a white flash and a tone of 1 kHz in the first 120 ms of each
 * second: whoever sends it on time sends picture and sound in step.
 */
async function makeProgram(folder: string): Promise<string> {
  const file = join(folder, 'program.mkv');
  const flash = "drawbox=color=white:t=fill:enable='lt(mod(t,1),0.12)'";
  const picture = `color=red:size=320x180:rate=25:duration=14,drawbox=color=lime:t=fill:enable='gte(t,7)',${flash}`;
  const sound = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.12)':s=48000:d=14";
  const encode = '-c:v libx264 -profile:v baseline -tune zerolatency -g 25 -pix_fmt yuv420p -c:a libopus -b:a 48k';
  await run('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    picture,
    '-f',
    'lavfi',
    '-i',
    sound,
    ...encode.split(' '),
    file,
  ]);
  return file;
}

async function startRecorder() {
  const logger = recordingLogger();
  const folder = scratchFolder();
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const progress: { written?: Written; errors: string[]; watched: { silentMs: number; blackMs: number }[] } = {
    errors: [],
    watched: [],
  };
  const delivery = await PartDelivery.open({
    folder,
    keys: [],
    logger: pino({ level: 'silent' }),
    about: (stream) => ({ stream, kind: 'program' }),
    onWritten: (_stream, written) => {
      progress.written = written;
    },
    onBroken: (error) => progress.errors.push(String(error)),
  });
  closers.push(() => delivery.close());
  const recorder = await startEngine(recorderContract, { logger, cacheFolder, requestTimeoutMs: 30_000 });
  closers.push(() => recorder.stop());
  recorder.onEvent((event) => {
    if (event.event === 'partBegun') delivery.begun(event);
    if (event.event === 'watch') progress.watched.push(event);
    if (event.event === 'error') progress.errors.push(event.message);
  });
  await recorder.request('start', { socket: delivery.path });
  const video = { ssrc: 4444, payloadType: 102, codec: 'H264' as const, clockRate: 90_000 };
  const audio = { ssrc: 3333, payloadType: 100, codec: 'opus' as const, clockRate: 48_000 };
  const remote = async () => ({ ip: '127.0.0.1', port: await freePort() });
  const receiveVideo = async (ssrc = 4444) =>
    (await recorder.request('receiveVideo', { ...video, ssrc, remote: await remote() })).rtpPort;
  const receiveAudio = async () =>
    (await recorder.request('receiveAudio', { ...audio, remote: await remote() })).rtpPort;
  const started = () => until(() => progress.written !== undefined, 'the first fragment is written');
  const finish = async () => {
    await recorder.request('stop', {});
    await delivery.close();
    return progress.written?.durationMs ?? 0;
  };
  const indexed = async () => parseIndex(await readFile(join(folder, 'program.1.index.jsonl'), 'utf8'));
  const file = join(folder, 'program.1.mp4');
  return { recorder, delivery, logger, progress, folder, file, receiveVideo, receiveAudio, started, finish, indexed };
}

/** Plays the program with sender reports; its sound travels longer than its picture by `soundLateMs`. */
function play(program: string, ports: { video: number; audio: number }, soundLateMs: number): Peer {
  const send = (session: number, port: number, late: number) =>
    `rtp.send_rtp_sink_${session} rtp.send_rtp_src_${session} ! udpsink host=127.0.0.1 port=${port} sync=true ts-offset=${late} rtp.send_rtcp_src_${session} ! udpsink host=127.0.0.1 port=${port} sync=false async=false`;
  const peer = launch(
    `rtpbin name=rtp rtcp-sync-send-time=false filesrc location=${program} ! matroskademux name=demux demux.video_0 ! queue ! h264parse config-interval=-1 ! rtph264pay pt=102 ssrc=4444 mtu=1200 ! ${send(0, ports.video, 0)} demux.audio_0 ! queue ! opusparse ! rtpopuspay pt=100 ssrc=3333 ! ${send(1, ports.audio, soundLateMs * 1_000_000)}`,
  );
  closers.push(() => peer.stop());
  return peer;
}

function sendColour(colour: string, width: number, ssrc: number, port: number): Peer {
  const size = `width=${width},height=${(width * 9) / 16},framerate=25/1`;
  const peer = launch(
    `videotestsrc is-live=true pattern=ball background-color=${colour} ! video/x-raw,format=I420,${size} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! video/x-h264,profile=constrained-baseline ! rtph264pay pt=102 ssrc=${ssrc} mtu=1200 ! udpsink host=127.0.0.1 port=${port}`,
  );
  closers.push(() => peer.stop());
  return peer;
}

const sendTone = (port: number): Peer => {
  const peer = launch(
    `audiotestsrc is-live=true freq=600 volume=0.3 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay pt=100 ssrc=3333 ! udpsink host=127.0.0.1 port=${port}`,
  );
  closers.push(() => peer.stop());
  return peer;
};

/** What ffprobe says of a file. */
async function probe(file: string) {
  const show =
    '-v error -count_packets -show_entries stream=codec_name,profile,nb_read_packets,duration -of json'.split(' ');
  const { stdout } = await run('ffprobe', [...show, file]);
  const { streams } = JSON.parse(stdout) as { streams: { codec_name: string; profile: string; duration: string }[] };
  const of = (codec: string) => streams.find(({ codec_name }) => codec_name === codec);
  const seconds = Math.max(...streams.map(({ duration }) => Number(duration)));
  return { video: of('h264'), audio: of('aac'), seconds };
}

/** Names of the boxes at the top of an MP4 (ISO/IEC 14496-12 4.2). */
async function boxesOf(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  const names: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    names.push(bytes.toString('latin1', at + 4, at + 8));
    const size = bytes.readUInt32BE(at);
    if (size < 8) break;
    at += size;
  }
  return names;
}

/** When something begins, in seconds: the sound's level or the picture's whiteness passing half of its most. */
function onsets(values: readonly number[], step: number): number[] {
  const half = Math.max(...values) / 2;
  return values.flatMap((value, index) => (value > half && (values[index - 1] ?? value) <= half ? [index * step] : []));
}

async function flashesOf(file: string): Promise<number[]> {
  const filter = 'fps=200,scale=1:1:flags=area,format=rgb24';
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-vf', filter, '-f', 'rawvideo', '-'], {
    encoding: 'buffer',
  });
  const blue = Array.from({ length: Math.floor(stdout.length / 3) }, (_, index) => stdout[3 * index + 2] ?? 0);
  return onsets(blue, 1 / 200);
}

async function beepsOf(file: string): Promise<number[]> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-ac', '1', '-ar', '8000', '-f', 's16le', '-'], {
    encoding: 'buffer',
  });
  const block = 40;
  const loudness = Array.from({ length: Math.floor(stdout.length / 2 / block) }, (_, index) => {
    let loudest = 0;
    for (let at = index * block; at < (index + 1) * block; at++)
      loudest = Math.max(loudest, Math.abs(stdout.readInt16LE(2 * at)));
    return loudest;
  });
  // The tone itself passes zero: what begins is what was silent for 50 ms.
  const found = onsets(loudness, block / 8000);
  return found.filter((at, index) => index === 0 || at - (found[index - 1] ?? 0) > 0.3);
}

/** By how many seconds the sound is late at each flash. */
async function lateness(file: string): Promise<number[]> {
  const [flashes, beeps] = [await flashesOf(file), await beepsOf(file)];
  return flashes.map((flash) =>
    beeps.map((beep) => beep - flash).reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a), 1),
  );
}

const middleOf = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 1;

test('a part plays as picture and sound were sent, in fragments that the index tells', async () => {
  const { logger, folder, file, receiveVideo, receiveAudio, started, finish, indexed } = await startRecorder();
  play(await makeProgram(folder), { video: await receiveVideo(), audio: await receiveAudio() }, 0);
  await started();
  await sleep(9500);
  const durationMs = await finish();
  const { video, audio, seconds } = await probe(file);
  expect(video?.profile).toBe('Constrained Baseline');
  expect(audio?.profile).toBe('LC');
  expect(Math.abs(seconds - durationMs / 1000)).toBeLessThan(0.5);
  expect(seconds).toBeGreaterThan(7);
  const boxes = await boxesOf(file);
  expect(boxes.slice(0, 2)).toEqual(['ftyp', 'moov']);
  expect([...new Set(boxes.slice(2))]).toEqual(['moof', 'mdat']);

  const bytes = await readFile(file);
  const index = await indexed();
  const { header, fragments = [], end } = index ?? {};
  expect(header).toMatchObject({ codecs: 'avc1.42c00c,mp4a.40.2', width: 320, height: 180, part: 1 });
  expect(end?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(fragments[0]).toMatchObject({ key: true, offset: header?.init.bytes });
  expect(fragments.at(-1)).toMatchObject({ offset: bytes.length - (fragments.at(-1)?.bytes ?? 0) });
  expect(fragments.filter(({ key }) => key).length).toBeGreaterThanOrEqual(6);
  for (const { ms } of fragments) expect(ms).toBeLessThan(1100);

  const last = join(folder, 'last.png');
  await run('ffmpeg', ['-v', 'error', '-ss', '0.5', '-i', file, '-frames:v', '1', join(folder, 'first.png')]);
  // Half a second after a beep, when no flash whitens the picture.
  const beep = (await beepsOf(file)).at(-2) ?? 0;
  await run('ffmpeg', ['-v', 'error', '-ss', String(beep + 0.5), '-i', file, '-frames:v', '1', last]);
  expect(colourDistance(await colourOf(join(folder, 'first.png')), red)).toBeLessThan(80);
  expect(colourDistance(await colourOf(last), green)).toBeLessThan(80);
  expect(await toneLevel(file, 1000, { from: beep, seconds: 0.1 })).toBeGreaterThan(-20);
  expect(await toneLevel(file, 1000, { from: beep + 0.3, seconds: 0.4 })).toBeLessThan(-40);
  const late = await lateness(file);
  for (const part of [late.slice(0, 3), late.slice(3, -3), late.slice(-3)]) {
    expect(Math.abs(middleOf(part)), `sound late by ${late.map((s) => s.toFixed(3))}`).toBeLessThan(0.04);
  }
  expect(logger.lines).toEqual([]);
}, 40_000);

// A machine with too much to do sends its test program unevenly, hence the second chance.
test('sound that travels longer than its picture is brought back in step', { timeout: 120_000, retry: 2 }, async () => {
  const { folder, file, receiveVideo, receiveAudio, started, finish } = await startRecorder();
  play(await makeProgram(folder), { video: await receiveVideo(), audio: await receiveAudio() }, 200);
  await started();
  await sleep(9500);
  await finish();
  // The first sender reports come within three seconds.
  const late = (await lateness(file)).slice(-5);
  expect(Math.abs(middleOf(late)), `sound late by ${late.map((s) => s.toFixed(3))}`).toBeLessThan(0.04);
});

test('a killed recorder leaves a part that plays and lacks at most two seconds', async () => {
  const { recorder, delivery, file, receiveVideo, receiveAudio, started, indexed } = await startRecorder();
  sendColour('0xffff0000', 320, 4444, await receiveVideo());
  sendTone(await receiveAudio());
  await started();
  const begun = (await indexed())?.header.startedAt ?? 0;
  await sleep(5300);
  const exit = new Promise<void>((resolve) => recorder.onExit(() => resolve()));
  const killedAt = Date.now();
  process.kill(recorder.pid, 'SIGKILL');
  await exit;
  await delivery.close();
  const { seconds } = await probe(file);
  expect(seconds).toBeGreaterThan((killedAt - begun) / 1000 - 2);
  expect(await toneLevel(file, 600, { from: 2, seconds: 2 })).toBeGreaterThan(-20);
  const { stderr } = await run('ffmpeg', ['-v', 'fatal', '-i', file, '-f', 'null', '-']);
  expect(stderr).toBe('');
}, 40_000);

test('a gap, another size and a new server do not end the part; darkness is noticed', async () => {
  const { progress, folder, file, receiveVideo, receiveAudio, started, finish } = await startRecorder();
  const firstPort = await receiveVideo();
  const first = sendColour('0xffff0000', 320, 4444, firstPort);
  sendTone(await receiveAudio());
  await started();
  await sleep(2500);
  await first.stop();
  await sleep(3500);
  expect(progress.watched.at(-1)?.blackMs).toBeGreaterThan(1000);
  sendColour('0xff00ff00', 640, 5555, await receiveVideo(5555));
  await sleep(5000);
  const durationMs = await finish();
  expect(progress.errors).toEqual([]);
  expect(progress.watched.at(-1)?.blackMs).toBeLessThan(3000);
  expect(Math.max(...progress.watched.map(({ silentMs }) => silentMs))).toBeLessThan(3000);
  const { seconds } = await probe(file);
  expect(Math.abs(seconds - durationMs / 1000)).toBeLessThan(0.8);
  const pictureAt = async (name: string, ...seek: string[]) => {
    const picture = join(folder, `${name}.png`);
    await run('ffmpeg', ['-v', 'error', ...seek, '-i', file, '-frames:v', '1', '-update', '1', picture]);
    return colourOf(picture, { x: 0, y: 0, width: 0.2, height: 0.2 });
  };
  expect(colourDistance(await pictureAt('first', '-ss', '1'), red)).toBeLessThan(80);
  expect(Math.max(...(await pictureAt('gap', '-ss', '5')))).toBeLessThan(90);
  expect(colourDistance(await pictureAt('last', '-sseof', '-1'), green)).toBeLessThan(80);
  expect(await toneLevel(file, 600, { from: 4, seconds: 1 }), 'sound goes on in the gap').toBeGreaterThan(-20);
}, 40_000);

test('where nothing came there is nothing to keep', async () => {
  const { receiveVideo, finish, indexed } = await startRecorder();
  await receiveVideo();
  await sleep(300);
  expect(await finish()).toBe(0);
  await expect(indexed()).rejects.toThrow('ENOENT');
}, 20_000);
