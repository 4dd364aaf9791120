import { expect, it } from 'vitest';
import { hostOf, routeOf } from '../../../gateway/sip/routing.ts';
import type { Header } from '../../../gateway/sip/wire.ts';

const request = (uri: string, headers: Header[] = []) =>
  ({ kind: 'request', method: 'BYE', uri, headers, body: '' }) as const;

it('goes to the first Route before the Request-URI (RFC 3261 §8.1.2), and at once to an address literal', () => {
  const route = { name: 'Route', value: '<sip:proxy@192.0.2.9:5070;lr>,<sip:192.0.2.10;lr>' };
  expect(routeOf(request('sip:a@192.0.2.1'), 4)).toEqual({ ip: '192.0.2.1', port: 5060 });
  expect(routeOf(request('sip:a@192.0.2.1', [route]), 4)).toEqual({ ip: '192.0.2.9', port: 5070 });
});

it('looks a name up in the family of its socket', async () => {
  expect(await routeOf(request('sip:a@localhost:5062'), 4)).toEqual({ ip: '127.0.0.1', port: 5062 });
});

it.each([
  ['sip:a@192.0.2.1:5070;transport=tcp', '192.0.2.1', 5070],
  ['<sip:[2001:db8::1]:5061;lr>', '2001:db8::1', 5061],
  ['sip:codec.example.vn', 'codec.example.vn', 5060],
  ['"A" <sip:a%40b@192.0.2.1>', '192.0.2.1', 5060],
])('%s is at %s, port %i', (text, host, port) => {
  expect(hostOf(text)).toEqual({ host, port });
});

it('throws for what is no SIP URI', () => {
  expect(() => routeOf(request('tel:112'), 4)).toThrow('destination');
});
