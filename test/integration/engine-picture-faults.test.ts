import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { type PictureContract, pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import {
  cacheFolder,
  longestGap,
  openReceiver,
  type Receiver,
  recordingLogger,
  sleep,
  ssrcsOf,
  until,
} from './engine-peers.ts';
import { type CameraOptions, decode, framesOf, isColour, longestPause, startCamera } from './engine-pictures.ts';
import { freePort } from './free-port.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Picture = EngineProcess<PictureContract>;
const tier = { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 600 };

async function start(): Promise<{ picture: Picture; out: Receiver }> {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  const out = await openReceiver();
  closers.push(() => out.close());
  await picture.request('configure', { tiers: [tier], preset: 'ultrafast' });
  const rtp = { remote: { ip: '127.0.0.1', port: out.port }, payloadType: 97, ssrc: 7777, cname: 'room-1@rostrum' };
  await picture.request('openOutput', { tierId: tier.tierId, rtp });
  await picture.request('setWanted', { tierIds: [tier.tierId] });
  return { picture, out };
}

type Camera = Pick<CameraOptions, 'codec' | 'colour' | 'ssrc' | 'width' | 'height'>;

/** A camera whose packets come through here, where one in so many is lost. */
async function addCamera(picture: Picture, inputId: string, camera: Camera) {
  const rtcpPort = await freePort();
  const rtp = { ssrc: camera.ssrc, payloadType: 96, codec: camera.codec, clockRate: 90000 };
  const remote = { ip: '127.0.0.1', port: rtcpPort };
  const { rtpPort } = await picture.request('addInput', { inputId, rtp: { ...rtp, remote } });
  const line = await openReceiver();
  closers.push(() => line.close());
  const lossy = { oneIn: Number.POSITIVE_INFINITY };
  let passed = 0;
  let sent = 0;
  const timer = setInterval(() => {
    for (const { bytes } of line.rtp.slice(passed)) {
      sent += 1;
      if (sent % lossy.oneIn !== 0) line.send(bytes, rtpPort);
    }
    passed = line.rtp.length;
  }, 5);
  closers.push(() => clearInterval(timer));
  const begin = (changed: Partial<Camera> = {}) => {
    const peer = startCamera({ ...camera, ...changed, to: line.port, rtcpPort });
    closers.push(() => peer.stop());
    return peer;
  };
  return { rtpPort, begin, lossy };
}

const tile = (inputId: string, x: number) => ({ inputId, label: inputId, x, y: 0, w: 0.5, h: 1 });

test('whatever one input suffers, the output loses no frame and the other tile flows', async () => {
  const { picture, out } = await start();
  const good = await addCamera(picture, 'good', { codec: 'VP8', colour: 'green', ssrc: 1 });
  const bad = await addCamera(picture, 'bad', { codec: 'H264', colour: 'red', ssrc: 2 });
  good.begin();
  let camera = bad.begin();
  await picture.request('setScene', { tiles: [tile('good', 0), tile('bad', 0.5)] });
  await sleep(2500);
  const suffer = async (what: string, act: () => unknown, ms: number) => {
    const from = out.rtp.length;
    const before = await picture.request('stats', {});
    await act();
    await sleep(ms);
    const packets = out.rtp.slice(from);
    const after = await picture.request('stats', {});
    const flowed = (after.inputs.good?.frames ?? 0) - (before.inputs.good?.frames ?? 0);
    expect(longestPause(packets), what).toBeLessThan(300);
    // Arrival also tells how busy this machine is.
    expect(longestGap(framesOf(packets)), what).toBeLessThan(1000);
    expect(flowed, what).toBeGreaterThan((ms / 1000) * 15 * 0.5);
  };
  await suffer('loss', () => Object.assign(bad.lossy, { oneIn: 20 }), 2000);
  await suffer('no more loss', () => Object.assign(bad.lossy, { oneIn: Number.POSITIVE_INFINITY }), 500);
  await suffer('stall', () => camera.process.kill('SIGSTOP'), 3000);
  await suffer('resume', () => camera.process.kill('SIGCONT'), 1500);
  const garbage = () => {
    for (let round = 0; round < 200; round++) {
      const packet = randomBytes(300);
      packet.writeUInt16BE(0x8060, 0);
      packet.writeUInt32BE(round % 2 === 0 ? 2 : 4242, 8);
      out.send(packet, bad.rtpPort);
    }
  };
  await suffer('garbage', garbage, 1500);
  await suffer(
    'another size',
    async () => {
      await camera.stop();
      camera = bad.begin({ width: 480, height: 640, colour: 'yellow' });
    },
    2000,
  );
  await suffer(
    'another codec',
    async () => {
      await camera.stop();
      await picture.request('removeInput', { inputId: 'bad' });
      const other = await addCamera(picture, 'bad', { codec: 'VP8', colour: 'blue', ssrc: 3 });
      other.begin();
    },
    2000,
  );
}, 60_000);

test('5 % loss on one input, then its new SSRC: no pixel of the other tile changes, and the output keeps its own', async () => {
  const { picture, out } = await start();
  const good = await addCamera(picture, 'good', { codec: 'VP8', colour: 'green', ssrc: 1 });
  const bad = await addCamera(picture, 'bad', { codec: 'H264', colour: 'red', ssrc: 2 });
  good.begin();
  const camera = bad.begin();
  const whole = { label: '', y: 0, w: 0.5, h: 1 };
  const tiles = [
    { inputId: 'good', x: 0, ...whole },
    { inputId: 'bad', x: 0.5, ...whole },
  ];
  await picture.request('setScene', { tiles });
  const shows = async (inputId: string) => (await picture.request('stats', {})).inputs[inputId]?.live === true;
  await until(async () => (await shows('good')) && (await shows('bad')), 'both are live');
  await sleep(1000);
  const from = framesOf(out.rtp).length;
  bad.lossy.oneIn = 20;
  await sleep(3000);
  await camera.stop();
  // It comes again as another stream, as after a new session of its sender.
  await picture.request('removeInput', { inputId: 'bad' });
  const again = await addCamera(picture, 'bad', { codec: 'H264', colour: 'blue', ssrc: 22 });
  again.begin();
  await until(() => shows('bad'), 'it is live again');
  await sleep(1000);
  const seen = (await decode(out.rtp, 64, 36)).slice(from);
  const points = Array.from(
    { length: 40 },
    (_, index) => [0.04 + 0.42 * ((index % 8) / 7), (index + 0.5) / 40] as const,
  );
  const harmed = seen.filter((one) => !points.every(([x, y]) => isColour(one.colourAt(x, y), 'green')));
  expect(seen.length).toBeGreaterThan(40);
  expect(harmed).toEqual([]);
  expect(isColour(seen.at(-1)?.colourAt(0.75, 0.5) ?? [], 'blue')).toBe(true);
  expect(ssrcsOf(out.rtp)).toEqual(new Set([7777]));
  expect(longestPause(out.rtp.slice(-200))).toBeLessThan(300);
}, 40_000);
