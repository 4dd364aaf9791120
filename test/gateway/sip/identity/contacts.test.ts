import { describe, expect, it } from 'vitest';
import { addressIn, readContacts, readExpires } from '../../../../gateway/sip/identity/contacts.ts';

describe('contacts', () => {
  it('come in one header or in several, with commas in every place', () => {
    expect(
      readContacts([
        '"Huyện \\"A\\", phòng <1>" <sip:a,b@10.0.0.5;x=1,2?Subject=3>;expires=60;q=0.5 , sip:c@10.0.0.6;expires="120"',
        'Codec <sips:d@example.vn>',
        '',
      ]),
    ).toEqual([
      { uri: 'sip:a,b@10.0.0.5;x=1,2', expires: 60 },
      { uri: 'sip:c@10.0.0.6', expires: 120 },
      { uri: 'sips:d@example.vn', expires: undefined },
    ]);
  });

  it('may be none: then it is a question', () => {
    expect(readContacts([])).toEqual([]);
  });

  it('are all, where it is a star alone', () => {
    expect(readContacts(['*'])).toBe('*');
    expect(readContacts(['*', 'sip:a@b'])).toBeUndefined();
    expect(readContacts(['<*>'])).toBeUndefined();
  });

  it.each([
    'tel:+84',
    '<mailto:a@b>',
    'sip:a@b;x, "',
    '<sip:a@b;transport=ws>',
    `<sip:a@b;x=${'y'.repeat(250)}>`,
    '<sip:a@b',
    'nonsense',
  ])('are not %j', (value) => {
    expect(readContacts([value])).toBeUndefined();
  });

  it('are at most ten', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => `<sip:a@10.0.0.${n}>`).join(', ');
    expect(readContacts([many(10)])).toHaveLength(10);
    expect(readContacts([many(11)])).toBeUndefined();
  });

  it('with a duration that nobody can read count for an hour (RFC 3261 §20.10)', () => {
    expect(readContacts(['<sip:a@b>;expires=soon'])).toEqual([{ uri: 'sip:a@b', expires: 3_600 }]);
    expect(readExpires('-1')).toBe(3_600);
    expect(readExpires('0')).toBe(0);
    expect(readExpires(undefined)).toBeUndefined();
  });
});

it('finds the address in a From or To', () => {
  expect(addressIn('"A <sip:x@y>" <sip:codec1@10.0.0.1>;tag=1')).toBe('sip:codec1@10.0.0.1');
  expect(addressIn('sip:codec1@10.0.0.1;tag=1')).toBe('sip:codec1@10.0.0.1');
  expect(addressIn('"')).toBe('');
});
