import { afterEach, expect, test } from 'vitest';
import {
  addListener,
  expectUnbroken,
  type Listener,
  listening,
  speak,
  startMix,
  toneClip,
} from './engine-mix-peers.ts';
import { longestGap, openReceiver, sleep, until } from './engine-peers.ts';
import { toneLevelOf } from './perceive.ts';
import { peakDb } from './tone-track.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** How loud a tone was in part of a sound, in dB. */
function level(sound: Int16Array, hertz: number, fromMs: number, untilMs: number): number {
  return toneLevelOf(sound.subarray(48 * fromMs, 48 * untilMs), hertz, 48_000);
}

/** Lets so much more be heard; answers with where that began and ended, without the moment of the change. */
async function listen(to: Listener, ms: number): Promise<[from: number, until: number]> {
  const from = to.now() + 700;
  await until(() => to.now() > from + ms, 'the sound goes on');
  return [from, from + ms];
}

test('everyone hears all others and not himself, and no change interrupts', async () => {
  const [a, b, c] = await Promise.all([toneClip(500, 0.2, 20), toneClip(1000, 0.2, 20), toneClip(2500, 0.2, 20)]);
  const mix = await startMix(closers);
  const room = await addListener(closers, mix, 'room', { ssrc: 9000 });
  const codec = await addListener(closers, mix, 'codec', { ssrc: 9001, exclude: 'b' });
  const silent = await listen(room, 300);
  await speak(closers, mix, a, { inputId: 'a', ssrc: 1001, levelling: false });
  await speak(closers, mix, b, { inputId: 'b', ssrc: 1002, levelling: false });
  const two = await listen(room, 700);
  await speak(closers, mix, c, { inputId: 'c', ssrc: 1003, levelling: false });
  const three = await listen(room, 700);
  const { levels } = await mix.request('levels', {});
  await mix.request('setExclude', { outputId: 'codec', exclude: 'a' });
  const moved = await listen(room, 700);
  await mix.request('removeInput', { inputId: 'a' });
  const gone = await listen(room, 700);

  expect(Object.keys(levels).sort()).toEqual(['a', 'b', 'c']);
  // A sine at 0.2 of full scale is 0.2 / √2, that is -17 dB.
  expect(levels.a?.rms).toBeCloseTo(-17, 0);
  const [inRoom, atCodec] = await Promise.all([room.heard(), codec.heard()]);
  expect(level(inRoom, 500, ...silent)).toBeLessThan(-80);
  for (const hertz of [500, 1000]) expect(level(inRoom, hertz, ...two)).toBeGreaterThan(-20);
  for (const hertz of [500, 1000, 2500]) expect(level(inRoom, hertz, ...three)).toBeGreaterThan(-20);
  expect(level(inRoom, 500, ...gone)).toBeLessThan(-60);
  for (const hertz of [500, 2500]) expect(level(atCodec, hertz, ...three)).toBeGreaterThan(-20);
  // His own voice is at least 50 dB down: what is left is what Opus makes of the others.
  expect(level(atCodec, 1000, ...three)).toBeLessThan(-67);
  expect(level(atCodec, 1000, ...moved)).toBeGreaterThan(-20);
  expect(level(atCodec, 500, ...moved)).toBeLessThan(-67);
  expectUnbroken(room.receiver.rtp, 9000);
  expectUnbroken(codec.receiver.rtp, 9001);
  // What the listener hears goes by the timestamps checked above; arrival also tells how busy this machine is.
  expect(longestGap(room.receiver.rtp)).toBeLessThan(500);
}, 40_000);

test('an output that is opened late speaks of now, in step, and goes on elsewhere when it is moved', async () => {
  const clip = await toneClip(500, 0.2, 20);
  const mix = await startMix(closers);
  await speak(closers, mix, clip, { inputId: 'a', ssrc: 1001, levelling: false });
  await sleep(3000);
  const begun = performance.now();
  const room = await addListener(closers, mix, 'room', { ssrc: 9000 });
  const heard = await listen(room, 1000);
  // Nothing of the seconds before it was there.
  expect(room.now()).toBeLessThan(performance.now() - begun + 100);
  const again = mix.request('addOutput', { outputId: 'room', rtp: listening(room.receiver, 1) });
  await expect(again).rejects.toMatchObject({ code: 'alreadyThere' });

  const elsewhere = await openReceiver();
  closers.push(() => elsewhere.close());
  const rtp = listening(elsewhere, 9001);
  await expect(mix.request('moveOutput', { outputId: 'nobody', rtp })).rejects.toMatchObject({ code: 'unknownOutput' });
  const last = room.receiver.rtp.at(-1)?.at ?? 0;
  await mix.request('moveOutput', { outputId: 'room', rtp });
  await until(() => elsewhere.rtp.length > 50, 'it speaks there');
  expect(level(await room.heard(), 500, ...heard)).toBeGreaterThan(-20);
  expectUnbroken(room.receiver.rtp, 9000);
  expectUnbroken(elsewhere.rtp, 9001);
  expect((elsewhere.rtp[0]?.at ?? 0) - last).toBeLessThan(1000);
  expect(room.receiver.rtp.every(({ at }) => at < (elsewhere.rtp[0]?.at ?? 0))).toBe(true);
}, 40_000);

test('silence is sent while nobody speaks: before the first voice, and after the last', async () => {
  const tone = await toneClip(500, 0.3, 2);
  const mix = await startMix(closers);
  const room = await addListener(closers, mix, 'room', { ssrc: 9000 });
  const before = await listen(room, 1000);
  const voice = await speak(closers, mix, tone, { inputId: 'a', ssrc: 1001, levelling: false });
  const spoken = await listen(room, 1000);
  voice.stop();
  await mix.request('removeInput', { inputId: 'a' });
  const after = await listen(room, 1500);

  expectUnbroken(room.receiver.rtp, 9000);
  expect(longestGap(room.receiver.rtp)).toBeLessThan(500);
  const heard = await room.heard();
  const part = ([from, until]: [number, number]) => heard.subarray(48 * from, 48 * until);
  expect(toneLevelOf(part(spoken), 500, 48_000)).toBeGreaterThan(-20);
  for (const silent of [before, after]) expect(peakDb(part(silent))).toBeLessThan(-60);
}, 30_000);

test('a refused command names its reason, a silent input is reported', async () => {
  const clip = await toneClip(500, 0.2, 20);
  const mix = await startMix(closers);
  const events: string[] = [];
  mix.onEvent((event) => events.push('inputId' in event ? `${event.event} ${event.inputId}` : event.message));
  await expect(mix.request('removeInput', { inputId: 'nobody' })).rejects.toMatchObject({ code: 'unknownInput' });
  await expect(mix.request('setGain', { inputId: 'nobody', gainDb: 3 })).rejects.toMatchObject({
    code: 'unknownInput',
  });
  const tone = await speak(closers, mix, clip, { inputId: 'a', ssrc: 1001 });
  await until(() => events.includes('inputLive a'), 'the voice is live');
  tone.stop();
  await until(() => events.includes('inputStalled a'), 'the voice is missed');
  expect((await mix.request('levels', {})).levels).toEqual({});
}, 40_000);
