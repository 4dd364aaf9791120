import { expect, it } from 'vitest';
import { quoted, readDigestParams } from '../../../../gateway/sip/identity/auth-params.ts';

it('reads back whatever was quoted', () => {
  for (const text of ['plain', 'a"b\\c', '', 'a, b=c', 'Phòng họp']) {
    expect(readDigestParams(`Digest x=${quoted(text)}, y=1`)).toEqual(
      new Map([
        ['x', text],
        ['y', '1'],
      ]),
    );
  }
});

it('lets nobody begin a new header line', () => {
  expect(quoted('a\r\nVia: b')).toBe('"a Via: b"');
});

it.each(['', 'Digest', 'Basic a=b', 'Digest a', 'Digest a=b c=d', 'Digest "a"=b', 'Digest a="b"c'])(
  'refuses %j',
  (text) => {
    expect(readDigestParams(text)).toBeUndefined();
  },
);
