import { expect, test } from 'vitest';
import { bandOf, beginOf, countLevels, stretchAt, troublesOf, worstOf } from '../../../client/lines/course.ts';
import type { LineLevel } from '../../../server/protocol/lines.ts';
import type { RoomCourse } from '../../../server/protocol/quality.ts';

const line = (name: string, ...stretches: [number, number, LineLevel][]): RoomCourse['lines'][number] => ({
  ...{ participantId: name, name, role: 'site', kind: 'browser' },
  stretches: stretches.map(([from, to, level]) => ({ from, to, level })),
});
const baBe = line('Ba Bể', [0, 10, 'good'], [10, 20, 'poor'], [20, 40, 'good']);
const naRi = line('Na Rì', [5, 15, 'down'], [15, 40, 'good']);

test('a stretch has its beginning and not its end', () => {
  expect(stretchAt(baBe.stretches, 10)?.level).toBe('poor');
  expect(stretchAt(baBe.stretches, 20)?.level).toBe('good');
  expect(stretchAt(baBe.stretches, 40)).toBeUndefined();
  expect(troublesOf(baBe.stretches)).toEqual([{ from: 10, to: 20, level: 'poor' }]);
});

test('of all lines together there is the worst at each time, and which it was', () => {
  expect(worstOf([baBe, naRi])).toEqual([
    { from: 0, to: 5, level: 'good', names: [] },
    { from: 5, to: 15, level: 'down', names: ['Na Rì'] },
    { from: 15, to: 20, level: 'poor', names: ['Ba Bể'] },
    { from: 20, to: 40, level: 'good', names: [] },
  ]);
  const apart = worstOf([line('A', [0, 5, 'good']), line('B', [10, 15, 'good'])]);
  expect(apart.map(({ from, to }) => [from, to])).toEqual([
    [0, 5],
    [10, 15],
  ]);
  expect(worstOf([])).toEqual([]);
});

test('one begins to look where something was wrong first, else at the end', () => {
  expect(beginOf({ lines: [baBe, naRi], to: 40, stepMs: 1 })).toBe(10);
  expect(beginOf({ lines: [line('A', [0, 40, 'strained'])], to: 40, stepMs: 1 })).toBe(39);
});

test('a band is the higher the worse, within what is shown, and what was short is still seen', () => {
  const paths = bandOf([...baBe.stretches, { from: 100, to: 200, level: 'down' }], { from: 5, to: 45 });
  expect(paths.good).toBe('M0.00 100v-24h125.00V100zM375.00 100v-24h500.00V100z');
  expect(paths.poor).toBe('M125.00 100v-78h250.00V100z');
  expect(paths.down).toBe('');
  expect(bandOf([{ from: 0, to: 1, level: 'down' }], { from: 0, to: 1e6 }).down).toContain('h2.00');
  expect(bandOf(baBe.stretches, { from: 5, to: 5 }).good).toBe('');
});

test('levels are counted', () => {
  expect(countLevels(['good', 'down', 'good'])).toEqual({ good: 2, strained: 0, poor: 0, down: 1 });
});
