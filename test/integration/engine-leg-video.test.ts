import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import {
  continuity,
  keyFrameRequests,
  openPeer,
  pictureLoss,
  sendFrom,
  slicesOf,
  startLeg,
} from './engine-leg-peers.ts';
import {
  describeH264,
  describeVp8,
  endpointVideo,
  fpsOf,
  isBluish,
  isGreenish,
  isReddish,
  kbpsOf,
  local,
  picture,
  receiveProgram,
  watch,
} from './engine-leg-pictures.ts';
import { sleep, until } from './engine-peers.ts';

// A machine with too much to do loses packets on the way to the test's own sockets, hence more than one chance.
const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();

const red = '0xffd02020';
const green = '0xff20c040';
const blue = '0xff2020d0';
const toServer = { payloadType: 102, ssrc: 2222, cname: 'leg-1' };

async function openParties() {
  const started = await startLeg(closers);
  const endpoint = await openPeer(closers);
  const rtcp = await openPeer(closers);
  const server = await openPeer(closers);
  const sendPort = (await started.leg.request('sendVideo', { ...toServer, remote: local(server.port) })).rtpPort;
  return { ...started, endpoint, rtcp, server, sendPort };
}

test.each([
  { encoder: 'constrained-baseline', packetizationMode: 0, mtu: 1400 },
  { encoder: 'baseline', packetizationMode: 1, mtu: 500 },
  { encoder: 'main', packetizationMode: 1, mtu: 500 },
] as const)('$encoder in mode $packetizationMode comes through untouched', limits, async (stream) => {
  const { leg, endpoint, rtcp, server, videoPort, events, logger } = await openParties();
  const { encoder, packetizationMode, mtu } = stream;
  const options = packetizationMode === 0 ? 'bitrate=600 key-int-max=20 option-string=slice-max-size=1100' : undefined;
  const video = endpointVideo(endpoint, rtcp, { packetizationMode });
  await leg.request('connectEndpoint', { video });
  const source = picture({ encoder, colour: red, payload: `pt=97 mtu=${mtu}`, ...(options && { options }) });
  const camera = await sendFrom(closers, endpoint, videoPort, source);
  await until(() => slicesOf(server.rtp).length > 60, 'enough pictures', 20_000);
  await camera.stop();
  await sleep(300);
  const [seen, shown] = [slicesOf(server.rtp), slicesOf(camera.sent)];
  const from = shown.indexOf(seen[0] ?? '');
  expect(from).toBeGreaterThanOrEqual(0);
  expect(seen).toEqual(shown.slice(from, from + seen.length));
  expect(continuity(server.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(events.find(({ event }) => event === 'videoFlowing')).toMatchObject({ width: 320, height: 180 });
  expect((await leg.request('stats', {})).video?.transcoding).toBe(false);
  expect(logger.lines).toEqual([]);
});

const typeOf = (bytes: Buffer) => (bytes[12] ?? 0) & 31;

/** Takes the parameter sets out of a stream of single NAL unit packets, and leaves no gap. */
function withoutSets() {
  let left = 0;
  const sets = new Map<number, string>();
  const alter = (bytes: Buffer) => {
    const type = typeOf(bytes);
    if (type === 7 || type === 8) {
      left += 1;
      sets.set(type, bytes.subarray(12).toString('base64'));
      return undefined;
    }
    const renumbered = Buffer.from(bytes);
    renumbered.writeUInt16BE((bytes.readUInt16BE(2) - left) & 0xffff, 2);
    return renumbered;
  };
  return { sets, alter };
}

test('parameter sets that came in the SDP alone are put before the key frames', limits, async () => {
  const { leg, endpoint, rtcp, server, videoPort } = await openParties();
  const { sets, alter } = withoutSets();
  const source = picture({ colour: red, payload: 'pt=97 mtu=1200 aggregate-mode=none' });
  await sendFrom(closers, endpoint, videoPort, source, alter);
  await until(() => sets.size === 2, 'the sets are known');
  const seen = await watch(closers, server, 'H264');
  const parameterSets = [sets.get(7) ?? '', sets.get(8) ?? ''];
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, { parameterSets }) });
  await until(async () => isReddish(await seen.colour()), 'the server sees it', 12_000);
  expect(await describeH264(server.rtp)).toMatchObject({ width: 320, height: 180 });
});

test('another size in the middle of a call is told and passes on', limits, async () => {
  const { leg, endpoint, rtcp, server, videoPort, events } = await openParties();
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp) });
  const seen = await watch(closers, server, 'H264');
  const payload = 'pt=97 ssrc=97 mtu=1200';
  const first = await sendFrom(closers, endpoint, videoPort, picture({ colour: red, payload }));
  await until(async () => isReddish(await seen.colour()), 'the first size is seen');
  await first.stop();
  const larger = picture({ colour: blue, width: 640, height: 360, payload });
  await sendFrom(closers, endpoint, videoPort, larger);
  await until(
    () => events.some(({ event, width }) => event === 'videoFlowing' && width === 640),
    'the new size is told',
  );
  await until(async () => isBluish(await seen.colour()), 'and seen');
  expect(await describeH264(server.rtp)).toMatchObject({ width: 640, height: 360 });
});

