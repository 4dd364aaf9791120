import { expect, it } from 'vitest';
import { nextMomentOf } from '../../../client/console/return-time.ts';

const at = (day: number, hours: number, minutes = 0) => new Date(2026, 10, day, hours, minutes).getTime();

it.each([
  ['14:30', at(22, 14), at(22, 14, 30)],
  ['00:15', at(22, 23, 50), at(23, 0, 15)],
  ['08:00', at(22, 20), at(23, 8)],
  ['14:30', at(22, 14, 31), null],
  ['14:30', at(22, 14, 30), null],
  ['09:00', at(22, 20), null],
  ['14h30', at(22, 14), at(22, 14, 30)],
  ['14 giờ 30', at(22, 14), at(22, 14, 30)],
  [' 1430 ', at(22, 14), at(22, 14, 30)],
  ['15h', at(22, 14), at(22, 15)],
  ['25:00', at(22, 14), null],
  ['14:75', at(22, 14), null],
  ['chiều', at(22, 14), null],
  ['', at(22, 14), null],
])('%s', (text, now, moment) => {
  expect(nextMomentOf(text, now)).toBe(moment);
});
