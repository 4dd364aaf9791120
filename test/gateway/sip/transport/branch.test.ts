import { expect, it } from 'vitest';
import { openBranch, sealBranch } from '../../../../gateway/sip/transport/branch.ts';

it('knows its own branches, and takes no other for one', () => {
  const sealed = sealBranch('z9hG4bK1234567', 'call-1');
  expect(sealed).toMatch(/^z9hG4bK1234567\.[0-9a-f]{20}$/);
  expect(openBranch(sealed, 'call-1')).toBe('z9hG4bK1234567');
  expect(openBranch(sealed, 'call-2')).toBeUndefined();
  expect(openBranch('z9hG4bK1234567', 'call-1')).toBeUndefined();
  expect(openBranch(`${sealed}.x`, 'call-1')).toBeUndefined();
  expect(openBranch('', 'call-1')).toBeUndefined();
});

it('differs between calls that drew the same number', () => {
  expect(sealBranch('z9hG4bK1', 'a')).not.toBe(sealBranch('z9hG4bK1', 'b'));
});
