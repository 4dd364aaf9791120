import { describe, expect, it } from 'vitest';
import type { Source } from '../../../../gateway/sip/dialog/dialog.ts';
import type { BoundContact } from '../../../../gateway/sip/identity/bindings.ts';
import { accountIn, wayTo } from '../../../../gateway/sip/identity/way.ts';

const udp: Source = { ip: '10.0.0.5', port: 5060, transport: 'udp' };
const tcp: Source = { ip: '10.0.0.5', port: 40_000, transport: 'tcp' };

const bound = (contact: string, source: Source, isConnected = true): BoundContact => ({
  binding: { account: 'codec1', contact, source, callId: 'a', cseq: 1, expiresAt: 9_999_999_999_999 },
  isConnected,
});

describe('the way to a registered codec', () => {
  it('on UDP is its Contact at home, and its source behind a NAT', () => {
    expect(wayTo([bound('sip:a@10.0.0.5:5062', udp)])).toEqual({ contact: 'sip:a@10.0.0.5:5062' });
    const natted = 'sip:a@192.168.1.9:5060';
    expect(wayTo([bound(natted, udp)])).toEqual({ contact: natted, pinned: udp });
  });

  it('on a connection is that connection, and its Contact at the same address once it is gone', () => {
    const contact = 'sip:a@10.0.0.5:5060;transport=tcp';
    expect(wayTo([bound(contact, tcp)])).toEqual({ contact, pinned: tcp });
    expect(wayTo([bound(contact, tcp, false)])).toEqual({ contact });
  });

  it('never leads to an address that the account has only named', () => {
    const victim = 'sip:victim@10.9.9.9:5060';
    expect(wayTo([bound(victim, udp)])?.pinned).toEqual(udp);
    expect(wayTo([bound(`${victim};transport=tcp`, tcp, false)])).toBeUndefined();
  });

  it('is the freshest that there is', () => {
    const lost = bound('sip:a@192.168.1.9;transport=tcp', tcp, false);
    expect(wayTo([lost, bound('sip:b@10.0.0.5', udp)])).toEqual({ contact: 'sip:b@10.0.0.5' });
    expect(wayTo([lost])).toBeUndefined();
    expect(wayTo([])).toBeUndefined();
  });
});

describe('an account here', () => {
  const own = { realm: 'meet.example.vn', hosts: ['10.0.0.1', 'Sip.Example.vn', '2001:db8::1'], ports: [5070, 5071] };
  const account = (target: string, registered: string[] = []) =>
    accountIn(target, own, (user) => registered.includes(user));

  it('is meant by our realm, or by our address and port', () => {
    expect(account('sip:codec1@Meet.example.vn')).toBe('codec1');
    expect(account('sip:codec1@meet.example.vn:5071;transport=tls')).toBe('codec1');
    expect(account('sip:codec1@10.0.0.1:5070')).toBe('codec1');
    expect(account('sip:codec1@[2001:db8::1]:5070')).toBe('codec1');
    expect(account('sip:codec1@sip.example.vn:5070')).toBe('codec1');
  });

  it('is meant by our address without a port if it is registered, or if we are at the port of SIP', () => {
    expect(account('sip:codec1@10.0.0.1')).toBeUndefined();
    expect(account('sip:codec1@10.0.0.1', ['codec1'])).toBe('codec1');
    expect(accountIn('sip:codec1@10.0.0.1', { ...own, ports: [5060] }, () => false)).toBe('codec1');
  });

  it('is not meant by anything else', () => {
    for (const target of [
      'sip:10.0.0.1:5070',
      'sip:a@10.0.0.1:5062',
      'sip:a@10.0.0.2',
      'tel:+84',
      'sip:a@meet.example.vn:9',
    ]) {
      expect(account(target, ['a'])).toBeUndefined();
    }
  });
});
