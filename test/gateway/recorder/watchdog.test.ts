import { expect, test } from 'vitest';
import { Watchdog } from '../../../gateway/recorder/watchdog.ts';

const well = { silentMs: 0, blackMs: 0, lateMs: 900, isDiskLow: false };

test('what lasts is told once, and its end when it has been right for a while', () => {
  const watchdog = new Watchdog();
  expect(watchdog.notice(0, well)).toBeUndefined();
  expect(watchdog.notice(1000, { ...well, blackMs: 9_000 })).toBeUndefined();
  expect(watchdog.notice(2000, { ...well, blackMs: 10_000 })).toEqual(['black']);
  expect(watchdog.notice(3000, { ...well, blackMs: 11_000 })).toBeUndefined();
  expect(watchdog.notice(4000, { ...well, blackMs: 12_000, isDiskLow: true })).toEqual(['black', 'diskLow']);
  expect(watchdog.notice(5000, { ...well, isDiskLow: true })).toBeUndefined();
  expect(watchdog.notice(9000, { ...well, isDiskLow: true })).toBeUndefined();
  expect(watchdog.notice(10_000, { ...well, isDiskLow: true })).toEqual(['diskLow']);
});

test('what comes and goes is not told again and again', () => {
  const watchdog = new Watchdog();
  expect(watchdog.notice(0, { ...well, silentMs: 30_000 })).toEqual(['silent']);
  for (let now = 1000; now < 20_000; now += 1000)
    expect(watchdog.notice(now, { ...well, silentMs: now % 4000 === 0 ? 30_000 : 0 })).toBeUndefined();
});

test('time that is missing is told', () => {
  expect(new Watchdog().notice(0, { ...well, lateMs: 6_000 })).toEqual(['late']);
});
