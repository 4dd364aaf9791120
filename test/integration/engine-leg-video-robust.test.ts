import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import { continuity, type Leg, openPeer, sendFrom, startLeg } from './engine-leg-peers.ts';
import { endpointVideo, isReddish, local, picture, watch } from './engine-leg-pictures.ts';
import { sleep, until } from './engine-peers.ts';
import { seededRandom } from './random.ts';

const limits = { timeout: 150_000, retry: 1 };
const closers = closeAfterEach();

const [red, blue] = ['0xffd02020', '0xff2020d0'];
const megabyte = 2 ** 20;

async function openParties() {
  const started = await startLeg(closers);
  const endpoint = await openPeer(closers);
  const server = await openPeer(closers);
  await started.leg.request('connectEndpoint', { video: endpointVideo(endpoint, endpoint) });
  const output = { payloadType: 102, ssrc: 2222, cname: 'leg-1', tiers: [{ ssrc: 1801 }, { ssrc: 3601 }] };
  await started.leg.request('sendVideo', { ...output, remote: local(server.port) });
  return { ...started, endpoint, server, seen: await watch(closers, server, 'H264', 2222) };
}

const resident = async (leg: Leg) => (await leg.request('stats', {})).residentBytes;
const camera = (colour: string, width = 640, height = 360) =>
  picture({ colour, width, height, options: 'bitrate=800 key-int-max=15', payload: 'pt=97 ssrc=97 mtu=800' });

test('with a loss of one packet in twenty pictures and tiers go on', limits, async () => {
  const { leg, endpoint, videoPort, server, seen, events, logger } = await openParties();
  await leg.request('setWanted', { low: true, mid: true });
  const random = seededRandom(5);
  const lossy = (bytes: Buffer) => (random() < 0.05 ? undefined : bytes);
  await sendFrom(closers, endpoint, videoPort, camera(red), lossy);
  await until(async () => isReddish(await seen.colour()), 'a picture', 15_000);
  const of = (ssrc: number) => server.rtp.filter(({ bytes }) => bytes.readUInt32BE(8) === ssrc);
  const [frames, low, mid] = [await seen.frames(), of(1801).length, of(3601).length];
  await sleep(10_000);
  expect((await seen.frames()) - frames, 'of 150').toBeGreaterThan(30);
  expect(of(1801).length - low).toBeGreaterThan(30);
  expect(of(3601).length - mid).toBeGreaterThan(30);
  expect((await leg.request('stats', {})).video?.received.lost).toBeGreaterThan(5);
  expect(isReddish(await seen.colour())).toBe(true);
  expect(events.filter(({ event }) => event === 'error')).toEqual([]);
  expect(logger.lines).toEqual([]);
});

test('twenty changes of size cost no memory', limits, async () => {
  const { leg, endpoint, videoPort, events, server } = await openParties();
  await leg.request('setWanted', { low: true, mid: false });
  const sizes = [
    [320, 180],
    [640, 480],
    [1280, 720],
    [352, 288],
  ] as const;
  const memory: number[] = [];
  for (let change = 0; change < 20; change++) {
    const [width, height] = sizes[change % sizes.length] ?? [320, 180];
    const told = events.length;
    const sender = await sendFrom(closers, endpoint, videoPort, camera(change % 2 ? blue : red, width, height));
    const isTold = () => events.slice(told).some((event) => event.event === 'videoFlowing' && event.width === width);
    await until(isTold, `${width}x${height}`, 10_000);
    await sleep(400);
    await sender.stop();
    memory.push(await resident(leg));
  }
  expect(Math.max(...memory.slice(-4)) - Math.max(...memory.slice(4, 8))).toBeLessThan(24 * megabyte);
  expect(events.filter(({ event }) => event === 'error')).toEqual([]);
  const small = server.rtp.filter(({ bytes }) => bytes.readUInt32BE(8) === 1801);
  expect(continuity(small)).toMatchObject({ jumps: 0, ssrcs: 1 });
});

test('a picture that was away for half a minute comes back, and its tiers with it', limits, async () => {
  const { leg, endpoint, videoPort, server, seen, events } = await openParties();
  await leg.request('setWanted', { low: true, mid: false });
  let away = false;
  await sendFrom(closers, endpoint, videoPort, camera(red), (bytes) => (away ? undefined : bytes));
  await until(async () => isReddish(await seen.colour()), 'a picture', 15_000);
  away = true;
  await sleep(30_000);
  away = false;
  const [frames, back] = [await seen.frames(), server.rtp.length];
  await until(async () => (await seen.frames()) > frames + 30, 'it goes on', 15_000);
  const small = () => server.rtp.slice(back).filter(({ bytes }) => bytes.readUInt32BE(8) === 1801);
  await until(() => small().length > 30, 'and small', 15_000);
  // The time that it was away is not filled with pictures.
  const per = new Set(small().map(({ bytes }) => bytes.readUInt32BE(4))).size;
  const [first, last] = [small()[0]?.at ?? 0, small().at(-1)?.at ?? 0];
  expect(per / ((last - first) / 1000 + 1)).toBeLessThan(20);
  expect(events.filter(({ event }) => event === 'error')).toEqual([]);
});

test('garbage without end harms nothing', limits, async () => {
  const { leg, endpoint, videoPort, seen, events, logger } = await openParties();
  await leg.request('setWanted', { low: true, mid: true });
  const random = seededRandom(7);
  const junk = () => Buffer.from(Array.from({ length: 20 + Math.floor(random() * 800) }, () => 256 * random()));
  /** Random bytes behind a header that is right, of one source or of many. */
  const likely = () => {
    const bytes = junk();
    bytes[0] = 0x80;
    bytes[1] = 97 | (random() < 0.3 ? 0x80 : 0);
    if (random() < 0.9) bytes.writeUInt32BE(77, 8);
    return bytes;
  };
  const memory: number[] = [];
  for (let second = 0; second < 12; second++) {
    for (let burst = 0; burst < 40; burst++) {
      for (let count = 0; count < 10; count++) endpoint.send(random() < 0.5 ? junk() : likely(), videoPort);
      await sleep(25);
    }
    memory.push(await resident(leg));
  }
  expect((memory.at(-1) ?? 0) - (memory[4] ?? 0)).toBeLessThan(24 * megabyte);
  await sendFrom(closers, endpoint, videoPort, camera(red));
  await until(async () => isReddish(await seen.colour()), 'a real picture is seen after all', 20_000);
  expect(events.filter(({ event }) => event === 'error')).toEqual([]);
  expect(logger.lines).toEqual([]);
});
