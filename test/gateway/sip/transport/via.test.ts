import { describe, expect, it } from 'vitest';
import {
  type Arrival,
  bracket,
  formatVia,
  parseVia,
  stampSource,
  takeOffSource,
  topVia,
  unbracket,
} from '../../../../gateway/sip/transport/via.ts';

const via = (value: string) => [{ name: 'Via', value }];
const from = { ip: '192.0.2.7', port: 40_001 };
const arrival: Arrival = { from, transport: 'udp', isSecure: false, method: 'INVITE' };

/** There and back. */
function returned(value: string, over: Partial<Arrival> = {}) {
  const stamped = stampSource(via(value), { ...arrival, ...over });
  return stamped && takeOffSource(stamped);
}

function branchOf(value: string, over: Partial<Arrival> = {}): string | undefined {
  return topVia(stampSource(via(value), { ...arrival, ...over }) ?? [])?.params.get('branch');
}

describe('Via', () => {
  it('is read with its port, IPv6 host and parameters, and written back', () => {
    const value = 'SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bKx;rport';
    const parsed = parseVia(value);
    expect(parsed).toMatchObject({ transport: 'TCP', host: '[2001:db8::1]', port: 5070 });
    expect(parsed && formatVia(parsed)).toBe(value);
    expect(parseVia('SIP/2.0/UDP')).toBeUndefined();
    expect(stampSource(via('SIP/2.0/UDP a'), arrival)).toBeUndefined();
  });

  it('gives back to who asked for rport the port it came from (RFC 3581 §4)', () => {
    const out = returned('SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport');
    expect(out).toMatchObject({ to: from, otherwise: from, from: from.ip, by: 'udp', isSecure: false });
    expect(out?.headers[0]?.value).toBe('SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport=40001;received=192.0.2.7');
  });

  it('answers others at the port they named (RFC 3261 §18.2.2), and says `received` only where it differs', () => {
    const out = returned('SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1');
    expect(out?.to).toEqual({ ip: '192.0.2.7', port: 5070 });
    expect(out?.headers[0]?.value).toBe('SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1;received=192.0.2.7');
    const back = returned('SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1');
    expect(back?.to).toEqual({ ip: '192.0.2.7', port: 5060 });
    expect(back?.headers[0]?.value).toBe('SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1');
  });

  it('answers on the connection a request came by, asked or not, and else where its Via says', () => {
    const out = returned('SIP/2.0/TCP 10.0.0.5:5070;branch=z9hG4bK1', { transport: 'tcp' });
    expect(out).toMatchObject({ to: from, otherwise: { ip: from.ip, port: 5070 }, by: 'tcp' });
    const secure = returned('SIP/2.0/TLS 10.0.0.5;branch=z9hG4bK1;rport', { transport: 'tls', isSecure: true });
    expect(secure).toMatchObject({ to: from, otherwise: { ip: from.ip, port: 5061 }, by: 'tls', isSecure: true });
    expect(secure?.headers[0]?.value).not.toContain('x-');
  });

  it('touches the top Via only, and takes neither a forged source nor a forged mark for true', () => {
    const headers = [
      ...via('SIP/2.0/UDP a;branch=z9hG4bK1;received=203.0.113.1;rport=1;x-by=tls;x-secure;x-branch=other'),
      ...via('SIP/2.0/UDP b;branch=z9hG4bK2'),
    ];
    const stamped = stampSource(headers, arrival);
    expect(stamped && takeOffSource(stamped)).toMatchObject({ to: from, by: 'udp', isSecure: false });
    expect(stamped && takeOffSource(stamped)?.headers[0]?.value).toContain(';branch=z9hG4bK1;');
    expect(stamped?.[1]?.value).toBe('SIP/2.0/UDP b;branch=z9hG4bK2');
    expect(takeOffSource(headers)).toMatchObject({ by: 'tls' }); // only ever asked of what was stamped
    expect(takeOffSource(via('SIP/2.0/UDP a;branch=z9hG4bK1'))).toBeUndefined();
  });

  it('tells apart the transactions of clients that chose the same branch (RFC 3261 §17.2.3)', () => {
    const value = 'SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport';
    const branch = branchOf(value);
    expect(branch).toMatch(/^z9hG4bK[0-9a-f]{24}$/);
    expect(branchOf(value, { method: 'ACK' })).toBe(branch);
    expect(branchOf(value, { method: 'CANCEL' })).toBe(branch);
    const others = [
      branchOf(value, { method: 'BYE' }),
      branchOf(value.replace('10.0.0.5', '10.0.0.6')),
      branchOf(value, { from: { ip: '192.0.2.8', port: 40_001 } }),
    ];
    expect(new Set([branch, ...others]).size).toBe(4);
  });

  it('puts IPv6 literals into brackets and takes them out', () => {
    expect(bracket('::1')).toBe('[::1]');
    expect(bracket('10.0.0.1')).toBe('10.0.0.1');
    expect(unbracket('[::1]')).toBe('::1');
  });
});
