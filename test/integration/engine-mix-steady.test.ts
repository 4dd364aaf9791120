import { afterEach, expect, test } from 'vitest';
import { addListener, expectUnbroken, speak, startMix, toneClip } from './engine-mix-peers.ts';
import { openReceiver, sleep } from './engine-peers.ts';
import { broken, toneTrack } from './tone-track.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('two hundred comings and goings leave a voice whole and the memory flat', async () => {
  const [steady, other] = await Promise.all([toneClip(500, 0.3, 60), toneClip(2000, 0.02, 5)]);
  const mix = await startMix(closers);
  const room = await addListener(closers, mix, 'room', { ssrc: 9000 });
  const nowhere = await openReceiver();
  closers.push(() => nowhere.close());
  await speak(closers, mix, steady, { inputId: 'steady', ssrc: 1001, levelling: false });
  await sleep(1500);
  const from = room.now();
  const before = (await mix.request('stats', {})).rssBytes;
  for (let round = 0; round < 200; round++) {
    const inputId = `guest-${round}`;
    const guest = await speak(closers, mix, other, { inputId, ssrc: 2000 + round });
    // Now and then a codec among them, which hears a mix of its own.
    const outputId = round % 10 === 0 ? `codec-${round}` : undefined;
    if (outputId) await addListener(closers, mix, outputId, { ssrc: 3000 + round, exclude: inputId });
    await sleep(30);
    if (outputId) await mix.request('removeOutput', { outputId });
    await mix.request('removeInput', { inputId });
    guest.stop();
  }
  const { rssBytes, inputs, outputs } = await mix.request('stats', {});
  expect({ inputs, outputs }).toEqual({ inputs: 1, outputs: 1 });
  expect((rssBytes - before) / 1e6).toBeLessThan(30);

  const track = toneTrack(await room.heard(from), 500);
  // 0.3 of full scale, less what is left free for Opus. A click at each change would break 400 blocks; a sender
  // that did not get its turn on a busy machine breaks a few.
  const level = track[0]?.db ?? 0;
  expect(Math.abs(level - -13.5)).toBeLessThan(1.5);
  const breaks = broken(track, level);
  expect(breaks.length).toBeLessThan(150);
  // No drift: where it is whole the tone does not slip, not even slowly.
  const slip = track.filter((block) => !breaks.includes(block)).reduce((sum, { jump }) => sum + jump, 0);
  expect(Math.abs(slip)).toBeLessThan(0.5);
  expectUnbroken(room.receiver.rtp, 9000);
}, 60_000);
