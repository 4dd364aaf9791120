import { expect, test } from 'vitest';
import { pinOf, randomPin } from '../../../server/desk/room-pins.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import type { Pins } from '../../../server/store/index.ts';

const room = (pin?: string) => ({ roomId: 'r', state: { ...emptyRoom('r'), ...(pin === undefined ? {} : { pin }) } });
const taken = (...pins: string[]): Pins => ({
  keep: async (_roomId, wanted) => (pins.includes(wanted) ? undefined : wanted),
});

test('a room draws until nobody else has it, and what it has stays its own', async () => {
  const drawn = ['111111', '222222', '333333'];
  expect(await pinOf(room(), taken('111111', '222222'), () => drawn.shift() ?? '')).toBe('333333');
  expect(await pinOf(room('444444'), taken('111111'), () => '555555')).toBe('444444');
});

test('a PIN is six digits', () => {
  for (let i = 0; i < 100; i++) expect(randomPin()).toMatch(/^\d{6}$/);
});
