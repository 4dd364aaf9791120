import { readFile } from 'node:fs/promises';
import { createWorker, type types } from 'mediasoup';
import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import { continuity, type Leg, openPeer, sendFrom, startLeg } from './engine-leg-peers.ts';
import {
  describeH264,
  describeVp8,
  endpointVideo,
  fpsOf,
  isReddish,
  kbpsOf,
  local,
  type PictureOptions,
  picture,
  watch,
} from './engine-leg-pictures.ts';
import { type Packet, type Receiver, sleep, until } from './engine-peers.ts';

const limits = { timeout: 90_000, retry: 2 };
const closers = closeAfterEach();

const red = '0xffd02020';
const [low, mid, whole] = [1801, 3601, 2222];
const output = { payloadType: 102, ssrc: whole, cname: 'leg-1', tiers: [{ ssrc: low }, { ssrc: mid }] };
const h264 = {
  mimeType: 'video/H264',
  clockRate: 90_000,
  parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
};

async function openParties(camera: Partial<PictureOptions> = {}) {
  const started = await startLeg(closers);
  const endpoint = await openPeer(closers);
  const codec = camera.encoder === 'VP8' ? 'VP8' : 'H264';
  await started.leg.request('connectEndpoint', { video: endpointVideo(endpoint, endpoint, { codec }) });
  const options = 'bitrate=1500 key-int-max=9999';
  const source = { colour: red, width: 1280, height: 720, options, payload: 'pt=97 ssrc=97 mtu=1200', ...camera };
  // An endpoint that sends no key frame unless it is asked, and cannot be: it repeats one every few seconds.
  const every = { ...source, options: source.options.replace('9999', '45') };
  await sendFrom(closers, endpoint, started.videoPort, picture(every));
  return started;
}

const threads = async (leg: Leg) =>
  Number(/Threads:\s+(\d+)/.exec(await readFile(`/proc/${leg.pid}/status`, 'utf8'))?.[1]);

const plain = (router: types.Router) =>
  router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux: true,
    comedia: false,
  });

async function publish(leg: Leg): Promise<{ router: types.Router; producer: types.Producer }> {
  const worker = await createWorker({ logLevel: 'error' });
  closers.push(() => worker.close());
  const router = await worker.createRouter({ mediaCodecs: [{ kind: 'video', ...h264 }] });
  const transport = await plain(router);
  const { rtpPort } = await leg.request('sendVideo', { ...output, remote: local(transport.tuple.localPort) });
  await transport.connect(local(rtpPort));
  const codecs = [{ ...h264, payloadType: 102 }];
  const encodings = [{ ssrc: low }, { ssrc: mid }, { ssrc: whole }];
  const rtpParameters = { codecs, encodings, rtcp: { cname: output.cname } };
  return { router, producer: await transport.produce({ kind: 'video', rtpParameters }) };
}

async function consume(router: types.Router, producer: types.Producer, viewer: Receiver) {
  const transport = await plain(router);
  await transport.connect(local(viewer.port));
  return transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
}

test('the SFU gives whichever layer is wanted, and the whole picture when tiers are off again', limits, async () => {
  const { leg, logger } = await openParties();
  const { router, producer } = await publish(leg);
  const viewer = await openPeer(closers);
  const consumer = await consume(router, producer, viewer);
  expect(consumer.type).toBe('simulcast');
  // The SFU adds streams of its own to find out what the line can carry.
  const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
  const seen = await watch(closers, viewer, 'H264', ssrc);
  const received = () => viewer.rtp.filter(({ bytes }) => bytes.readUInt32BE(8) === ssrc);
  const width = async () => (await describeH264(received().slice(-400)))?.width;
  await until(async () => (await width()) === 1280 && isReddish(await seen.colour()), 'the whole picture', 15_000);
  const before = await threads(leg);

  await leg.request('setWanted', { low: true, mid: true });
  for (const [spatialLayer, expected] of [
    [0, 320],
    [1, 640],
    [2, 1280],
    [0, 320],
  ] as const) {
    await consumer.setPreferredLayers({ spatialLayer });
    await until(async () => (await width()) === expected, `layer ${spatialLayer}`, 15_000);
    const frames = await seen.frames();
    await until(async () => (await seen.frames()) > frames + 10, `layer ${spatialLayer} goes on`, 10_000);
    expect(isReddish(await seen.colour())).toBe(true);
  }
  expect(await threads(leg)).toBeGreaterThan(before);
  await leg.request('setWanted', { low: false, mid: false });
  await until(async () => (await width()) === 1280, 'the whole picture again', 15_000);
  await until(async () => (await threads(leg)) <= before, 'decoder and encoders are gone', 25_000);
  expect(logger.lines).toEqual([]);
});

/** Sender reports by SSRC (RFC 3550 6.4.1): the last NTP time in ms and the RTP time beside it. */
function reports(rtcp: readonly Packet[]): Map<number, { ntp: number; rtp: number }> {
  const found = new Map<number, { ntp: number; rtp: number }>();
  for (const { bytes } of rtcp) {
    for (let at = 0; at + 20 <= bytes.length; at += 4 * (bytes.readUInt16BE(at + 2) + 1)) {
      if (bytes[at + 1] !== 200) continue;
      const ntp = 1000 * (bytes.readUInt32BE(at + 8) + bytes.readUInt32BE(at + 12) / 2 ** 32);
      found.set(bytes.readUInt32BE(at + 4), { ntp, rtp: bytes.readUInt32BE(at + 16) });
    }
  }
  return found;
}

