/** What is in the picture while its scene changes, frame by frame. */

import { expect, test } from 'vitest';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { closeAfterEach } from '../integration/closers.ts';
import {
  cacheFolder,
  openReceiver,
  type Receiver,
  recordingLogger,
  sleep,
  until,
} from '../integration/engine-peers.ts';
import {
  type Colour,
  colours,
  decode,
  framesOf,
  lastPicture,
  longestPause,
  type Picture as Seen,
  startCamera,
} from '../integration/engine-pictures.ts';
import { freePort } from '../integration/free-port.ts';

const closers = closeAfterEach();

type Picture = EngineProcess<typeof pictureContract>;
type Place = readonly [x: number, y: number, w: number, h: number];

const cameras: Colour[] = ['red', 'green', 'blue', 'yellow'];
const layouts: Record<string, Place[]> = {
  one: [[0, 0, 1, 1]],
  side: [
    [0, 0, 0.5, 1],
    [0.5, 0, 0.5, 1],
  ],
  pip: [
    [0, 0, 1, 1],
    [0.625, 0.625, 0.3125, 0.3125],
  ],
  four: [
    [0, 0, 0.5, 0.5],
    [0.5, 0, 0.5, 0.5],
    [0, 0.5, 0.5, 0.5],
    [0.5, 0.5, 0.5, 0.5],
  ],
};

const large = { tierId: '540p15', width: 960, height: 540, fps: 15, bitrateKbps: 2500 };
const small = { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 2500 };

/** `out` receives the small tier, the only one wanted at first. */
async function startPicture(transitions: boolean): Promise<{ picture: Picture; out: Receiver }> {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  const tiers = [large, small];
  await picture.request('configure', { tiers, preset: 'ultrafast', transitions, timeZone: 'Asia/Ho_Chi_Minh' });
  const out = await openOutput(picture, small.tierId);
  await picture.request('setWanted', { tierIds: [small.tierId] });
  return { picture, out };
}

async function openOutput(picture: Picture, tierId: string): Promise<Receiver> {
  const out = await openReceiver();
  closers.push(() => out.close());
  const rtp = { remote: { ip: '127.0.0.1', port: out.port }, payloadType: 97, ssrc: 7777, cname: 'room' };
  await picture.request('openOutput', { tierId, rtp });
  return out;
}

async function addCameras(picture: Picture, wanted: readonly Colour[]): Promise<void> {
  for (const [index, colour] of wanted.entries()) {
    const rtcpPort = await freePort();
    const remote = { ip: '127.0.0.1', port: rtcpPort };
    const rtp = { ssrc: index + 1, payloadType: 96, codec: 'VP8' as const, clockRate: 90000, remote };
    const { rtpPort } = await picture.request('addInput', { inputId: colour, rtp });
    const peer = startCamera({ codec: 'VP8', colour, ssrc: index + 1, to: rtpPort, rtcpPort });
    closers.push(() => peer.stop());
  }
  await until(async () => {
    const { inputs } = await picture.request('stats', {});
    return Object.values(inputs).filter((input) => input.live).length === wanted.length;
  }, 'all cameras are live');
}

/** Who is where; names are hidden, so that nothing but pictures is seen. */
const tilesOf = (places: readonly Place[], who: readonly Colour[]) =>
  places.map(([x, y, w, h], z) => ({ inputId: who[z] ?? null, label: '', x, y, w, h, z }));

/** Points all over the picture, none of them on the edge of a tile. */
const points = Array.from({ length: 48 }, (_, index): [number, number] => [
  ((index % 8) + 0.5) / 8,
  (Math.floor(index / 8) + 0.5) / 6,
]);

/** At each point the first letter of whoever is in front there. */
function expectedIn(places: readonly Place[], who: readonly Colour[]): string {
  const at = (x: number, y: number) => {
    const index = places.findLastIndex(([left, top, w, h]) => x > left && x < left + w && y > top && y < top + h);
    return who[index]?.[0] ?? '.';
  };
  return points.map(([x, y]) => at(x, y)).join('');
}

function seenIn(picture: Seen): string {
  return points.map(([x, y]) => nameOf(picture.colourAt(x, y))).join('');
}

function nameOf(found: readonly number[]): string {
  const distance = (colour: Colour) => Math.hypot(...colours[colour].map((part, index) => part - (found[index] ?? 0)));
  const nearest = cameras.toSorted((one, other) => distance(one) - distance(other))[0] as Colour;
  return distance(nearest) < 120 ? (nearest[0] as string) : '.';
}

test('cuts: no frame shows a part of a change', async () => {
  const { picture, out } = await startPicture(false);
  await addCameras(picture, cameras);
  const wanted: string[] = [];
  const show = async (places: readonly Place[], who: readonly Colour[]) => {
    wanted.push(expectedIn(places, who));
    await picture.request('setScene', { tiles: tilesOf(places, who) });
  };
  await show(layouts.four as Place[], cameras);
  await until(async () => seenIn(await lastPicture(out.rtp)) === wanted[0], 'the first scene');
  const from = framesOf(out.rtp).length;

  const names = Object.keys(layouts);
  for (let round = 1; round <= 24; round++) {
    const who = cameras.map((_, index) => cameras[(index + round) % cameras.length] as Colour);
    await show(layouts[names[round % names.length] as string] as Place[], who);
    // Now and then a change comes before the one before it is seen.
    await sleep(round % 5 === 0 ? 20 : 240);
  }
  await until(async () => seenIn(await lastPicture(out.rtp)) === wanted.at(-1), 'the last scene');

  const seen = (await decode(out.rtp, 64, 36)).slice(from).map(seenIn);
  const shown = new Set<number>([0]);
  for (const [frame, content] of seen.entries()) {
    const now = Math.max(...shown);
    const next = wanted.findIndex((one, index) => index >= now && one === content);
    expect(next, `frame ${frame} shows ${content} after ${wanted[now]}`).toBeGreaterThanOrEqual(now);
    shown.add(next);
  }
  expect(shown.size).toBeGreaterThan(wanted.length / 2);
  expect(longestPause(out.rtp)).toBeLessThan(500);
}, 40_000);

