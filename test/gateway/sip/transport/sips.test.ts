import { expect, it } from 'vitest';
import { secureContact, withoutSips } from '../../../../gateway/sip/transport/sips.ts';
import type { WireRequest } from '../../../../gateway/sip/transport/wire.ts';

function request(uri: string, ...headers: [string, string][]): WireRequest {
  return {
    kind: 'request',
    method: 'INVITE',
    uri,
    headers: headers.map(([name, value]) => ({ name, value })),
    body: '',
  };
}

it('reads a sips: Request-URI as sip:, and remembers that it was secure', () => {
  const { request: read, isSecure } = withoutSips(request('SIPS:room1@centre.vn'));
  expect([read.uri, isSecure]).toEqual(['sip:room1@centre.vn', true]);
});

it.each<[boolean, [string, string][]]>([
  [false, []],
  [false, [['Contact', '<sip:codec@a>']]],
  [true, [['Contact', '"Codec" <sips:codec@a>;x=y']]],
  [
    true,
    [
      ['Record-Route', '<sips:proxy.vn;lr>,<sip:other;lr>'],
      ['Contact', '<sip:codec@a>'],
    ],
  ],
  [
    false,
    [
      ['Record-Route', '<sip:proxy.vn;lr>'],
      ['Contact', '<sips:codec@a>'],
    ],
  ],
])(
  'is secure (%s) by the top Record-Route, or without one by the Contact (RFC 3261 §12.1.1): %j',
  (isSecure, headers) => {
    expect(withoutSips(request('sip:room1@centre.vn', ...headers)).isSecure).toBe(isSecure);
  },
);

it('turns our Contact into a sips: URI, and nothing else', () => {
  const headers = [
    { name: 'Contact', value: '<sip:rostrum@10.0.0.1:5061;transport=tls>' },
    { name: 'From', value: '<sip:room1@10.0.0.1>;tag=1' },
  ];
  expect(secureContact(headers).map(({ value }) => value)).toEqual([
    '<sips:rostrum@10.0.0.1:5061>',
    '<sip:room1@10.0.0.1>;tag=1',
  ]);
});
