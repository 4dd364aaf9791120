import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cipherAt, KeyMissing, newEncryption, readKeys, seal, unseal } from '../../../server/recordings/cipher.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

test('it is AES-256 in counter mode (NIST SP 800-38A F.5.5)', () => {
  const keys = [
    { keyId: 'f5f5f5f5f5f5f5f5', key: hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4') },
  ];
  const iv = hex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff').toString('base64');
  const encrypted = { alg: 'AES-256-CTR', iv, keyId: 'f5f5f5f5f5f5f5f5' } as const;
  const clear = hex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51');
  const secret = hex('601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5');
  expect(cipherAt(encrypted, keys, 0).update(clear)).toEqual(secret);
  expect(cipherAt(encrypted, keys, 16).update(secret.subarray(16))).toEqual(clear.subarray(16));
});

test('any stretch is read by itself', () => {
  const keys = readKeys(Buffer.alloc(32, 7).toString('base64'));
  const [key] = keys;
  if (!key) throw new Error('no key');
  const stretch = fc.record({ clear: fc.uint8Array({ maxLength: 300 }), from: fc.nat(300), bytes: fc.nat(100) });
  // The counter may run over: also one that is all ones.
  const ivs = fc.oneof(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.constant(new Uint8Array(16).fill(0xff)));
  fc.assert(
    fc.property(stretch, ivs, ({ clear, from, bytes }, iv) => {
      const encrypted = { alg: 'AES-256-CTR', iv: Buffer.from(iv).toString('base64'), keyId: key.keyId } as const;
      const secret = cipherAt(encrypted, keys, 0).update(clear);
      const part = cipherAt(encrypted, keys, from).update(secret.subarray(from, from + bytes));
      expect(part).toEqual(Buffer.from(clear).subarray(from, from + bytes));
    }),
  );
});

test('the first key writes, every key reads, and none is quoted where it is wrong', () => {
  const [old, young] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
  const [first, second] = readKeys(`${young}\n\n${old}\n`);
  if (!first || !second) throw new Error('two keys were given');
  expect(second).toEqual(readKeys(old)[0]);
  const before = newEncryption(second);
  expect(before.iv).not.toBe(newEncryption(second).iv);
  const secret = cipherAt(before, [second], 0).update('bí mật');
  expect(cipherAt(before, [first, second], 0).update(secret).toString()).toBe('bí mật');
  expect(() => cipherAt(before, [first], 0)).toThrow(KeyMissing);
  expect(() => readKeys('c2VjcmV0')).toThrow(/^a recording key has 32 bytes in base64$/);
});

test('what is sealed is opened by the key it names, and what never was is as it is', () => {
  const keys = readKeys(Buffer.alloc(32, 3).toString('base64'));
  const picture = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x0a, 0x7b]);
  expect(seal(picture, [])).toEqual(picture);
  expect(unseal(picture, keys)).toEqual(picture);
  const sealed = seal(picture, keys);
  expect(sealed.includes(picture)).toBe(false);
  expect(seal(picture, keys)).not.toEqual(sealed);
  expect(unseal(sealed, keys)).toEqual(picture);
  expect(() => unseal(sealed, [])).toThrow(KeyMissing);
});