test('VP8 comes through as VP8, and a re-INVITE to H.264 changes what the server gets', limits, async () => {
  const { leg, endpoint, rtcp, server, videoPort, logger, events } = await openParties();
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, { codec: 'VP8' }) });
  const seen = await watch(closers, server, 'VP8');
  const source = picture({ encoder: 'VP8', colour: red, payload: 'pt=97 picture-id-mode=1' });
  const camera = await sendFrom(closers, endpoint, videoPort, source);
  await until(async () => isReddish(await seen.colour()), 'the server sees VP8', 12_000);
  expect(describeVp8(server.rtp)).toEqual({ width: 320, height: 180 });
  await camera.stop();
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp) });
  const before = server.rtp.length;
  await sendFrom(closers, endpoint, videoPort, picture({ colour: blue, width: 480, height: 272, payload: 'pt=97' }));
  await until(
    async () => (await describeH264(server.rtp.slice(before)))?.width === 480,
    'the server gets H.264',
    12_000,
  );
  expect(events.some(({ event }) => event === 'error')).toBe(false);
  expect(logger.lines).toEqual([]);
});

test.each([
  { encoder: 'high', codec: 'H264', width: 640, height: 480, expected: { width: 640, height: 480 } },
  { encoder: 'H265', codec: 'H265', width: 960, height: 1280, expected: { width: 540, height: 720 } },
] as const)('$encoder is made anew for the server', limits, async ({ encoder, codec, width, height, expected }) => {
  const { leg, endpoint, rtcp, server, videoPort, sendPort, logger } = await openParties();
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, { codec, transcode: true }) });
  const seen = await watch(closers, server, 'H264');
  const payload = 'pt=97 mtu=1200';
  await sendFrom(closers, endpoint, videoPort, picture({ encoder, colour: red, width, height, fps: 10, payload }));
  await until(
    async () => {
      // A decoder that began late has missed the first key frame, and asks as any receiver does.
      server.send(pictureLoss(1, 2222), sendPort);
      await sleep(700);
      return isReddish(await seen.colour());
    },
    'the server sees it',
    20_000,
  );
  expect(await describeH264(server.rtp)).toMatchObject({ profile: 'Constrained Baseline', ...expected });
  expect((await leg.request('stats', {})).video?.transcoding).toBe(true);
  // What the server asks for is made here; the endpoint is not troubled.
  const keyFrames = () => server.rtp.filter(({ bytes }) => typeOf(bytes) === 7 || typeOf(bytes) === 24).length;
  await sleep(1500);
  const [before, asked] = [keyFrames(), keyFrameRequests(rtcp.rtcp)];
  server.send(pictureLoss(1, 2222), sendPort);
  await until(() => keyFrames() > before, 'a key frame for the server');
  expect(keyFrameRequests(rtcp.rtcp)).toBe(asked);
  expect(logger.lines).toEqual([]);
});

test(
  'an endpoint of VP8 gets the slide and the program as VP8, and key frames from its own encoder',
  limits,
  async () => {
    const { leg, endpoint, rtcp, server, videoPort, events, logger } = await openParties();
    await leg.request('connectEndpoint', {
      video: endpointVideo(endpoint, rtcp, { codec: 'VP8', maxBitrateKbps: 512 }),
    });
    const seen = await watch(closers, endpoint, 'VP8');
    await until(() => describeVp8(endpoint.rtp) !== undefined, 'the slide comes');
    const rtpPort = await receiveProgram(leg, server, 4444);
    const source = { colour: green, width: 1280, height: 720, fps: 25, payload: 'pt=102 ssrc=4444 mtu=1200' };
    await sendFrom(closers, server, rtpPort, picture(source));
    await until(() => events.some((event) => event.picture === 'program'), 'the program is shown');
    await until(
      async () => {
        rtcp.send(pictureLoss(97, endpoint.rtp.at(-1)?.bytes.readUInt32BE(8) ?? 0), videoPort + 1);
        await sleep(700);
        return isGreenish(await seen.colour());
      },
      'and seen',
      15_000,
    );
    await sleep(3000);
    expect(kbpsOf(endpoint.rtp, 2)).toBeLessThan(512 * 1.2);
    expect(fpsOf(endpoint.rtp, 2)).toBeGreaterThan(12);
    expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
    const isKey = ({ bytes }: { bytes: Buffer }) => ((bytes[12] ?? 0) & 0x10) !== 0 && ((bytes[13] ?? 1) & 1) === 0;
    const [keys, asked] = [endpoint.rtp.filter(isKey).length, keyFrameRequests(server.rtcp)];
    rtcp.send(pictureLoss(97, endpoint.rtp.at(-1)?.bytes.readUInt32BE(8) ?? 0), videoPort + 1);
    await until(() => endpoint.rtp.filter(isKey).length > keys, 'a key frame');
    expect(keyFrameRequests(server.rtcp)).toBe(asked);
    expect((await leg.request('stats', {})).video?.transcoding).toBe(true);
    expect(logger.lines).toEqual([]);
  },
);