test('another size: no frame shows tiles where they are not', async () => {
  const { picture, out } = await startPicture(false);
  const other = await openOutput(picture, large.tierId);
  await addCameras(picture, cameras);
  const four = layouts.four as Place[];
  const wanted = expectedIn(four, cameras);
  await picture.request('setScene', { tiles: tilesOf(four, cameras) });
  await until(async () => seenIn(await lastPicture(out.rtp)) === wanted, 'the scene');
  const from = framesOf(out.rtp).length;
  for (let round = 0; round < 3; round++) {
    const before = framesOf(other.rtp).length;
    await picture.request('setWanted', { tierIds: [large.tierId, small.tierId] });
    await until(() => framesOf(other.rtp).length > before + 3, 'the larger tier');
    await picture.request('setWanted', { tierIds: [small.tierId] });
    await sleep(300);
  }
  // The picture stays large for ten seconds.
  await sleep(11_000);
  const seen = (await decode(out.rtp, 64, 36)).slice(from).map(seenIn);
  expect(seen.filter((one) => one !== wanted)).toEqual([]);
  // Two frames at 15 a second.
  expect(longestPause(out.rtp)).toBeLessThan(150);
}, 40_000);

test('transitions: a tile glides to its place, and none darkens the picture meanwhile', async () => {
  const { picture, out } = await startPicture(true);
  await addCameras(picture, ['red', 'green']);
  const corner: Place = [0, 0, 0.25, 0.25];
  const opposite: Place = [0.75, 0.75, 0.25, 0.25];
  const show = (place: Place) => {
    return picture.request('setScene', { tiles: tilesOf([[0, 0, 1, 1], place], ['green', 'red']) });
  };
  const isAt = async ([x, y]: Place) => {
    const last = await lastPicture(out.rtp);
    return nameOf(last.colourAt(x + 0.12, y + 0.12)) === 'r' && nameOf(last.colourAt(0.5, 0.5)) === 'g';
  };
  await show(corner);
  await until(() => isAt(corner), 'the tile in its corner');
  await sleep(400);
  const from = framesOf(out.rtp).length;
  await show(opposite);
  await until(() => isAt(opposite), 'the tile in the other corner');

  const path = (await decode(out.rtp, 64, 36)).slice(from).map(redMiddle);
  const inside = path.filter((x) => x > 0.16 && x < 0.84);
  expect(inside.length).toBeGreaterThanOrEqual(2);
  expect(inside.length).toBeLessThanOrEqual(10);
  expect(inside).toEqual(inside.toSorted((one, other) => one - other));
  expect(path.at(-1)).toBeGreaterThan(0.84);
}, 40_000);

/** Where the red in a picture is from left to right; nothing but red and green may be there. */
function redMiddle(picture: Seen): number {
  const columns: number[] = [];
  for (let y = 0; y < 36; y++) {
    for (let x = 0; x < 64; x++) {
      const [red, green, blue] = picture.colourAt((x + 0.5) / 64, (y + 0.5) / 36);
      expect(red + green).toBeGreaterThan(160);
      expect(blue).toBeLessThan(90);
      if (red > 160 && green < 90) columns.push((x + 0.5) / 64);
    }
  }
  return columns.reduce((sum, x) => sum + x, 0) / columns.length;
}

test('REC, the clock, the banner and the hold slide are where no face is, and go again', async () => {
  const { picture, out } = await startPicture(false);
  await addCameras(picture, ['blue']);
  const tiles = tilesOf([[0, 0, 1, 1]], ['blue']);
  /** How much of a part of the picture is not blue. */
  const written = async (x: number, y: number, w: number, h: number) => {
    const last = (await decode(out.rtp, 320, 180)).at(-1);
    const at = (index: number) =>
      last?.colourAt(x + (w * ((index % 40) + 0.5)) / 40, y + (h * Math.floor(index / 40)) / 20);
    return (
      Array.from({ length: 800 }, (_, index) => nameOf(at(index) ?? [])).filter((name) => name !== 'b').length / 800
    );
  };
  const isClean = async () => (await written(0, 0, 1, 1)) < 0.01;
  await picture.request('setScene', { tiles });
  await until(isClean, 'a picture with nothing on it');

  const marks = { recording: true, clock: true };
  await picture.request('setScene', { tiles, marks, banner: 'Đề nghị các điểm cầu tắt micrô' });
  await until(async () => (await written(0.85, 0.015, 0.14, 0.05)) > 0.8, 'REC and the clock');
  expect(await written(0, 0.94, 1, 0.06)).toBeGreaterThan(0.9);
  expect(await written(0, 0.1, 1, 0.8)).toBeLessThan(0.01);
  expect(await written(0, 0, 0.8, 0.9)).toBeLessThan(0.01);

  const background = { holdTitle: 'Tạm nghỉ giải lao', holdText: 'Trở lại lúc 14:30' };
  await picture.request('setScene', { tiles: [], background });
  await until(async () => (await written(0, 0, 1, 1)) > 0.99, 'the hold slide');
  await picture.request('setScene', { tiles });
  await until(isClean, 'the picture again');
}, 40_000);
