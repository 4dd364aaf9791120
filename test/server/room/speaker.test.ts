import { expect, test } from 'vitest';
import { followSpeaker, NO_SPEAKER, type SpeakerMemory } from '../../../server/room/speaker.ts';

function follow(loudestAt: (ms: number) => Record<string, number>, untilMs: number): (string | null)[] {
  let memory: SpeakerMemory = NO_SPEAKER;
  const spoken: (string | null)[] = [];
  for (let ms = 0; ms <= untilMs; ms += 200) {
    memory = followSpeaker(memory, new Map(Object.entries(loudestAt(ms))), ms);
    if (spoken.at(-1) !== memory.speaker) spoken.push(memory.speaker);
  }
  return spoken;
}

test('the first voice is shown at once', () => {
  expect(follow(() => ({ 'ba-be': -30 }), 0)).toEqual(['ba-be']);
});

test('a cough does not change the picture', () => {
  expect(follow((ms) => (ms === 4_000 ? { 'ba-be': -30, 'na-ri': -10 } : { 'ba-be': -30 }), 8_000)).toEqual(['ba-be']);
});

test('who goes on speaking takes over, once', () => {
  expect(follow((ms) => (ms < 4_000 ? { 'ba-be': -30 } : { 'na-ri': -30 }), 8_000)).toEqual(['ba-be', 'na-ri']);
});

test('two who talk over each other do not make the picture flicker', () => {
  const changes = follow(
    (ms) => ({ 'ba-be': (ms / 200) % 2 ? -20 : -40, 'na-ri': (ms / 200) % 2 ? -40 : -20 }),
    20_000,
  );
  expect(changes.length).toBeLessThanOrEqual(2);
});

test('silence keeps the last speaker', () => {
  expect(follow((ms) => (ms < 1_000 ? { 'ba-be': -30 } : {}), 30_000)).toEqual(['ba-be']);
});
