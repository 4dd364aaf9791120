import { expect, it } from 'vitest';
import { statelessReply, withContact, withoutContacts } from '../../../../gateway/sip/transport/stateless.ts';
import { headerOf, headersOf, type WireRequest, type WireResponse } from '../../../../gateway/sip/transport/wire.ts';

const request: WireRequest = {
  ...{ kind: 'request', method: 'REGISTER', uri: 'sip:10.0.0.1', body: '' },
  headers: [
    { name: 'Via', value: 'SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1' },
    { name: 'From', value: '<sip:a@b>;tag=1' },
    { name: 'To', value: '<sip:a@b>' },
    { name: 'Call-ID', value: 'c' },
    { name: 'CSeq', value: '1 REGISTER' },
    { name: 'Contact', value: '*' },
  ],
};

it('answers the same request alike, and says what is allowed where that is the question', () => {
  const reply = () => statelessReply(request, 405, 'Method Not Allowed', []);
  expect(reply()).toEqual(reply());
  expect(headerOf(reply().headers, 'To')).toMatch(/;tag=[0-9a-f]{12}$/);
  expect(headerOf(reply().headers, 'Allow')).toContain('INVITE');
  expect(headerOf(statelessReply(request, 401, 'Unauthorized', []).headers, 'Allow')).toBeUndefined();
});

it('gives a ringing endpoint the Contact that it left out', () => {
  const ringing: WireResponse = { kind: 'response', status: 180, reason: 'Ringing', headers: [], body: '' };
  const from = { ip: '2001:db8::5', port: 5062 };
  expect(headersOf(withContact(ringing, 'INVITE', from).headers, 'Contact')).toEqual(['<sip:[2001:db8::5]:5062>']);
  for (const [status, method] of [
    [100, 'INVITE'],
    [180, 'BYE'],
    [486, 'INVITE'],
  ] as const) {
    expect(withContact({ ...ringing, status }, method, from).headers).toEqual([]);
  }
  const named = { ...ringing, headers: [{ name: 'Contact', value: '<sip:x@y>' }] };
  expect(withContact(named, 'INVITE', from)).toBe(named);
});

it('takes the contacts out of what the library is to read', () => {
  expect(headersOf(withoutContacts(request).headers, 'Contact')).toEqual([]);
  expect(withoutContacts(request).headers).toHaveLength(5);
});
