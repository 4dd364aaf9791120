import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { mixContract } from '../../gateway/engine/mix-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import {
  cacheFolder,
  freePort,
  launch,
  longestGap,
  openReceiver,
  type Peer,
  type Receiver,
  recordingLogger,
  scratchFolder,
  sleep,
  ssrcsOf,
  until,
} from './engine-peers.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Mix = EngineProcess<typeof mixContract>;

async function startMix(): Promise<Mix> {
  const mix = await startEngine(mixContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => mix.stop());
  return mix;
}

async function addTone(mix: Mix, inputId: string, hertz: number, ssrc: number): Promise<Peer> {
  const remote = { ip: '127.0.0.1', port: await freePort() };
  const rtp = { ssrc, payloadType: 100, clockRate: 48000, remote };
  const { rtpPort } = await mix.request('addInput', { inputId, rtp });
  const tone = launch(
    `audiotestsrc is-live=true freq=${hertz} volume=0.2 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! rtpopuspay pt=100 ssrc=${ssrc} ! udpsink host=127.0.0.1 port=${rtpPort}`,
  );
  closers.push(() => tone.stop());
  return tone;
}

/** An output of the mix, received and decoded to `file` (16 bit, 48 kHz, mono). */
async function addListener(mix: Mix, outputId: string, ssrc: number, exclude?: string) {
  const receiver = await openReceiver();
  closers.push(() => receiver.close());
  const file = join(scratchFolder(), `${outputId}.raw`);
  const port = await freePort();
  const decoder = launch(
    `udpsrc port=${port} address=127.0.0.1 caps="application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000" ! rtpopusdepay ! opusdec plc=false ! audioconvert ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! filesink location=${file} buffer-mode=unbuffered`,
  );
  closers.push(() => decoder.stop());
  receiver.forwardTo(port);
  const rtp = { remote: { ip: '127.0.0.1', port: receiver.port }, payloadType: 111, ssrc, cname: 'room-1@rostrum' };
  const { rtpPort } = await mix.request('addOutput', { outputId, rtp, ...(exclude && { exclude }) });
  return { receiver, file, rtpPort };
}

/**
 * Strength of one frequency in the last `seconds` of the file, 1 being a full-scale sine (Goertzel's algorithm); NaN
 * while the file is shorter.
 */
async function strength(file: string, hertz: number, seconds = 0.5): Promise<number> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const count = Math.round(seconds * 48000);
  if (bytes.length < 2 * count) return Number.NaN;
  const start = (bytes.length >> 1) - count;
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / 48000);
  let last = 0;
  let beforeLast = 0;
  for (let index = 0; index < count; index++) {
    [last, beforeLast] = [bytes.readInt16LE(2 * (start + index)) / 32768 + turn * last - beforeLast, last];
  }
  return (2 / count) * Math.sqrt(Math.max(0, last * last + beforeLast * beforeLast - turn * last * beforeLast));
}

const hears = async (file: string, hertz: number) => (await strength(file, hertz)) > 0.1;
const isDeafTo = async (file: string, hertz: number) => (await strength(file, hertz)) < 0.002;

function expectUnbroken(receiver: Receiver, ssrc: number): void {
  expect(ssrcsOf(receiver.rtp)).toEqual(new Set([ssrc]));
  const numbers = receiver.rtp.map(({ bytes }) => bytes.readUInt16BE(2));
  const steps = numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0)) & 0xffff);
  expect(new Set(steps)).toEqual(new Set([1]));
  const stamps = receiver.rtp.map(({ bytes }) => bytes.readUInt32BE(4));
  const ticks = stamps.slice(1).map((stamp, index) => (stamp - (stamps[index] ?? 0)) >>> 0);
  expect(Math.max(...ticks)).toBeLessThanOrEqual(0.06 * 48000);
}

