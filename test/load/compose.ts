// What composing costs beyond what cannot be avoided: four 640x360@25 inputs become one 1280x720@25. `floor` is what the
// same decodes and the same encode cost in bare pipelines at the same time; `addedLatencyMs` is the time from an input's
// frame to the composed frame that shows it; `core9` and `core16` are cores for as many inputs of the same kind.
// Prints {"core":…,"floorCore":…,"ratioToFloor":…,"addedLatencyMs":{"p50":…,"p95":…},"mb":…,"core9":…,"core16":…}.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import {
  cacheFolder,
  launch,
  openReceiver,
  type Peer,
  type Receiver,
  recordingLogger,
  scratchFolder,
  sleep,
  until,
} from '../integration/engine-peers.ts';
import { framesOf } from '../integration/engine-pictures.ts';
import { freePort } from '../integration/free-port.ts';
import type { Clip } from '../integration/rtp-clips.ts';
import { ClipSender, PAYLOAD_TYPE } from './_clip-sender.ts';
import { coresOver, cpuSeconds, memoryOf } from './_cost.ts';
import { percentilesOf } from './_figures.ts';
import { readTimecodes, timecodeClip } from './_timecode.ts';

const SETTLE_S = 4;
const WINDOW_S = Number(process.argv[2] ?? 20);
const TIER = { tierId: '720p25', width: 1280, height: 720, fps: 25, bitrateKbps: 1600 };
const CAMERA = { width: 640, height: 360, framesPerSecond: 25, count: 100 };
const ENCODER = `x264enc tune=zerolatency speed-preset=superfast bitrate=${TIER.bitrateKbps} vbv-buf-capacity=600 key-int-max=250 bframes=0 threads=2 sliced-threads=true option-string=slice-max-size=1180:scenecut=0 ! video/x-h264,profile=constrained-baseline`;

type Picture = EngineProcess<typeof pictureContract>;

const recording = await timecodeClip(CAMERA, 800);
const four = await measure(4);
const core9 = await measure(9);
const core16 = await measure(16);
const figures = {
  core: rounded(four.core),
  floorCore: rounded(four.floorCore),
  ratioToFloor: rounded(four.core / four.floorCore),
  addedLatencyMs: four.addedLatencyMs,
  mb: Math.round(four.mb),
  core9: rounded(core9.core),
  core16: rounded(core16.core),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);

/** Both at once: whatever else this machine does meanwhile makes both dearer. */
async function measure(count: number) {
  const folder = scratchFolder();
  const out = await openReceiver();
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  const closers: (() => unknown)[] = [() => picture.stop(), () => out.close()];
  try {
    const floor = await startFloor(folder, count);
    closers.push(() => Promise.all(floor.peers.map((peer) => peer.stop())));
    const senders = await compose(picture, out, recording.clip, floor.ports);
    for (const sender of senders) closers.push(() => sender.close());
    await until(() => framesOf(out.rtp).length > 2 * TIER.fps, 'the picture flows');
    await sleep(SETTLE_S * 1000);
    const latencies = watchLatency(out, senders[0]);
    const floorPids = floor.peers.map((peer) => peer.process.pid ?? 0);
    const [core, floorCore] = await Promise.all([coresOver([picture.pid], WINDOW_S), coresOver(floorPids, WINDOW_S)]);
    if (floorPids.some((pid) => cpuSeconds(pid) === 0)) throw new Error('the floor has ended');
    const mb = memoryOf(picture.pid);
    const addedLatencyMs = percentilesOf(await latencies(Math.ceil(Math.sqrt(count))));
    process.stderr.write(`${count}: ${rounded(core)} cores, floor ${rounded(floorCore)}\n`);
    return { core, floorCore, addedLatencyMs, mb };
  } finally {
    for (const close of closers.reverse()) await close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The bare pipelines: a decoder for each input, and one encoder for a picture like the composed one. */
async function startFloor(folder: string, count: number): Promise<{ peers: Peer[]; ports: number[] }> {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const caps = `application/x-rtp,media=video,encoding-name=H264,payload=${PAYLOAD_TYPE},clock-rate=90000`;
  const decodes = ports.map(
    (port) =>
      `udpsrc port=${port} address=127.0.0.1 caps="${caps}" ! rtph264depay ! h264parse ! avdec_h264 max-threads=1 ! fakesink sync=false`,
  );
  const composed = join(folder, 'composed');
  await recording.writeComposed(composed);
  const raw = `multifilesrc location=${composed} loop=true ! rawvideoparse format=i420 width=${TIER.width} height=${TIER.height} framerate=${TIER.fps}/1`;
  return { peers: [launch(decodes.join(' ')), launch(`${raw} ! clocksync ! ${ENCODER} ! fakesink sync=false`)], ports };
}

async function compose(picture: Picture, out: Receiver, clip: Clip, floorPorts: number[]): Promise<ClipSender[]> {
  await picture.request('configure', { tiers: [TIER] });
  const rtp = { remote: { ip: '127.0.0.1', port: out.port }, payloadType: 97, ssrc: 7777, cname: 'bench@rostrum' };
  await picture.request('openOutput', { tierId: TIER.tierId, rtp });
  await picture.request('setWanted', { tierIds: [TIER.tierId] });
  const across = Math.ceil(Math.sqrt(floorPorts.length));
  const senders: ClipSender[] = [];
  const tiles = [];
  for (const [index, floorPort] of floorPorts.entries()) {
    const [ssrc, inputId, size] = [index + 1, `input-${index}`, 1 / across];
    const remote = { ip: '127.0.0.1', port: out.port };
    const input = { ssrc, payloadType: PAYLOAD_TYPE, codec: 'H264' as const, clockRate: 90_000, remote };
    const { rtpPort } = await picture.request('addInput', { inputId, rtp: input });
    senders.push(new ClipSender(out, ssrc, clip, CAMERA.framesPerSecond, [rtpPort, floorPort]));
    const [x, y] = [(index % across) * size, Math.floor(index / across) * size];
    tiles.push({ inputId, label: `Điểm cầu ${index + 1}`, x, y, w: size, h: size });
  }
  await picture.request('setScene', { tiles });
  return senders;
}

/** Answers with what happened since it was called. */
function watchLatency(out: Receiver, sender: ClipSender | undefined) {
  const begun = performance.now();
  const sent: { number: number; at: number }[] = [];
  const timer = setInterval(() => {
    for (const [number, at] of sender?.sentAt ?? []) {
      if (at > begun && at > (sent.findLast((one) => one.number === number)?.at ?? 0)) sent.push({ number, at });
    }
  }, 100);
  return async (across: number): Promise<number[]> => {
    clearInterval(timer);
    const packets = out.rtp.slice();
    const numbers = await readTimecodes(packets, across);
    return framesOf(packets).flatMap(({ at }, index) => {
      const number = numbers[index];
      if (at < begun || number === undefined || number === numbers[index - 1]) return [];
      const source = sent.findLast((one) => one.number === number && one.at < at);
      return source === undefined ? [] : [at - source.at];
    });
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
