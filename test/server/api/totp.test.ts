import { expect, test } from 'vitest';
import { offerTotp, stepOfCode } from '../../../server/api/totp.ts';

/** RFC 6238, appendix B: the secret `12345678901234567890`, in base32; the last six of its eight digits. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const VECTORS = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

test.each(VECTORS)('RFC 6238 appendix B at %i s', (seconds, code) => {
  expect(stepOfCode(SECRET, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
});

test('a clock may be off by one step and no more; the step is that of the code', () => {
  expect(stepOfCode(SECRET, '287082', 89_000)).toBe(1);
  expect(stepOfCode(SECRET, '287082', 119_000)).toBeNull();
  expect(stepOfCode(SECRET, '287083', 59_000)).toBeNull();
});

test('an offer names account and issuer, and is another each time', () => {
  const { secret, uri } = offerTotp('lan');
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(uri).toBe(`otpauth://totp/Rostrum:lan?issuer=Rostrum&secret=${secret}&algorithm=SHA1&digits=6&period=30`);
  expect(offerTotp('lan').secret).not.toBe(secret);
});
