// What lines may do to a site, and what becomes of its sound and pictures: a browser in a network namespace, every packet through a
// shaped line, both directions alike. Prints for each kind of weather {"heard":…,"framesPerSecond":…} as seen at both ends,
// how soon sound and pictures went on where the line became good again, and what was said of the lines. `floor` is the
// same over a good line; `peer`, the same browsers and the same weather in a bare mediasoup room; `janus`, in a room of Janus,
// where it is installed (Debian: janus). `codec` is a real codec (baresip) whose line becomes narrow, and good again.

import { CodecStory } from '../e2e/codec-story.ts';
import { LineStory, type Stage } from '../e2e/line-story.ts';
import type { Weather } from '../e2e/shaped-line.ts';
import { openBareRoom } from './_bare-room.ts';
import { hasJanus } from './_janus.ts';
import { openJanusRoom } from './_janus-room.ts';
import { beginPeerStory } from './_peer-story.ts';

const DELAY = { delayMs: 20 };
interface Kind {
  name: string;
  weather: Weather;
  seconds: number;
  /** The peers are given it too. */
  peer?: true;
}
/** In this order, one after the other; what is said of a line ends ten seconds after its cause. */
const STAGES: readonly Kind[] = [
  { name: 'floor', weather: DELAY, seconds: 8, peer: true },
  { name: 'loss2', weather: { ...DELAY, loss: 0.02 }, seconds: 12 },
  { name: 'loss5', weather: { ...DELAY, loss: 0.05 }, seconds: 12 },
  { name: 'delay200', weather: { delayMs: 200 }, seconds: 12 },
  { name: 'reordered', weather: { ...DELAY, reordered: 0.05 }, seconds: 12 },
  { name: 'kbps4000', weather: { ...DELAY, kbps: 4_000 }, seconds: 12 },
  { name: 'kbps500', weather: { ...DELAY, kbps: 500 }, seconds: 14 },
  { name: 'kbps4000Again', weather: { ...DELAY, kbps: 4_000 }, seconds: 14 },
  { name: 'kbps300', weather: { ...DELAY, kbps: 300 }, seconds: 14, peer: true },
  { name: 'kbps64', weather: { ...DELAY, kbps: 64 }, seconds: 20, peer: true },
  { name: 'goodAfter64', weather: DELAY, seconds: 8, peer: true },
  { name: 'kbps15', weather: { ...DELAY, kbps: 15 }, seconds: 20, peer: true },
  { name: 'goodAfter15', weather: DELAY, seconds: 10, peer: true },
];
const CODEC_STAGES = [
  { name: 'kbps4000', weather: { ...DELAY, kbps: 4_000 }, size: 'whole' },
  { name: 'kbps200', weather: { ...DELAY, kbps: 200 }, size: 'small' },
  { name: 'kbps4000Again', weather: { ...DELAY, kbps: 4_000 }, size: 'whole' },
  { name: 'loss5', weather: { ...DELAY, loss: 0.05 }, size: 'small' },
] as const;

const figures: Record<string, object> = {};
const note = (name: string, more: object) => {
  figures[name] = { ...figures[name], ...more };
  process.stderr.write(`${name}: ${JSON.stringify(more)}\n`);
};
await ownStages();
await peerStages('peer', openBareRoom);
if (hasJanus()) await peerStages('janus', openJanusRoom);
else process.stderr.write('no Janus to compare with: apt-get install janus\n');
await codecStages();
process.stdout.write(`${JSON.stringify(figures)}\n`);

async function ownStages(): Promise<void> {
  const story = await LineStory.begin();
  try {
    for (const { name, weather, seconds } of STAGES) {
      const { up, down, back, reasons, kept } = await story.stage(weather, seconds);
      note(name, { up: wayOf(up, back.up), down: wayOf(down, back.down), kept, reasons });
    }
  } finally {
    await story.close();
  }
}

async function peerStages(peer: 'peer' | 'janus', openRoom: typeof openBareRoom): Promise<void> {
  const story = await beginPeerStory(openRoom);
  try {
    for (const { name, weather, seconds } of STAGES.filter((kind) => kind.peer)) {
      const { up, down, back } = await story.stage(weather, seconds);
      note(name, { [peer]: { up: wayOf(up, back.up), down: wayOf(down, back.down) } });
    }
  } finally {
    await story.close();
  }
}

async function codecStages(): Promise<void> {
  const story = await CodecStory.begin();
  try {
    const codec: Record<string, object> = {};
    for (const { name, weather, size } of CODEC_STAGES) {
      // What a line only loses makes no picture smaller.
      const { heard, afterMs, reasons } = await story.stage(weather, size, name === 'loss5' ? 12_000 : 40_000);
      codec[name] = { heard: rounded(heard, 100), [`${size}AfterMs`]: afterMs ?? null, reasons };
    }
    note('codec', codec);
  } finally {
    await story.close();
  }
}

function wayOf(
  { heard, silenceMs, framesPerSecond, height }: Stage['up'],
  { soundMs, pictureMs }: Stage['back']['up'],
) {
  return {
    ...{ heard: rounded(heard, 100), silenceMs, framesPerSecond: rounded(framesPerSecond, 10), lines: height },
    ...{ soundAfterMs: finite(soundMs), pictureAfterMs: finite(pictureMs) },
  };
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
