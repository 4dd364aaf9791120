import { expect, test } from 'vitest';
import { SignInThrottle } from '../../../server/api/throttle.ts';

const isLet = (throttle: SignInThrottle, username: string, address: string) =>
  throttle.attempt(username, address).then(
    () => true,
    () => false,
  );

test('one account from one address has eight attempts, and others still have theirs', async () => {
  const throttle = new SignInThrottle();
  for (let i = 0; i < 8; i++) expect(await isLet(throttle, 'operator', '10.0.0.1')).toBe(true);
  expect(await isLet(throttle, 'operator', '10.0.0.1')).toBe(false);
  expect(await isLet(throttle, 'operator', '10.0.0.2')).toBe(true);
  expect(await isLet(throttle, 'second', '10.0.0.1')).toBe(true);
});

test('many accounts from one address are guessing too', async () => {
  const throttle = new SignInThrottle();
  for (let i = 0; i < 40; i++) expect(await isLet(throttle, `name-${i}`, '10.0.0.1')).toBe(true);
  expect(await isLet(throttle, 'name-40', '10.0.0.1')).toBe(false);
});

test('the right password clears the count', async () => {
  const throttle = new SignInThrottle();
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 5; i++) expect(await isLet(throttle, 'operator', `10.0.${round}.1`)).toBe(true);
    await throttle.succeed('operator', `10.0.${round}.1`);
  }
  await expect(throttle.attempt('operator', '10.0.0.1')).resolves.toBeUndefined();
});

test('a refusal says how long to wait', async () => {
  const throttle = new SignInThrottle();
  for (let i = 0; i < 8; i++) await throttle.attempt('operator', '10.0.0.1');
  await expect(throttle.attempt('operator', '10.0.0.1')).rejects.toMatchObject({
    refusal: { code: 'tooManyAttempts', detail: '900' },
  });
});

test('who is signed in from an address comes in from it, however many others are guessed at there', async () => {
  const throttle = new SignInThrottle();
  for (let i = 0; i < 40; i++) await throttle.attempt(`name-${i}`, '10.0.0.1');
  await expect(throttle.attempt('operator', '10.0.0.1')).rejects.toMatchObject({
    refusal: { code: 'tooManyAttempts' },
  });
  await expect(throttle.attempt('operator', '10.0.0.1', true)).resolves.toBeUndefined();
  // His own password is guessed at no more often for that.
  for (let i = 1; i < 8; i++) await throttle.attempt('operator', '10.0.0.1', true);
  await expect(throttle.attempt('operator', '10.0.0.1', true)).rejects.toMatchObject({ refusal: { detail: '900' } });
});

test('whoever has to add a code to the right password has not guessed', async () => {
  const throttle = new SignInThrottle();
  for (let i = 0; i < 60; i++) {
    await throttle.attempt(`name-${i}`, '10.0.0.1');
    await throttle.spare('10.0.0.1');
  }
  await expect(throttle.attempt('operator', '10.0.0.1')).resolves.toBeUndefined();
});
