import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import {
  cacheFolder,
  longestGap,
  openReceiver,
  type Peer,
  type Receiver,
  recordingLogger,
  sleep,
  ssrcsOf,
  until,
} from './engine-peers.ts';
import {
  type CameraOptions,
  type Colour,
  framesOf,
  isColour,
  isDark,
  keyFramesOf,
  lastPicture,
  longestPause,
  parameterSetsOf,
  startCamera,
} from './engine-pictures.ts';
import { freePort } from './free-port.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Picture = EngineProcess<typeof pictureContract>;

async function startPicture(): Promise<{ picture: Picture; out: Receiver; rtpPort: number; events: string[] }> {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  const events: string[] = [];
  picture.onEvent((event) => events.push('inputId' in event ? `${event.event} ${event.inputId}` : event.event));
  const out = await openReceiver();
  closers.push(() => out.close());
  const tier = { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 600 };
  await picture.request('configure', { tiers: [tier], preset: 'ultrafast', stallMs: 1000 });
  const rtp = { remote: { ip: '127.0.0.1', port: out.port }, payloadType: 97, ssrc: 7777, cname: 'room-1@rostrum' };
  const { rtpPort } = await picture.request('openOutput', { tierId: '360p15', rtp });
  await picture.request('setWanted', { tierIds: ['360p15'] });
  return { picture, out, rtpPort, events };
}

type Camera = Pick<CameraOptions, 'codec' | 'colour' | 'ssrc' | 'width' | 'height'>;

async function addCamera(picture: Picture, inputId: string, camera: Camera) {
  const rtcpPort = await freePort();
  const rtp = { ssrc: camera.ssrc, payloadType: 96, codec: camera.codec, clockRate: 90000 };
  const remote = { ip: '127.0.0.1', port: rtcpPort };
  const { rtpPort } = await picture.request('addInput', { inputId, rtp: { ...rtp, remote } });
  const start = (changed: Partial<Camera> = {}): Peer => {
    const peer = startCamera({ ...camera, ...changed, to: rtpPort, rtcpPort });
    closers.push(() => peer.stop());
    return peer;
  };
  return { rtpPort, start };
}

const tile = (inputId: string | null, x: number, y: number, w = 0.5, h = 0.5) => {
  return { inputId, label: `Điểm cầu ${inputId ?? 'xã Vĩnh Trạch'}`, x, y, w, h };
};

/** Waits until the picture shows these colours at these places; `dark` stands for a card. */
async function untilShown(out: Receiver, ...wanted: (readonly [number, number, Colour | 'dark'])[]): Promise<void> {
  let found = '';
  const matches = async () => {
    const picture = await lastPicture(out.rtp);
    found = JSON.stringify(wanted.map(([x, y]) => picture.colourAt(x, y)));
    return wanted.every(([x, y, colour]) => {
      return colour === 'dark' ? isDark(picture.colourAt(x, y)) : isColour(picture.colourAt(x, y), colour);
    });
  };
  await until(matches, JSON.stringify(wanted)).catch((error) => {
    throw new Error(`${error.message}, found ${found}`);
  });
}

function expectUnbroken(out: Receiver): void {
  expect(ssrcsOf(out.rtp)).toEqual(new Set([7777]));
  expect(longestPause(out.rtp)).toBeLessThan(500);
  // Arrival also tells how busy this machine is.
  expect(longestGap(framesOf(out.rtp))).toBeLessThan(1000);
}

test('four cameras of two codecs are composed, rearranged, and taken away without a break', async () => {
  const { picture, out, events } = await startPicture();
  const hold = { holdText: 'Cuộc họp sẽ bắt đầu lúc 8 giờ' };
  await picture.request('setScene', { tiles: [], background: hold });
  await until(() => framesOf(out.rtp).length > 10, 'the output flows with no input at all');
  expect(events).toEqual(['outputStarted']);

  const cameras: [string, Camera, number, number][] = [
    ['a', { codec: 'VP8', colour: 'red', ssrc: 1 }, 0, 0],
    ['b', { codec: 'H264', colour: 'green', ssrc: 2 }, 0.5, 0],
    ['c', { codec: 'VP8', colour: 'blue', ssrc: 3 }, 0, 0.5],
  ];
  for (const [inputId, camera] of cameras) (await addCamera(picture, inputId, camera)).start();
  const tiles = [...cameras.map(([inputId, , x, y]) => tile(inputId, x, y)), tile(null, 0.5, 0.5)];
  await picture.request('setScene', { tiles });
  await untilShown(out, [0.25, 0.2, 'red'], [0.75, 0.2, 'green'], [0.25, 0.7, 'blue'], [0.75, 0.6, 'dark']);

  await picture.request('setScene', {
    tiles: [tile('b', 0, 0, 1, 1), { ...tile('a', 0.7, 0.05, 0.25, 0.25), z: 1, speaking: true, muted: true }],
    banner: 'Họp giao ban trực tuyến',
  });
  await untilShown(out, [0.3, 0.5, 'green'], [0.8, 0.15, 'red'], [0.3, 0.8, 'green']);

  await picture.request('removeInput', { inputId: 'a' });
  await untilShown(out, [0.3, 0.5, 'green'], [0.8, 0.08, 'dark']);
  await picture.request('setScene', { tiles: [], background: { color: '#0000ff' } });
  await untilShown(out, [0.5, 0.5, 'blue']);
  const { framesOut, inputs } = await picture.request('stats', {});
  expect(Object.keys(inputs)).toEqual(['b', 'c']);
  expect(Math.abs((framesOut['360p15'] ?? 0) - framesOf(out.rtp).length)).toBeLessThan(10);
  expectUnbroken(out);
}, 40_000);