test('tiers stay within size, rate and clock, and go on where they stopped', limits, async () => {
  const { leg } = await openParties({ fps: 25, busy: true });
  const server = await openPeer(closers);
  await leg.request('sendVideo', { ...output, remote: local(server.port) });
  const of = (ssrc: number) => server.rtp.filter(({ bytes }) => bytes.readUInt32BE(8) === ssrc);
  await leg.request('setWanted', { low: true, mid: false });
  await until(() => of(low).length > 30, 'the small one', 15_000);
  expect(of(mid)).toEqual([]);
  await leg.request('setWanted', { low: true, mid: true });
  await until(() => of(mid).length > 30, 'the middle one', 15_000);
  await sleep(4000);
  for (const [ssrc, height, kbps] of [
    [low, 180, 150],
    [mid, 360, 400],
  ] as const) {
    expect(await describeH264(of(ssrc))).toMatchObject({ height, profile: 'Constrained Baseline' });
    expect(kbpsOf(of(ssrc), 3)).toBeLessThan(kbps * 1.1);
    expect(fpsOf(of(ssrc), 3)).toBeLessThanOrEqual(16);
    expect(fpsOf(of(ssrc), 3)).toBeGreaterThan(10);
    expect(continuity(of(ssrc))).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  }
  await until(() => reports(server.rtcp).size === 3, 'a report on each', 20_000);
  const told = reports(server.rtcp);
  expect([...told.keys()].sort()).toEqual([low, whole, mid].sort());
  const lastTime = (ssrc: number) => {
    const { ntp, rtp } = told.get(ssrc) ?? { ntp: 0, rtp: 0 };
    const stamp = of(ssrc).at(-1)?.bytes.readUInt32BE(4) ?? 0;
    return ntp + ((stamp - rtp) | 0) / 90;
  };
  for (const ssrc of [low, mid]) expect(Math.abs(lastTime(ssrc) - lastTime(whole))).toBeLessThan(250);

  const stopped = of(low).length;
  await leg.request('setWanted', { low: false, mid: true });
  await sleep(1000);
  expect(of(low).length).toBeLessThan(stopped + 30);
  await leg.request('setWanted', { low: true, mid: true });
  const again = of(low).length;
  await until(() => of(low).length > again + 20, 'the small one is back', 15_000);
  expect(continuity(of(low)).jumps, 'no number is missing').toBe(0);
  expect(continuity(of(mid))).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
});

test('tiers of VP8 are VP8', limits, async () => {
  const { leg } = await openParties({ encoder: 'VP8', width: 640, height: 480, payload: 'pt=97 picture-id-mode=1' });
  const server = await openPeer(closers);
  await leg.request('sendVideo', { ...output, remote: local(server.port) });
  await leg.request('setWanted', { low: true, mid: false });
  const small = () => server.rtp.filter(({ bytes }) => bytes.readUInt32BE(8) === low);
  await until(() => describeVp8(small()) !== undefined, 'the small one', 15_000);
  expect(describeVp8(small())).toEqual({ width: 240, height: 180 });
});

test('a still is a small JPEG of a key frame, and there is none without a picture', limits, async () => {
  const { leg, videoPort } = await startLeg(closers);
  expect(await leg.request('still', {})).toEqual({ jpeg: null });
  const endpoint = await openPeer(closers);
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, endpoint) });
  const asked = performance.now();
  expect(await leg.request('still', {})).toEqual({ jpeg: null });
  expect(performance.now() - asked).toBeGreaterThan(2000);
  const source = { colour: red, width: 640, height: 480, options: 'bitrate=600 key-int-max=30' };
  await sendFrom(closers, endpoint, videoPort, picture({ ...source, payload: 'pt=97 ssrc=97 mtu=1200' }));
  await sleep(1500);
  const before = await threads(leg);
  const order: string[] = [];
  const still = leg.request('still', {}).finally(() => order.push('still'));
  const stats = leg.request('stats', {}).finally(() => order.push('stats'));
  const [one, other] = await Promise.all([still, leg.request('still', {}), stats]);
  expect(order, 'nobody waits for a still but who wants it').toEqual(['stats', 'still']);
  expect(one.jpeg).toBe(other.jpeg);
  const jpeg = Buffer.from(one.jpeg ?? '', 'base64');
  expect(jpeg.subarray(0, 2).toString('hex')).toBe('ffd8');
  expect(jpeg.length).toBeLessThan(30_000);
  expect(sizeOfJpeg(jpeg)).toEqual({ width: 240, height: 180 });
  await until(async () => (await threads(leg)) <= before, 'nothing of it is left', 25_000);
});

/** The start of frame segment (ITU-T T.81 B.2.2). */
function sizeOfJpeg(jpeg: Buffer): { width: number; height: number } | undefined {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2)
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
  }
  return undefined;
}
