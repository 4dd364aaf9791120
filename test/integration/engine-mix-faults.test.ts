import { afterEach, expect, test } from 'vitest';
import { addListener, expectUnbroken, speak, startMix, toneClip } from './engine-mix-peers.ts';
import { sleep, until } from './engine-peers.ts';
import { toneLevelOf } from './perceive.ts';
import { seededRandom } from './random.ts';
import { encodeClip } from './rtp-clips.ts';
import { broken, toneTrack } from './tone-track.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('a broken voice harms none but itself and is heard again; one that loses packets has no holes', async () => {
  const [good, bad, lossy] = await Promise.all([
    toneClip(500, 0.2, 20),
    toneClip(1000, 0.1, 20),
    toneClip(2500, 0.1, 20),
  ]);
  const mix = await startMix(closers);
  const room = await addListener(closers, mix, 'room', { ssrc: 9000 });
  let garbage = false;
  const chance = seededRandom(7);
  const spoil = (bytes: Buffer) =>
    Buffer.concat([bytes.subarray(0, 12), Buffer.from(bytes.subarray(12).map(() => 256 * chance()))]);
  await speak(closers, mix, good, { inputId: 'good', ssrc: 1001, levelling: false });
  const alter = (bytes: Buffer, count: number) => (garbage && count % 2 === 0 ? spoil(bytes) : bytes);
  await speak(closers, mix, bad, { inputId: 'bad', ssrc: 1002, levelling: false, alter });
  const lose = (bytes: Buffer, count: number) => (count > 50 && count % 12 === 0 ? undefined : bytes);
  await speak(closers, mix, lossy, { inputId: 'lossy', ssrc: 1003, levelling: false, alter: lose });
  await sleep(1500);
  const from = room.now();
  garbage = true;
  await sleep(2000);
  garbage = false;
  await sleep(1000);
  const back = room.now();
  await until(() => room.now() > back + 2000, 'the sound goes on');

  const heard = await room.heard();
  const [during, after] = [heard.subarray(48 * from, 48 * (from + 2000)), heard.subarray(48 * back)];
  // What garbage sounds like is not in anyone's hands; the tone beside it goes on, and is whole when that is over.
  expect(toneLevelOf(during, 500, 48_000)).toBeGreaterThan(toneLevelOf(after, 500, 48_000) - 12);
  const track = toneTrack(after, 500);
  expect(broken(track, toneLevelOf(after, 500, 48_000)).filter(({ jump }) => Math.abs(jump) > 1).length).toBeLessThan(
    10,
  );
  expect(toneLevelOf(after, 1000, 48_000)).toBeGreaterThan(-26);
  // One packet of twelve is lost: unconcealed, eight blocks or more of every second would be silent.
  const holes = toneTrack(after, 2500).filter(({ db }) => db < -45);
  expect(holes.length).toBeLessThan(8);
  expectUnbroken(room.receiver.rtp, 9000);
}, 40_000);

test('who speaks after a pause of which nothing was sent is heard at once and whole', async () => {
  // One second of a tone every three, as a browser sends it: nothing in between but a packet now and then.
  const ticks = 'audiotestsrc wave=ticks freq=1000 sine-periods-per-tick=1000 tick-interval=3000000000 volume=0.3';
  const encoder = 'opusenc bitrate=32000 dtx=true audio-type=voice ! rtpopuspay dtx=true';
  const source = `${ticks} samplesperbuffer=960 num-buffers=900 ! audio/x-raw,rate=48000,channels=1 ! ${encoder}`;
  const clip = await encodeClip(source, 48_000, 18);
  expect(clip.packets.length).toBeLessThan(500);
  const mix = await startMix(closers);
  const room = await addListener(closers, mix, 'room', { ssrc: 9000 });
  await speak(closers, mix, clip, { inputId: 'a', ssrc: 1001, levelling: false });
  await sleep(8500);
  const blocks = toneTrack(await room.heard(), 1000);
  const loud = (from: number) => blocks.filter(({ at, db }) => at >= from && at < from + 1000 && db > -20).length;
  const first = blocks.find(({ db }) => db > -20)?.at ?? 0;
  for (const pause of [3000, 6000]) {
    const begins = blocks.find(({ at, db }) => at > first + pause - 800 && db > -20)?.at ?? 0;
    expect(Math.abs(begins - first - pause)).toBeLessThan(120);
    expect(loud(begins)).toBeGreaterThan(85);
  }
}, 40_000);