test('a stalled camera becomes a card, and comes back', async () => {
  const { picture, out, events } = await startPicture();
  const { start } = await addCamera(picture, 'a', { codec: 'VP8', colour: 'red', ssrc: 1 });
  await picture.request('setScene', { tiles: [tile('a', 0, 0, 1, 1)] });
  const camera = start();
  await untilShown(out, [0.3, 0.3, 'red']);
  camera.process.kill('SIGSTOP');
  await sleep(500);
  const { colourAt } = await lastPicture(out.rtp.slice());
  expect(isColour(colourAt(0.1, 0.1), 'red'), 'its last picture stays at first').toBe(true);
  await untilShown(out, [0.1, 0.1, 'dark']);
  expect(events.at(-1)).toBe('inputStalled a');
  camera.process.kill('SIGCONT');
  await untilShown(out, [0.1, 0.1, 'red']);
  expect(events.at(-1)).toBe('inputLive a');
  expectUnbroken(out);
}, 40_000);

test.each(['VP8', 'H264'] as const)(
  '%s: garbage, strangers and a change of resolution do not stop it',
  async (codec) => {
    const { picture, out } = await startPicture();
    const { start, rtpPort } = await addCamera(picture, 'a', { codec, colour: 'red', ssrc: 1 });
    await picture.request('setScene', { tiles: [tile('a', 0, 0, 1, 1)] });
    const camera = start();
    await untilShown(out, [0.3, 0.3, 'red']);
    for (let round = 0; round < 200; round++) {
      out.send(randomBytes(200), rtpPort);
      const packet = randomBytes(300);
      packet.writeUInt16BE(0x8060, 0);
      packet.writeUInt32BE(round % 2 === 0 ? 1 : 4242, 8);
      out.send(packet, rtpPort);
      await sleep(5);
    }
    await camera.stop();
    start({ colour: 'yellow', width: 480, height: 640 });
    await untilShown(out, [0.3, 0.3, 'yellow'], [0.9, 0.1, 'yellow']);
    // Three by four, shown whole in sixteen by nine: from 0.29 to 0.71 of its width.
    await picture.request('setScene', { tiles: [{ ...tile('a', 0, 0, 1, 1), label: '', fit: 'contain' }] });
    const inside = [0.32, 0.68].flatMap((x) => [0.05, 0.95].map((y) => [x, y, 'yellow'] as const));
    await untilShown(out, [0.25, 0.5, 'dark'], [0.75, 0.5, 'dark'], ...inside);
    expectUnbroken(out);
  },
  40_000,
);

test('a key frame follows a PLI or a wish, but no more than one per second', async () => {
  const { picture, out, rtpPort } = await startPicture();
  await until(() => framesOf(out.rtp).length > 20, 'the output flows');
  const before = keyFramesOf(out.rtp);
  // RFC 4585 6.3.1: payload-specific feedback, format 1, from SSRC 5 about SSRC 7777.
  const pli = Buffer.from([0x81, 206, 0, 2, 0, 0, 0, 5, 0, 0, 0x1e, 0x61]);
  const receiverReport = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 5]);
  for (let round = 0; round < 20; round++) {
    out.send(Buffer.concat([receiverReport, pli]), rtpPort);
    await sleep(100);
  }
  const keyFrames = keyFramesOf(out.rtp) - before;
  expect(keyFrames).toBeGreaterThanOrEqual(1);
  expect(keyFrames).toBeLessThanOrEqual(3);
  expect(parameterSetsOf(out.rtp)).toBe(keyFramesOf(out.rtp));
  expect(out.rtcp.some(({ bytes }) => bytes[1] === 200)).toBe(true);
  const last = keyFramesOf(out.rtp);
  await sleep(1000);
  await picture.request('requestKeyFrame', { tierId: '360p15' });
  await until(() => keyFramesOf(out.rtp) > last, 'the wished key frame', 1000);
}, 40_000);

test('drawing again and again takes no more memory', async () => {
  const { picture, out } = await startPicture();
  const draw = async (round: number) => {
    const tiles = [tile(null, 0, 0), tile(null, 0.5, 0), tile(null, 0, 0.5), tile(null, 0.5, 0.5)];
    const speaking = tiles.map((place, index) => ({ ...place, speaking: index === round % 4 }));
    await picture.request('setScene', { tiles: speaking, background: { color: round % 2 ? '#101010' : '#050404' } });
    await sleep(40);
  };
  for (let round = 0; round < 20; round++) await draw(round);
  const before = (await picture.request('stats', {})).rssBytes;
  for (let round = 0; round < 150; round++) await draw(round);
  expect(((await picture.request('stats', {})).rssBytes - before) / 1e6).toBeLessThan(40);
  expectUnbroken(out);
}, 40_000);
