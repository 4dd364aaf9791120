// How old a picture is when it is seen: drawn in one browser and seen in another, received by a codec (composed, as its last
// packet arrives: what it does with it is its own), or sent by a codec and seen in a browser. The number of each picture
// travels in the picture. Prints {"browserToBrowserMs":…,"browserToEndpointMs":…,"endpointToBrowserMs":…,"floorMs":…}:
// `floorMs` is a bare pair of peer connections within one page, in the same run.

import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright';
import { participantIdOfAddress } from '../../server/protocol/ids.ts';
import { attend, obeyed, show } from '../e2e/centre.ts';
import { enter, issueLink, newPerson, openMeeting, signIn } from '../e2e/people.ts';
import { System } from '../e2e/system.ts';
import type { Packet } from '../integration/engine-peers.ts';
import { framesOf } from '../integration/engine-pictures.ts';
import { CodecRack } from '../integration/light-codec.ts';
import { until } from '../integration/media-fixture.ts';
import { encodeClip } from '../integration/rtp-clips.ts';
import config from '../playwright.config.ts';
import { barePair } from './_bare-pair.ts';
import { percentilesOf } from './_figures.ts';
import { installTimecodes, type Sighting, seenIn } from './_latency-page.ts';
import { readTimecodes, timecodeClip } from './_timecode.ts';

const FPS = 25;
const SETTLE_MS = 6000;
const WINDOW_MS = 10_000;
const SHOWN = 'Ba Bể';
const CODEC = 'codec1';
/** Numbers come round after ten seconds; nothing is under way for so long. */
const FRAMES = 250;

const wallClock = () => performance.timeOrigin + performance.now();

/** For each sighting the time since the same number was last drawn. */
function agesOf(seen: readonly Sighting[], drawn: readonly Sighting[]): number[] {
  return seen.flatMap(([number, at]) => {
    const source = drawn.findLast(([other, drawnAt]) => (other & 0xff) === number && drawnAt <= at);
    return source && at - source[1] < 5000 ? [at - source[1]] : [];
  });
}

const system = await System.start({ ROSTRUM_PICTURES: `640x360@${FPS}` });
const browser = await chromium.launch(config.use?.launchOptions);
const rack = await CodecRack.open();
try {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Phép đo');
  const centre = await attend(operator.page, system, roomId);
  const join = async (name: string) => {
    const person = await newPerson(browser, { colour: 'red', toneHz: 440 });
    await installTimecodes(person.context, FPS);
    await enter(person.page, await issueLink(operator.page, system, roomId, { role: 'site', name }));
    return person.page;
  };
  const [source, viewer] = [await join(SHOWN), await join('Na Rì')];
  // Only what is measured is to use the machine.
  await operator.page.goto('about:blank');

  await show(centre, '1', [SHOWN]);
  await sleep(SETTLE_MS);
  const seen = await seenIn(viewer, WINDOW_MS);
  const browserToBrowserMs = agesOf(seen, await source.evaluate(() => window.drawn));
  const bare = await viewer.evaluate(barePair, WINDOW_MS);
  const floorMs = agesOf(bare.seen, await viewer.evaluate(() => window.drawn));
  await viewer.goto('about:blank');

  const { clip: picture } = await timecodeClip({ width: 640, height: 360, framesPerSecond: FPS, count: FRAMES }, 800);
  const sound = await encodeClip(
    'audiotestsrc wave=silence num-buffers=50 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay',
    8000,
    1,
  );
  const codec = await rack.add(CODEC, { sound, picture });
  if (!codec.picture) throw new Error('the codec has no camera');
  await obeyed(centre.command({ verb: 'dial', address: codec.uri, name: CODEC }));
  const codecId = participantIdOfAddress(codec.uri);
  await until('the codec is there', () => centre.state.participants[codecId]?.endpoint !== undefined, 60_000);
  const received: Packet[] = [];
  await sleep(SETTLE_MS);
  codec.picture.observer.received = (bytes) => received.push({ at: wallClock(), bytes });
  await sleep(WINDOW_MS);
  codec.picture.observer = {};
  const browserToEndpointMs = agesOf(await readPackets(received), await source.evaluate(() => window.drawn));

  const sent: Sighting[] = [];
  codec.picture.observer.sent = (at) => sent.push([Math.round((at / 90_000) * FPS) & 0xff, wallClock()]);
  await show(centre, '1', [CODEC]);
  await sleep(SETTLE_MS);
  const endpointToBrowserMs = agesOf(await seenIn(source, WINDOW_MS), sent);

  centre.close();
  const figures = { browserToBrowserMs, browserToEndpointMs, endpointToBrowserMs, floorMs };
  for (const [name, ages] of Object.entries(figures)) {
    process.stderr.write(`${name}: ${ages.length} pictures\n`);
    if (ages.length < WINDOW_MS / 200) throw new Error(`${name}: too few pictures to judge`);
  }
  const percentiles = Object.entries(figures).map(([name, ages]) => [name, percentilesOf(ages)]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(percentiles))}\n`);
} finally {
  await rack.close();
  await browser.close();
  await system.stop();
}

/** From the first key frame on. */
async function readPackets(packets: readonly Packet[]): Promise<Sighting[]> {
  const begins = packets.findIndex(({ bytes }) => ((bytes[12] ?? 0) & 31) === 7);
  const whole = packets.slice(begins);
  const [numbers, frames] = [await readTimecodes(whole, 1), framesOf(whole)];
  return frames.flatMap(({ at }, index) => {
    const number = numbers[index];
    return number === undefined ? [] : [[number, at] as const];
  });
}
