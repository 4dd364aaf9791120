import { describe, expect, it } from 'vitest';
import { isSameContact, isSameTarget, portOf, readSipUri, transportOf } from '../../../../gateway/sip/identity/uris.ts';

describe('a SIP URI', () => {
  it('is taken apart', () => {
    expect(readSipUri('sip:ph%C3%B2ng:geheim@[2001:DB8::1]:5070;transport=TCP;ob?Subject=x')).toEqual({
      scheme: 'sip',
      user: 'phòng',
      host: '2001:db8::1',
      port: 5070,
      params: new Map([
        ['transport', 'TCP'],
        ['ob', ''],
      ]),
    });
    expect(readSipUri('SIPS:Meet.Example.VN')).toMatchObject({ scheme: 'sips', user: '', host: 'meet.example.vn' });
    expect(readSipUri('sip:50%@a')?.user).toBe('50%');
  });

  it.each([
    '',
    'tel:+84',
    'sip:',
    'sip:a@',
    'sip:a@b@c',
    'sip:a@b:0',
    'sip:a@b:65536',
    'sip:a b@c',
    '<sip:a@b>',
    'sip:a@b;x=">"',
  ])('is not %j', (text) => {
    expect(readSipUri(text)).toBeUndefined();
  });

  it('says over what and at which port it is reached', () => {
    const read = (text: string) => {
      const uri = readSipUri(text);
      return uri && [transportOf(uri), portOf(uri)];
    };
    expect(read('sip:a@b')).toEqual(['udp', 5060]);
    expect(read('sip:a@b;transport=TCP')).toEqual(['tcp', 5060]);
    expect(read('sip:a@b;transport=tls')).toEqual(['tls', 5061]);
    expect(read('sips:a@b;transport=tcp')).toEqual(['tls', 5061]);
    expect(read('sip:a@b:7;transport=sctp')).toEqual([undefined, 7]);
  });
});

it('knows one contact in other words (RFC 3261 §19.1.4)', () => {
  expect(isSameContact('sip:a@B.example', 'sip:%61@b.example:5060;ob')).toBe(true);
  expect(isSameContact('sip:a@b', 'sip:A@b')).toBe(false);
  expect(isSameContact('sip:a@b', 'sip:a@b:5061')).toBe(false);
  expect(isSameContact('sip:a@b', 'sip:a@b;transport=tcp')).toBe(false);
  expect(isSameContact('nonsense', 'nonsense')).toBe(true);
  expect(isSameContact('nonsense', 'sip:a@b')).toBe(false);
});

it('knows what credentials were made for', () => {
  const target = 'sip:room1@10.0.0.1';
  expect(isSameTarget('sip:room1@10.0.0.1:5060;transport=udp', target, [])).toBe(true);
  expect(isSameTarget('sip:room1@meet.example', target, ['sip:room1@meet.example'])).toBe(true);
  expect(isSameTarget('sip:room1@meet.example', target, [])).toBe(false);
  expect(isSameTarget('sip:room2@10.0.0.1', target, ['sip:room2@10.0.0.1'])).toBe(false);
  expect(isSameTarget('sip:10.0.0.1', 'sip:10.0.0.1', [])).toBe(true);
  expect(isSameTarget('sip:10.0.0.1:5060', target, [])).toBe(true);
  expect(isSameTarget('sip:10.0.0.2:5060', target, [])).toBe(false);
  expect(isSameTarget('sip:room1@10.0.0.1', 'sip:10.0.0.1', [])).toBe(false);
  expect(isSameTarget('', target, [''])).toBe(false);
});
