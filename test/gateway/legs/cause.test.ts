import { expect, test } from 'vitest';
import { causeOfEnd, causeOfFailure } from '../../../gateway/legs/cause.ts';

test('an endpoint that names another address is no error of ours', () => {
  expect(causeOfFailure('redirected')).toBe('redirected');
});

test('a peer that fell silent is lost, and no one has hung up', () => {
  expect(causeOfEnd({ by: 'timeout' })).toBe('lost');
  expect(causeOfEnd({ by: 'remote' })).toBe('hungUp');
});
