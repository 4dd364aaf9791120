import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { simulatorContract } from '../../gateway/engine/simulator-protocol.ts';
import { type Closer, continuity, listen, openPeer } from './engine-leg-peers.ts';
import { cacheFolder, launch, recordingLogger, scratchFolder, sleep, until } from './engine-peers.ts';
import { freePort } from './free-port.ts';
import { colourOf } from './perceive.ts';

const run = promisify(execFile);
const closers: Closer[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Simulator = EngineProcess<typeof simulatorContract>;

async function startSimulator() {
  const logger = recordingLogger();
  const simulator = await startEngine(simulatorContract, { logger, cacheFolder });
  closers.push(() => simulator.stop());
  return { simulator, logger };
}

/** A site with receivers of its own; its pictures become PNG files, its sound can be listened to. */
async function addSite(simulator: Simulator, siteId: string, hue: number, codec: 'VP8' | 'H264') {
  const [picture, sound] = [await openPeer(closers), await openPeer(closers)];
  const folder = scratchFolder();
  const port = await freePort();
  const decode = codec === 'VP8' ? 'rtpvp8depay ! vp8dec' : 'rtph264depay ! avdec_h264';
  const decoder = launch(
    `udpsrc port=${port} address=127.0.0.1 caps="application/x-rtp,media=video,encoding-name=${codec},payload=96,clock-rate=90000" ! ${decode} ! videoconvert ! pngenc ! multifilesink location=${folder}/%05d.png`,
  );
  closers.push(() => decoder.stop());
  picture.forwardTo(port);
  const heard = await listen(
    closers,
    sound,
    'encoding-name=OPUS,payload=111,clock-rate=48000',
    'rtpopusdepay ! opusdec',
  );
  await sleep(500);
  const remote = (rtpPort: number) => ({ ip: '127.0.0.1', port: rtpPort });
  await simulator.request('addSite', {
    siteId,
    name: 'Ba Bể',
    hue,
    codec,
    voice: 'vi-1.ogg',
    video: { remote: remote(picture.port), payloadType: 96, ssrc: 100, cname: siteId },
    audio: { remote: remote(sound.port), payloadType: 111, ssrc: 200, cname: siteId },
  });
  const files = async () => (await readdir(folder)).sort().map((name) => join(folder, name));
  return { picture, sound, heard, files };
}

/** Hue in degrees, of a colour of 0 to 255 each. */
function hueOf([red, green, blue]: readonly [number, number, number]): number {
  const most = Math.max(red, green, blue);
  const span = most - Math.min(red, green, blue) || 1;
  if (most === red) return (60 * ((green - blue) / span) + 360) % 360;
  return most === green ? 60 * ((blue - red) / span) + 120 : 60 * ((red - green) / span) + 240;
}

/** How different the middles of two pictures are: the mean difference of their pixels, 0 to 255. */
async function difference(a: string, b: string): Promise<number> {
  const filter = '[0][1]blend=all_mode=difference,crop=iw*0.3:ih*0.4:iw*0.35:ih*0.25,format=gray,scale=1:1:flags=area';
  const output = ['-filter_complex', filter, '-frames:v', '1', '-f', 'rawvideo', '-'];
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', a, '-i', b, ...output], { encoding: 'buffer' });
  return stdout[0] ?? 0;
}

test.each([
  { codec: 'VP8' as const, hue: 205 },
  { codec: 'H264' as const, hue: 35 },
])(
  'a site shows a moving room in its own hue ($codec)',
  async ({ codec, hue }) => {
    const { simulator, logger } = await startSimulator();
    const { picture, files } = await addSite(simulator, 'site-1', hue, codec);
    await simulator.request('speak', { siteId: 'site-1', on: true });
    await until(async () => (await files()).length > 30, 'two seconds of pictures', 40_000);
    const pictures = await files();
    const [first = '', last = ''] = [pictures[3], pictures.at(-2)];
    const wall = await colourOf(last, { x: 0.3, y: 0.02, width: 0.05, height: 0.3 });
    expect(Math.abs(hueOf(wall) - hue)).toBeLessThan(20);
    expect(await difference(first, last)).toBeGreaterThan(0);
    expect(continuity(picture.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
    expect(logger.lines).toEqual([]);
  },
  60_000,
);

test('a site is heard while it speaks and only then, and gone when it is removed', async () => {
  const { simulator, logger } = await startSimulator();
  const { picture, sound, heard } = await addSite(simulator, 'site-1', 150, 'VP8');
  await until(() => sound.rtp.length > 25, 'sound packets flow');
  // Speech is strong somewhere between 100 and 1000 Hz at any moment.
  const loudness = async () =>
    Math.max(...(await Promise.all([150, 200, 250, 300, 400, 500, 700].map((hz) => heard.level(hz)))));
  expect(await loudness()).toBeLessThan(-70);
  await simulator.request('speak', { siteId: 'site-1', on: true });
  await until(async () => (await loudness()) > -45, 'the voice is heard');
  await simulator.request('speak', { siteId: 'site-1', on: false });
  await until(async () => (await loudness()) < -70, 'silence again');
  expect(continuity(sound.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  await expect(simulator.request('speak', { siteId: 'site-2', on: true })).rejects.toMatchObject({
    code: 'siteUnknown',
  });
  await simulator.request('removeSite', { siteId: 'site-1' });
  await sleep(200);
  const [pictures, sounds] = [picture.rtp.length, sound.rtp.length];
  await sleep(600);
  expect([picture.rtp.length, sound.rtp.length]).toEqual([pictures, sounds]);
  expect(logger.lines).toEqual([]);
}, 40_000);
