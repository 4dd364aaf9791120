import { describe, expect, it } from 'vitest';
import { backOff, isFinal } from '../../../client/session/connection.ts';
import { refuse } from '../../../server/protocol/refusals.ts';

describe('isFinal', () => {
  it.each(['linkRevoked', 'meetingEnded', 'versionUnsupported', 'removed'] as const)('gives up at %s', (code) => {
    expect(isFinal(refuse(code))).toBe(true);
  });
  it.each(['retry', 'tooManyMessages', 'roomFull', 'internal'] as const)('tries again after %s', (code) => {
    expect(isFinal(refuse(code))).toBe(false);
  });
});

describe('backOff', () => {
  it('waits 0.3 s at first and never more than 3 s', () => {
    expect([1, 2, 3, 4, 5, 50].map(backOff)).toEqual([300, 600, 1200, 2400, 3000, 3000]);
  });
});