test('everyone hears all others and not himself, and no change interrupts', async () => {
  const mix = await startMix();
  const room = await addListener(mix, 'room', 9000);
  const own = await addListener(mix, 'codec', 9001, 'b');
  await until(() => isDeafTo(room.file, 440), 'silence flows with no input at all');

  await addTone(mix, 'a', 440, 1001);
  await addTone(mix, 'b', 1000, 1002);
  await until(async () => (await hears(room.file, 440)) && (await hears(room.file, 1000)), 'the room hears both');
  await until(
    async () => (await hears(own.file, 440)) && (await isDeafTo(own.file, 1000)),
    'the codec hears the other',
  );

  await addTone(mix, 'c', 2500, 1003);
  await until(async () => (await hears(room.file, 2500)) && (await hears(own.file, 2500)), 'both hear the third');
  const { levels } = await mix.request('levels', {});
  expect(Object.keys(levels).sort()).toEqual(['a', 'b', 'c']);
  // A sine at 0.2 of full scale is 0.2 / √2, that is -17 dB.
  expect(levels.a?.rms).toBeCloseTo(-17, 0);

  await mix.request('setExclude', { outputId: 'codec', exclude: 'a' });
  await until(async () => (await hears(own.file, 1000)) && (await isDeafTo(own.file, 440)), 'the exclusion moves');
  await mix.request('removeInput', { inputId: 'a' });
  await until(async () => (await isDeafTo(room.file, 440)) && (await hears(room.file, 1000)), 'one voice is gone');
  expectUnbroken(room.receiver, 9000);
  expectUnbroken(own.receiver, 9001);
  // What the listener hears goes by the timestamps checked above; arrival also tells how busy this machine is.
  expect(longestGap(room.receiver.rtp)).toBeLessThan(500);
}, 40_000);

test('many comings and goings leave the output whole and the memory flat', async () => {
  const mix = await startMix();
  const room = await addListener(mix, 'room', 9000);
  await addTone(mix, 'steady', 440, 1001);
  await until(() => hears(room.file, 440), 'the steady voice');
  const before = (await mix.request('stats', {})).rssBytes;
  for (let round = 0; round < 40; round++) {
    const rtp = { ssrc: 2000 + round, payloadType: 100, clockRate: 48000, remote: { ip: '127.0.0.1', port: 9 } };
    await mix.request('addInput', { inputId: `guest-${round}`, rtp });
    const back = await addOutput(mix, `back-${round}`, 3000 + round);
    await sleep(50);
    await mix.request('removeOutput', { outputId: back });
    await mix.request('removeInput', { inputId: `guest-${round}` });
  }
  const { rssBytes, inputs, outputs } = await mix.request('stats', {});
  expect({ inputs, outputs }).toEqual({ inputs: 1, outputs: 1 });
  expect((rssBytes - before) / 1e6).toBeLessThan(30);
  await until(() => hears(room.file, 440), 'the steady voice still');
  expectUnbroken(room.receiver, 9000);
}, 40_000);

async function addOutput(mix: Mix, outputId: string, ssrc: number): Promise<string> {
  const rtp = { remote: { ip: '127.0.0.1', port: 9 }, payloadType: 111, ssrc, cname: 'room-1@rostrum' };
  await mix.request('addOutput', { outputId, rtp });
  return outputId;
}

test('a refused command names its reason, a silent input is reported', async () => {
  const mix = await startMix();
  const events: string[] = [];
  mix.onEvent((event) => events.push('inputId' in event ? `${event.event} ${event.inputId}` : event.message));
  await expect(mix.request('removeInput', { inputId: 'nobody' })).rejects.toMatchObject({ code: 'unknownInput' });
  const tone = await addTone(mix, 'a', 440, 1001);
  await until(() => events.includes('inputLive a'), 'the voice is live');
  await tone.stop();
  await until(() => events.includes('inputStalled a'), 'the voice is missed');
  expect((await mix.request('levels', {})).levels).toEqual({});
}, 40_000);