test('an endpoint that knows H.265 alone sees that', limits, async () => {
  const { leg, endpoint, rtcp, server, videoPort, events, logger } = await openParties();
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, { codec: 'H265', transcode: true }) });
  const seen = await watch(closers, endpoint, 'H265');
  await until(() => endpoint.rtp.length > 5, 'the slide comes');
  const source = { colour: green, width: 1280, height: 720, fps: 25, payload: 'pt=102 ssrc=4444 mtu=1200' };
  await sendFrom(closers, server, await receiveProgram(leg, server, 4444), picture(source));
  await until(() => events.some((event) => event.picture === 'program'), 'the program is shown');
  await until(
    async () => {
      rtcp.send(pictureLoss(97, endpoint.rtp.at(-1)?.bytes.readUInt32BE(8) ?? 0), videoPort + 1);
      await sleep(700);
      return isGreenish(await seen.colour());
    },
    'and seen',
    15_000,
  );
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(logger.lines).toEqual([]);
});

test('a program too large for an endpoint is made to fit, and lower limits need no new stream', limits, async () => {
  const { leg, endpoint, rtcp, server, events, logger } = await openParties();
  const cif = {
    packetizationMode: 0 as const,
    limits: { maxFs: 396, maxMbps: 11_880 },
    maxBitrateKbps: 384,
  };
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, cif) });
  const rtpPort = await receiveProgram(leg, server, 4444);
  const source = { colour: green, width: 1280, height: 720, fps: 25, busy: true, payload: 'pt=102 ssrc=4444 mtu=1200' };
  await sendFrom(closers, server, rtpPort, picture({ ...source, options: 'bitrate=1500 key-int-max=100' }));
  await until(() => events.some((event) => event.picture === 'program'), 'the program is shown');
  await sleep(4000);
  const described = await describeH264(endpoint.rtp);
  expect(described).toMatchObject({ profile: 'Constrained Baseline', width: 352, height: 288 });
  expect(described?.level).toBeLessThanOrEqual(13);
  expect(kbpsOf(endpoint.rtp, 2)).toBeLessThan(384 * 1.15);
  expect(Math.max(...endpoint.rtp.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1300);
  expect(
    endpoint.rtp.every(({ bytes }) => typeOf(bytes) < 24),
    'mode 0',
  ).toBe(true);

  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, { ...cif, maxBitrateKbps: 128 }) });
  await sleep(4000);
  expect(kbpsOf(endpoint.rtp, 2)).toBeLessThan(128 * 1.25);
  const slow = { ...cif, limits: { maxFs: 99, maxMbps: 1485 }, maxBitrateKbps: 64 };
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, slow) });
  await sleep(4000);
  expect(await describeH264(endpoint.rtp.slice(-60))).toMatchObject({ width: 176, height: 144 });
  expect(fpsOf(endpoint.rtp, 2)).toBeLessThan(16.5);
  expect(kbpsOf(endpoint.rtp, 2)).toBeLessThan(64 * 1.4);
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(logger.lines).toEqual([]);
});

test('a program in larger pieces than one packet is cut anew for an endpoint of mode 0', limits, async () => {
  const { leg, endpoint, rtcp, server, events } = await openParties();
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, { packetizationMode: 0 }) });
  const rtpPort = await receiveProgram(leg, server, 4444);
  const source = { colour: green, width: 640, height: 360, busy: true, payload: 'pt=102 ssrc=4444 mtu=1200' };
  await sendFrom(closers, server, rtpPort, picture({ ...source, options: 'bitrate=1500 key-int-max=10' }));
  await until(() => events.some((event) => event.picture === 'program'), 'the program is shown');
  await until(async () => (await leg.request('stats', {})).video?.transcoding === true, 'it is cut anew');
  await sleep(1500);
  const recent = endpoint.rtp.filter(({ at }) => at > performance.now() - 1000);
  expect(recent.length).toBeGreaterThan(20);
  expect(Math.max(...recent.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1300);
  expect(await describeH264(endpoint.rtp)).toMatchObject({ width: 640, height: 360 });
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
});
