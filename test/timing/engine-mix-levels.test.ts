import { afterEach, expect, test } from 'vitest';
import { addListener, speak, startMix, toneClip, voiceClip } from '../integration/engine-mix-peers.ts';
import { sleep, until } from '../integration/engine-peers.ts';
import { toneLevelOf } from '../integration/perceive.ts';
import { broken, peakDb, speechDb, toneTrack } from '../integration/tone-track.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('a faint voice and a loud one come to be as loud as each other, and are so again when they come back', async () => {
  const [faint, loud] = await Promise.all([voiceClip('vi-2', -12), voiceClip('vi-3', 8)]);
  const mix = await startMix(closers);
  const all = { inputId: 'faint', ssrc: 1001 };
  const voice = await speak(closers, mix, faint, all);
  await speak(closers, mix, loud, { inputId: 'loud', ssrc: 1002 });
  const toFaint = await addListener(closers, mix, 'to-loud', { ssrc: 9000, exclude: 'loud' });
  const toLoud = await addListener(closers, mix, 'to-faint', { ssrc: 9001, exclude: 'faint' });
  await sleep(7500);
  const from = toFaint.now();
  await sleep(3000);
  const { gains } = await mix.request('stats', {});
  expect(gains.faint).toBeGreaterThan(4);
  expect(gains.loud).toBeLessThan(-4);
  const [atFirst, atLast] = [await toFaint.heard(from), await toLoud.heard(from)];
  // They were 20 dB apart.
  expect(Math.abs(speechDb(atFirst) - speechDb(atLast))).toBeLessThan(6);

  await mix.request('removeInput', { inputId: 'faint' });
  voice.stop();
  await speak(closers, mix, faint, { inputId: 'faint', ssrc: 1003 });
  expect((await mix.request('stats', {})).gains.faint).toBeGreaterThan(4);
}, 40_000);

test('a gain moves without a click, and ten loud voices at once do not clip', async () => {
  const [tone, ...voices] = await Promise.all([
    toneClip(500, 0.1, 20),
    ...['vi-1', 'vi-2', 'vi-3', 'vi-4', 'en-1'].map((name) => voiceClip(name, 8)),
  ]);
  const mix = await startMix(closers);
  const room = await addListener(closers, mix, 'room', { ssrc: 9000 });
  const voice = await speak(closers, mix, tone, { inputId: 'a', ssrc: 1001, levelling: false, gainDb: -20 });
  await sleep(1500);
  const faint = room.now();
  await mix.request('setGain', { inputId: 'a', gainDb: 0 });
  await until(async () => (await mix.request('stats', {})).gains.a === 0, 'the gain is there');
  await sleep(500);
  const normal = room.now();
  await sleep(1000);
  const ended = room.now();
  await mix.request('removeInput', { inputId: 'a' });
  voice.stop();
  await sleep(500);
  const crowd = room.now();
  for (let count = 0; count < 10; count++) {
    const clip = voices[count % voices.length];
    if (clip) await speak(closers, mix, clip, { inputId: `voice-${count}`, ssrc: 2000 + count });
  }
  await sleep(3000);

  const heard = await room.heard();
  const part = (from: number, until: number) => heard.subarray(48 * from, 48 * until);
  const one = part(normal, ended);
  const level = toneLevelOf(one, 500, 48_000);
  expect(level - toneLevelOf(part(faint - 700, faint), 500, 48_000)).toBeGreaterThan(18);
  // What is not the tone: what the limiter bends would be its multiples.
  for (const hertz of [1000, 1500, 2500]) expect(toneLevelOf(one, hertz, 48_000) - level).toBeLessThan(-40);
  const moving = toneTrack(part(faint, ended), 500);
  // 25 dB a second are a quarter of a dB in 10 ms.
  const steps = moving.slice(1).map((block, index) => Math.abs(block.db - (moving[index]?.db ?? 0)));
  expect(steps.filter((step) => step > 1.5).length).toBeLessThan(moving.length / 20);
  expect(broken(toneTrack(one, 500), level).length).toBeLessThan(5);
  expect(peakDb(part(crowd, room.now()))).toBeLessThan(-1);
  expect(speechDb(part(crowd + 1000, room.now()))).toBeGreaterThan(-30);
}, 40_000);
