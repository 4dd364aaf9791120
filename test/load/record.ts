// What recording costs, and what it can lose. `coreProgram`: cores of the process that records a program of 1280x720 whose
// picture exists already; `core20Tracks`: of the one that keeps 20 speakers' pictures and sounds; `floor`: bare pipelines that take the same streams off RTP, the sound made AAC for the program, and throw
// them away; `lostSecondsAfterKill`: the most that any of 20 kills lost.
// Prints {"coreProgram":…,"core20Tracks":…,"lostSecondsAfterKill":…,"floor":{…}}.

import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import type { JobContract } from '../../gateway/engine/protocol.ts';
import { recorderContract } from '../../gateway/engine/recorder-protocol.ts';
import { trackContract } from '../../gateway/engine/track-protocol.ts';
import { PartDelivery } from '../../gateway/recorder/part-delivery.ts';
import {
  cacheFolder,
  launch,
  openReceiver,
  type Receiver,
  recordingLogger,
  scratchFolder,
  sleep,
  until,
} from '../integration/engine-peers.ts';
import { freePort } from '../integration/free-port.ts';
import { type Clip, encodeClip, pictureClip } from '../integration/rtp-clips.ts';
import { ClipSender, PAYLOAD_TYPE } from './_clip-sender.ts';
import { coresOver, cpuSeconds } from './_cost.ts';

const [TRACKS = 20, KILLS = 20, WINDOW_S = 15] = process.argv.slice(2).map(Number);
const SETTLE_S = 4;
const SOUND = { codec: 'opus' as const, clockRate: 48_000 };
const logger = pino({ level: 'silent' });

/** Two seconds, so that it has a key frame as often as a composed picture that is recorded. */
const program = await pictureClip({
  ...{ width: 1280, height: 720, framesPerSecond: 25, kbps: 1400, seconds: 2 },
  codec: 'constrained-baseline',
});
const camera = await pictureClip({ width: 640, height: 360, framesPerSecond: 25, kbps: 700, seconds: 2, codec: 'VP8' });
const tone = 'audiotestsrc num-buffers=100 samplesperbuffer=960 freq=400 volume=0.3';
const sound = await encodeClip(`${tone} ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay`, 48_000, 2);

const measured = await measureProgram();
const tracks = await measureTracks();
const lost: number[] = [];
for (let kill = 0; kill < KILLS; kill += 1) lost.push(await measureKill());
const figures = {
  coreProgram: rounded(measured.core),
  core20Tracks: rounded((tracks.core * 20) / TRACKS),
  lostSecondsAfterKill: rounded(Math.max(...lost)),
  floor: { program: rounded(measured.floor), tracks: rounded((tracks.floor * 20) / TRACKS) },
};
process.stdout.write(`${JSON.stringify(figures)}\n`);

interface Recording<C extends JobContract> {
  engine: EngineProcess<C>;
  delivery: PartDelivery;
  /** Milliseconds of each stream. */
  written: Map<string, number>;
  /** Milliseconds since 1970. */
  begunAt: Map<string, number>;
  socket: Receiver;
  closers: (() => unknown)[];
}

async function open<C extends typeof recorderContract | typeof trackContract>(contract: C): Promise<Recording<C>> {
  const folder = scratchFolder();
  const written = new Map<string, number>();
  const begunAt = new Map<string, number>();
  const delivery = await PartDelivery.open({
    ...{ folder, logger, keys: [] },
    about: (stream) => ({ stream, kind: stream === 'program' ? 'program' : 'track' }),
    onWritten: (stream, { durationMs }) => written.set(stream, durationMs),
    onBroken: () => undefined,
  });
  const engine = await startEngine(contract, { logger: recordingLogger(), cacheFolder });
  engine.onEvent((event) => {
    if (event.event !== 'partBegun') return;
    delivery.begun(event);
    begunAt.set(event.stream, event.atMs);
  });
  const socket = await openReceiver();
  const closers = [
    () => rm(folder, { recursive: true, force: true }),
    () => delivery.close(),
    () => engine.stop(),
    () => socket.close(),
  ];
  return { engine, delivery, written, begunAt, socket, closers };
}

