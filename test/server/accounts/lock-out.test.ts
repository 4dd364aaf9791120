import { expect, test } from 'vitest';
import { afterFailure, FAILURES_ALLOWED, isLocked, type LockOut, UNLOCKED } from '../../../server/accounts/lock-out.ts';

const MINUTE_MS = 60_000;
const after = (failures: number, now = 0): LockOut =>
  Array.from({ length: failures }).reduce<LockOut>((state) => afterFailure(state, now), UNLOCKED);

test('the tenth failure in a row locks for a quarter of an hour', () => {
  expect(isLocked(after(FAILURES_ALLOWED - 1), 0)).toBe(false);
  const locked = after(FAILURES_ALLOWED);
  expect(isLocked(locked, 15 * MINUTE_MS - 1)).toBe(true);
  expect(isLocked(locked, 15 * MINUTE_MS)).toBe(false);
});

test('each further one locks twice as long, and none for longer than a day', () => {
  expect(after(FAILURES_ALLOWED + 1).lockedUntil).toBe(30 * MINUTE_MS);
  expect(after(FAILURES_ALLOWED + 2).lockedUntil).toBe(60 * MINUTE_MS);
  expect(after(FAILURES_ALLOWED + 60).lockedUntil).toBe(24 * 60 * MINUTE_MS);
});
