import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { freeSpaceAt, roomFor } from '../../../gateway/recorder/free-space.ts';

const limits = { warn: 1000, min: 100 };

test('low below one limit, none below the other', () => {
  expect(roomFor({ free: 1000 }, limits, 'enough')).toBe('enough');
  expect(roomFor({ free: 999 }, limits, 'enough')).toBe('low');
  expect(roomFor({ free: 99 }, limits, 'low')).toBe('none');
});

test('it goes on when there is a little more than the least', () => {
  expect(roomFor({ free: 105 }, limits, 'none')).toBe('none');
  expect(roomFor({ free: 120 }, limits, 'none')).toBe('low');
  expect(roomFor({ free: 1050 }, limits, 'low')).toBe('low');
  expect(roomFor({ free: 1150 }, limits, 'low')).toBe('enough');
});

test('a disk tells its room', async () => {
  const { free, total } = await freeSpaceAt(tmpdir());
  expect(total).toBeGreaterThan(free);
});