async function startProgram(floorPorts: number[] = []) {
  const recording = await open(recorderContract);
  const { engine, delivery, socket, closers, written } = recording;
  await engine.request('start', { socket: delivery.path });
  const rtp = { payloadType: PAYLOAD_TYPE, remote: { ip: '127.0.0.1', port: socket.port } };
  const picture = await engine.request('receiveVideo', { ...rtp, ssrc: 1, codec: 'H264', clockRate: 90_000 });
  const voice = await engine.request('receiveAudio', { ...rtp, ...SOUND, ssrc: 2 });
  const senders = [
    new ClipSender(socket, 1, program, 25, [picture.rtpPort, ...floorPorts.slice(0, 1)]),
    new ClipSender(socket, 2, sound, 50, [voice.rtpPort, ...floorPorts.slice(1)]),
  ];
  closers.push(() => senders.map((sender) => sender.close()));
  await until(() => written.has('program'), 'the program is written', 60_000);
  return recording;
}

async function measureProgram(): Promise<{ core: number; floor: number }> {
  const ports = [await freePort(), await freePort()];
  const floor = launchFloor([
    [ports[0] ?? 0, 'H264', 90_000, 'rtph264depay ! h264parse'],
    [ports[1] ?? 0, 'OPUS', 48_000, 'rtpopusdepay ! opusdec ! audioconvert ! avenc_aac bitrate=128000 aac-coder=fast'],
  ]);
  const { engine, closers } = await startProgram(ports);
  return measure(engine.pid, floor, closers);
}

async function measureTracks(): Promise<{ core: number; floor: number }> {
  const { engine, delivery, written, socket, closers } = await open(trackContract);
  const floorInputs: FloorInput[] = [];
  for (let index = 0; index < TRACKS; index += 1) {
    const stream = `track-${index}`;
    await engine.request('openTrack', { stream, socket: delivery.path, container: 'webm' });
    const send = async (medium: 'video' | 'audio', ssrc: number, clip: Clip, perSecond: number) => {
      const codec = medium === 'video' ? ('VP8' as const) : SOUND.codec;
      const remote = { ip: '127.0.0.1', port: socket.port };
      const rtp = { ssrc, payloadType: PAYLOAD_TYPE, codec, clockRate: clip.clockRate, remote };
      const { rtpPort } = await engine.request('receive', { stream, medium, rtp });
      const floorPort = await freePort();
      const depay = medium === 'video' ? 'rtpvp8depay' : 'rtpopusdepay';
      floorInputs.push([floorPort, codec.toUpperCase(), clip.clockRate, depay]);
      const sender = new ClipSender(socket, ssrc, clip, perSecond, [rtpPort, floorPort]);
      closers.push(() => sender.close());
    };
    await send('video', 1000 + index, camera, 25);
    await send('audio', 2000 + index, sound, 50);
  }
  const floor = launchFloor(floorInputs);
  await until(() => written.size === TRACKS, 'all tracks are written', 120_000);
  return measure(engine.pid, floor, closers);
}

/** The writers run in this process, which also sends: they are not counted. */
async function measure(pid: number, floor: ReturnType<typeof launch>, closers: (() => unknown)[]) {
  await sleep(SETTLE_S * 1000);
  const floorPid = floor.process.pid ?? 0;
  const [core, floorCore] = await Promise.all([coresOver([pid], WINDOW_S), coresOver([floorPid], WINDOW_S)]);
  if (cpuSeconds(floorPid) === 0) throw new Error('the floor has ended');
  await floor.stop();
  for (const close of closers.reverse()) await close();
  process.stderr.write(`${rounded(core)} cores, floor ${rounded(floorCore)}\n`);
  return { core, floor: floorCore };
}

type FloorInput = [port: number, encoding: string, clockRate: number, rest: string];

function launchFloor(inputs: FloorInput[]) {
  const branches = inputs.map(([port, encoding, clockRate, rest]) => {
    const media = encoding === 'OPUS' ? 'audio' : 'video';
    const caps = `application/x-rtp,media=${media},encoding-name=${encoding},payload=${PAYLOAD_TYPE},clock-rate=${clockRate}`;
    return `udpsrc port=${port} address=127.0.0.1 caps="${caps}" ! rtpjitterbuffer ! ${rest} ! fakesink sync=false`;
  });
  return launch(branches.join(' '));
}

/** Seconds of the program that are not on disk when its process is killed at some moment. */
async function measureKill(): Promise<number> {
  const { engine, delivery, written, begunAt, closers } = await startProgram();
  await sleep(1500 + Math.random() * 2000);
  process.kill(engine.pid, 'SIGKILL');
  const killedAt = Date.now();
  await delivery.close();
  const endsAt = (begunAt.get('program') ?? 0) + (written.get('program') ?? 0);
  for (const close of closers.reverse()) await close();
  const late = Math.max(0, killedAt - endsAt) / 1000;
  process.stderr.write(`lost ${rounded(late)} s\n`);
  return late;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
