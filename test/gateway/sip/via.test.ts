import { describe, expect, it } from 'vitest';
import { bracket, formatVia, parseVia, stampSource, takeOffSource, unbracket } from '../../../gateway/sip/via.ts';

const via = (value: string) => [{ name: 'Via', value }];
const from = { ip: '192.0.2.7', port: 40_001 };

describe('Via', () => {
  it('is read with its port, IPv6 host and parameters, and written back', () => {
    const value = 'SIP/2.0/TCP [2001:db8::1]:5070;branch=z9hG4bKx;rport';
    const parsed = parseVia(value);
    expect(parsed).toMatchObject({ transport: 'TCP', host: '[2001:db8::1]', port: 5070 });
    expect(parsed && formatVia(parsed)).toBe(value);
    expect(parseVia('SIP/2.0/UDP')).toBeUndefined();
  });

  it('gives back to who asked for rport the port it came from (RFC 3581 §4)', () => {
    const stamped = stampSource(via('SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport'), from);
    const out = stamped && takeOffSource(stamped, false);
    expect(out?.to).toEqual(from);
    expect(out?.headers[0]?.value).toBe('SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport=40001;received=192.0.2.7');
  });

  it('answers others at the port they named (RFC 3261 §18.2.2), and says `received` only where it differs', () => {
    const stamped = stampSource(via('SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1'), from);
    const out = stamped && takeOffSource(stamped, false);
    expect(out?.to).toEqual({ ip: '192.0.2.7', port: 5070 });
    expect(out?.headers[0]?.value).toBe('SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1;received=192.0.2.7');
    const same = stampSource(via('SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1'), from);
    const back = same && takeOffSource(same, false);
    expect(back?.to).toEqual({ ip: '192.0.2.7', port: 5060 });
    expect(back?.headers[0]?.value).toBe('SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1');
  });

  it('answers on the connection a request came by, asked or not', () => {
    const stamped = stampSource(via('SIP/2.0/TCP 10.0.0.5:5070;branch=z9hG4bK1'), from);
    expect(stamped && takeOffSource(stamped, true)?.to).toEqual(from);
  });

  it('touches the top Via only, and takes no forged source for the true one', () => {
    const headers = [
      ...via('SIP/2.0/UDP a;branch=z9hG4bK1;received=203.0.113.1;rport=1'),
      ...via('SIP/2.0/UDP b;branch=z9hG4bK2'),
    ];
    const stamped = stampSource(headers, from);
    expect(stamped && takeOffSource(stamped, false)?.to).toEqual(from);
    expect(stamped?.[1]?.value).toBe('SIP/2.0/UDP b;branch=z9hG4bK2');
  });

  it('puts IPv6 literals into brackets and takes them out', () => {
    expect(bracket('::1')).toBe('[::1]');
    expect(bracket('10.0.0.1')).toBe('10.0.0.1');
    expect(unbracket('[::1]')).toBe('::1');
  });
});
