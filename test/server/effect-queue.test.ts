import { expect, test, vi } from 'vitest';
import { EffectQueue } from '../../server/effect-queue.ts';
import type { Effect } from '../../server/room/effects.ts';

const from = { participantId: 'babe', source: 'microphone' } as const;
const forward = (to: string): Effect => ({ effect: 'forward', from, to });
const stop = (to: string): Effect => ({ effect: 'stopForwarding', from, to });
const nameOf = (effect: Effect) => `${effect.effect} ${'to' in effect ? effect.to : ''}`.trim();

test('what is of one kind begins together, and the next kind when that is done', async () => {
  const begun: string[] = [];
  const gates = new Map<string, () => void>();
  const perform = (effect: Effect) => {
    begun.push(nameOf(effect));
    return new Promise<void>((resolve) => gates.set(nameOf(effect), resolve));
  };
  const queue = new EffectQueue(perform, () => undefined);
  queue.add([stop('a'), stop('b'), forward('c')]);
  queue.add([forward('d')]);
  await vi.waitFor(() => expect(begun).toEqual(['stopForwarding a', 'stopForwarding b']));
  gates.get('stopForwarding a')?.();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(begun).toHaveLength(2);
  gates.get('stopForwarding b')?.();
  await vi.waitFor(() => expect(begun.at(-1)).toBe('forward c'));
  gates.get('forward c')?.();
  await vi.waitFor(() => expect(begun.at(-1)).toBe('forward d'));
  gates.get('forward d')?.();
  await queue.idle();
});

test('what fails is told and holds up nothing', async () => {
  const failed: string[] = [];
  const performed: string[] = [];
  const perform = async (effect: Effect) => {
    if (nameOf(effect) === 'forward a') throw new Error('no such transport');
    performed.push(nameOf(effect));
  };
  const queue = new EffectQueue(perform, (effect, reason) => failed.push(`${nameOf(effect)}: ${reason}`));
  queue.add([forward('a'), forward('b')]);
  queue.add([{ effect: 'reviewPictures' }]);
  await queue.idle();
  expect(failed).toEqual(['forward a: no such transport']);
  expect(performed).toEqual(['forward b', 'reviewPictures']);
});
