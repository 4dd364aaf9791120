import { expect, it } from 'vitest';
import { hopOf, nextHopOf } from '../../../../gateway/sip/transport/routing.ts';
import type { Header } from '../../../../gateway/sip/transport/wire.ts';

const request = (uri: string, headers: Header[] = []) =>
  ({ kind: 'request', method: 'BYE', uri, headers, body: '' }) as const;

it('goes to the first Route before the Request-URI (RFC 3261 §8.1.2)', () => {
  const route = { name: 'Route', value: '<sip:proxy@192.0.2.9:5070;lr>,<sip:192.0.2.10;transport=tcp;lr>' };
  expect(nextHopOf(request('sip:a@192.0.2.1'))).toMatchObject({ host: '192.0.2.1', port: undefined });
  expect(nextHopOf(request('sips:a@192.0.2.1', [route]))).toEqual({
    host: '192.0.2.9',
    port: 5070,
    transport: undefined,
    isSecure: false,
  });
});

it.each([
  ['sip:a@192.0.2.1:5070;transport=tcp', '192.0.2.1', 5070, 'tcp', false],
  ['<sip:[2001:db8::1]:5061;lr;transport=TLS>', '2001:db8::1', 5061, 'tls', false],
  ['sip:codec.example.vn', 'codec.example.vn', undefined, undefined, false],
  ['"A" <sip:a%40b@192.0.2.1>', '192.0.2.1', undefined, undefined, false],
  ['sips:a@192.0.2.1', '192.0.2.1', undefined, 'tls', true],
  ['<sip:a@192.0.2.1;transport=sctp>;transport=tcp', '192.0.2.1', undefined, undefined, false],
])('%s is at %s, port %s', (text, host, port, transport, isSecure) => {
  expect(hopOf(text)).toEqual({ host, port, transport, isSecure });
});

it('throws for what is no SIP URI', () => {
  expect(() => nextHopOf(request('tel:112'))).toThrow('destination');
});
