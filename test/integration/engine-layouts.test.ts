/** Every layout of the rules as it is composed: whose picture is where, seen in the pixels. */
import { expect, test } from 'vitest';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import type { Rectangle } from '../../server/protocol/layouts.ts';
import { type FixedLayout, LAYOUTS } from '../../server/room/geometry.ts';
import { closeAfterEach } from './closers.ts';
import { cacheFolder, openReceiver, recordingLogger, until } from './engine-peers.ts';
import { type Colour, colours, isColour, isDark, lastPicture } from './engine-pictures.ts';
import { type Clip, encodeClip, renumbered } from './rtp-clips.ts';

const closers = closeAfterEach();
const names = Object.keys(colours) as Colour[];
const tier = { tierId: '360p10', width: 640, height: 360, fps: 10, bitrateKbps: 2500 };
/** As many as the largest layout has tiles. */
const seated = 25;
const framesPerSecond = 5;

/** Neighbours differ in every grid of the layouts. */
const colourOf = (index: number): Colour => names[(index + Math.floor(index / 5)) % names.length] ?? 'red';

function colourClip(colour: Colour): Promise<Clip> {
  const rgb = colours[colour].reduce<number>((sum, part) => sum * 256 + part, 255);
  const source = `videotestsrc num-buffers=${framesPerSecond} pattern=solid-color foreground-color=${rgb}`;
  const caps = `video/x-raw,format=I420,width=160,height=90,framerate=${framesPerSecond}/1`;
  const encoder = `vp8enc deadline=1 keyframe-max-dist=${framesPerSecond} ! rtpvp8pay mtu=1200`;
  return encodeClip(`${source} ! ${caps} ! ${encoder}`, 90_000, 1);
}

test('every layout of the rules shows each of its tiles where it belongs, and nothing elsewhere', async () => {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  const [out, sender] = [await openReceiver(), await openReceiver()];
  closers.push(
    () => picture.stop(),
    () => out.close(),
    () => sender.close(),
  );
  await picture.request('configure', { tiers: [tier], preset: 'ultrafast', transitions: false });
  const rtp = { remote: { ip: '127.0.0.1', port: out.port }, payloadType: 97, ssrc: 7777, cname: 'room' };
  await picture.request('openOutput', { tierId: tier.tierId, rtp });
  await picture.request('setWanted', { tierIds: [tier.tierId] });
  const clips = new Map(await Promise.all(names.map(async (name) => [name, await colourClip(name)] as const)));
  const ports: number[] = [];
  for (let index = 0; index < seated; index++) {
    const remote = { ip: '127.0.0.1', port: sender.port };
    const input = { ssrc: index + 1, payloadType: 96, codec: 'VP8' as const, clockRate: 90_000, remote };
    ports.push((await picture.request('addInput', { inputId: `site-${index}`, rtp: input })).rtpPort);
  }
  closers.push(sendAll((index) => clips.get(colourOf(index)), ports, sender));
  const areLive = async () => {
    const { inputs } = await picture.request('stats', {});
    return Object.values(inputs).filter(({ live }) => live).length === seated;
  };
  await until(areLive, 'all cameras are live');

  for (const [name, places] of Object.entries(LAYOUTS) as [FixedLayout, Rectangle[]][]) {
    const tiles = places.map((place, z) => ({ inputId: `site-${z}`, label: '', ...place, z }));
    await picture.request('setScene', { tiles });
    await until(async () => isAsDrawn(await lastPicture(out.rtp), places), `${name} is as it is drawn`);
  }
  expect(Math.max(...Object.values(LAYOUTS).map((places) => places.length))).toBe(seated);
}, 60_000);

/** The middle of each tile is its own, and of what is left nothing shines. */
function isAsDrawn(seen: { colourAt(x: number, y: number): readonly number[] }, places: readonly Rectangle[]): boolean {
  const inside = ({ x, y, w, h }: Rectangle, at: { x: number; y: number }, edge = 0) =>
    at.x > x - edge && at.x < x + w + edge && at.y > y - edge && at.y < y + h + edge;
  const grid = Array.from({ length: 20 * 20 }, (_, i) => ({
    x: ((i % 20) + 0.5) / 20,
    y: (Math.floor(i / 20) + 0.5) / 20,
  }));
  const empty = grid.filter((at) => !places.some((place) => inside(place, at, 0.03)));
  return (
    places.every(({ x, y, w, h }, index) => {
      const isCovered = places.some((other, z) => z > index && inside(other, { x: x + w / 2, y: y + h / 2 }));
      return isCovered || isColour(seen.colourAt(x + w / 2, y + h / 2), colourOf(index));
    }) && empty.every(({ x, y }) => isDark(seen.colourAt(x, y)))
  );
}

/** Each camera sends its clip over and over. */
function sendAll(
  clipOf: (index: number) => Clip | undefined,
  ports: readonly number[],
  sender: { send(bytes: Buffer, port: number): void },
): () => void {
  const begun = performance.now();
  const counts = ports.map(() => 0);
  const timer = setInterval(() => {
    for (const [index, port] of ports.entries()) {
      const clip = clipOf(index);
      for (;;) {
        const count = counts[index] ?? 0;
        const packet = clip?.packets[count % clip.packets.length];
        if (!clip || !packet) break;
        const timestamp = packet.at + clip.length * Math.floor(count / clip.packets.length);
        if (timestamp > 90 * (performance.now() - begun)) break;
        sender.send(renumbered(packet.bytes, { ssrc: index + 1, payloadType: 96, sequence: count, timestamp }), port);
        counts[index] = count + 1;
      }
    }
  }, 20);
  return () => clearInterval(timer);
}
