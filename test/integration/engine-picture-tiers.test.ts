import { afterEach, expect, test } from 'vitest';
import { type PictureContract, pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { cacheFolder, openReceiver, type Receiver, recordingLogger, sleep, ssrcsOf, until } from './engine-peers.ts';
import { framesOf, isColour, keyFramesOf, lastPicture, longestPause } from './engine-pictures.ts';
import { sizesOf } from './stream-sizes.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Picture = EngineProcess<PictureContract>;
const tiers = [
  { tierId: '540p15', width: 960, height: 540, fps: 15, bitrateKbps: 800 },
  { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 500 },
  { tierId: '180p5', width: 320, height: 180, fps: 5, bitrateKbps: 100 },
];
const ssrcs: Record<string, number> = { '540p15': 540, '360p15': 360, '180p5': 180 };

async function start() {
  const logger = recordingLogger();
  const picture = await startEngine(pictureContract, { logger, cacheFolder });
  closers.push(() => picture.stop());
  const started: string[] = [];
  picture.onEvent((event) => event.event === 'outputStarted' && started.push(event.tierId));
  return { picture, started, logger };
}

async function openTier(picture: Picture, tierId: string): Promise<Receiver> {
  const out = await openReceiver();
  closers.push(() => out.close());
  const rtp = { payloadType: 97, ssrc: ssrcs[tierId] ?? 1, cname: 'room-1@rostrum' };
  await picture.request('openOutput', { tierId, rtp: { ...rtp, remote: { ip: '127.0.0.1', port: out.port } } });
  return out;
}

/** More frames than now have come. */
async function untilFlows({ rtp }: Receiver, what: string, frames = 8): Promise<void> {
  const before = framesOf(rtp).length;
  await until(() => framesOf(rtp).length >= before + frames, what);
}

test('only wanted tiers are encoded, and the others notice nothing of their coming and going', async () => {
  const { picture, started } = await start();
  await picture.request('configure', { tiers, preset: 'ultrafast' });
  await picture.request('setScene', { tiles: [], background: { color: '#0000ff' } });
  const large = await openTier(picture, '540p15');
  const middle = await openTier(picture, '360p15');
  const small = await openTier(picture, '180p5');
  await sleep(600);
  expect([large, middle, small].map(({ rtp }) => rtp.length)).toEqual([0, 0, 0]);
  expect((await picture.request('stats', {})).encoding).toEqual([]);

  await picture.request('setWanted', { tierIds: ['360p15', '180p5'] });
  await untilFlows(middle, 'the middle tier flows');
  await untilFlows(small, 'the small tier flows', 4);
  const keyFramesBefore = keyFramesOf(middle.rtp);
  for (let round = 0; round < 3; round++) {
    await picture.request('setWanted', { tierIds: ['540p15', '360p15', '180p5'] });
    await untilFlows(large, 'the large tier flows');
    await picture.request('setWanted', { tierIds: ['360p15', '180p5'] });
    await untilFlows(middle, 'the middle tier flows on');
  }
  expect(keyFramesOf(middle.rtp)).toBe(keyFramesBefore);
  const { encoding, framesOut } = await picture.request('stats', {});
  expect(encoding).toEqual(['360p15', '180p5']);
  // Counted since they were opened, however often encoding began anew.
  expect(framesOut['540p15']).toBeGreaterThan(framesOf(large.rtp).length - 8);
  expect(new Set(started)).toEqual(new Set(['540p15', '360p15', '180p5']));
  // Two frames at 15 a second, whatever the picture's size did meanwhile.
  expect(longestPause(middle.rtp)).toBeLessThan(150);
  expect(longestPause(small.rtp)).toBeLessThan(900);
  expect(framesOf(small.rtp).length).toBeLessThan(framesOf(middle.rtp).length / 2);
  for (const [out, tier] of [
    [large, tiers[0]],
    [middle, tiers[1]],
    [small, tiers[2]],
  ] as const) {
    expect(ssrcsOf(out.rtp)).toEqual(new Set([ssrcs[tier?.tierId ?? '']]));
    expect(await sizesOf(out.rtp)).toEqual([`${tier?.width}x${tier?.height}`]);
    expect(isColour((await lastPicture(out.rtp)).colourAt(0.5, 0.5), 'blue')).toBe(true);
  }
}, 40_000);

test('an output goes elsewhere and goes on in its numbers', async () => {
  const { picture } = await start();
  await picture.request('configure', { tiers, preset: 'ultrafast' });
  const first = await openTier(picture, '360p15');
  await picture.request('setWanted', { tierIds: ['360p15'] });
  await untilFlows(first, 'it flows');
  const second = await openTier(picture, '360p15');
  await untilFlows(second, 'it flows elsewhere');
  const last = first.rtp.at(-1)?.bytes;
  const next = second.rtp[0]?.bytes;
  expect(((next?.readUInt16BE(2) ?? 0) - (last?.readUInt16BE(2) ?? 0)) & 0xffff).toBeLessThan(200);
  expect(((next?.readUInt32BE(4) ?? 0) - (last?.readUInt32BE(4) ?? 0)) >>> 0).toBeLessThan(2 * 90_000);
  await until(() => keyFramesOf(second.rtp) > 0, 'a key frame begins it');
  await picture.request('closeOutput', { tierId: '360p15' });
  await expect(picture.request('requestKeyFrame', { tierId: '360p15' })).rejects.toMatchObject({ code: 'unknownTier' });
  const third = await openTier(picture, '360p15');
  await untilFlows(third, 'it is opened again');
}, 30_000);

test('while something records, a key frame comes at least every two seconds, and otherwise none', async () => {
  const { picture, logger } = await start();
  const { encoder } = await picture.request('configure', { tiers, preset: 'ultrafast', encoder: 'nvenc' });
  // No machine that tests this has one.
  expect(encoder).toBe('x264');
  expect(logger.lines.join('\n')).toContain('x264 takes its place (nvh264enc: no such element)');
  const out = await openTier(picture, '180p5');
  await picture.request('setWanted', { tierIds: ['180p5'] });
  await untilFlows(out, 'it flows');
  for (let round = 0; round < 6; round++) {
    const color = round % 2 ? '#ffffff' : '#000000';
    await picture.request('setScene', { tiles: [], background: { color } });
    await sleep(400);
  }
  expect(keyFramesOf(out.rtp)).toBe(1);
  await picture.request('setSteadyKeyFrames', { on: true });
  await sleep(6500);
  const times = keyFrameTimes(out);
  expect(times.length).toBeGreaterThanOrEqual(4);
  for (const [index, time] of times.slice(2).entries()) expect(time - (times[index + 1] ?? 0)).toBeLessThan(2500);
  expect((await picture.request('stats', {})).keyFrames['180p5']).toBeGreaterThanOrEqual(times.length);
}, 30_000);

/** In milliseconds of the stream's own clock. */
function keyFrameTimes({ rtp }: Receiver): number[] {
  const stamps = rtp.filter(({ bytes }) => ((bytes[12] ?? 0) & 31) === 5).map(({ bytes }) => bytes.readUInt32BE(4));
  return [...new Set(stamps)].map((stamp) => ((stamp - (stamps[0] ?? 0)) >>> 0) / 90);
}
