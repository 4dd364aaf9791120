import { expect, test } from 'vitest';
import { Seal } from '../../../server/api/sealing.ts';

const seal = new Seal(Buffer.alloc(32, 1).toString('base64url'));

test('what is sealed opens for whom it is about, and for nobody else', () => {
  const sealed = seal.close('JBSWY3DPEHPK3PXP', 'lan');
  expect(sealed).not.toContain('JBSWY3');
  expect(seal.close('JBSWY3DPEHPK3PXP', 'lan')).not.toBe(sealed);
  expect(seal.open(sealed, 'lan')).toBe('JBSWY3DPEHPK3PXP');
  expect(() => seal.open(sealed, 'chi')).toThrow();
  expect(() => seal.open(`${sealed.slice(0, -4)}AAAA`, 'lan')).toThrow();
  expect(() => new Seal(Buffer.alloc(32, 2).toString('base64url')).open(sealed, 'lan')).toThrow();
});

test('a code is known again by this key alone', () => {
  expect(seal.recognise('ABCD')).toBe(seal.recognise('ABCD'));
  expect(new Seal(Buffer.alloc(32, 2).toString('base64url')).recognise('ABCD')).not.toBe(seal.recognise('ABCD'));
});
