import { beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../../../gateway/sip/dialog/dialog.ts';
import {
  type Bindings,
  createBindings,
  type RegisterRequest,
  registrarLimits,
} from '../../../../gateway/sip/identity/bindings.ts';

const start = 1_800_000_000_000;
const source: Source = { ip: '10.0.0.5', port: 5060, transport: 'udp' };
let bindings: Bindings;
let cseq: number;

beforeEach(() => {
  bindings = createBindings();
  cseq = 0;
});

/** A REGISTER of codec1, newer than the one before. */
function register(contacts: string[], change: Partial<RegisterRequest> = {}, now = start) {
  cseq += 1;
  const plain = { account: 'codec1', expires: '600', callId: 'call-a', source, isDirect: true, userAgent: 'Codec/1' };
  return bindings.register({ ...plain, cseq, contacts, ...change }, now);
}

const left = (now = start) =>
  bindings.of('codec1', now).map(({ binding }) => [binding.contact, (binding.expiresAt - now) / 1_000]);

describe('durations (RFC 3261 §10.3 step 7)', () => {
  it('are that of the contact, else that of the header, else an hour', () => {
    expect(register(['<sip:a@10.0.0.5>;expires=100, <sip:b@10.0.0.5>'])).toEqual({ status: 200, changed: true });
    expect(register(['<sip:c@10.0.0.5>'], { expires: undefined })).toMatchObject({ status: 200 });
    expect(left()).toEqual([
      ['sip:c@10.0.0.5', 3_600],
      ['sip:b@10.0.0.5', 600],
      ['sip:a@10.0.0.5', 100],
    ]);
  });

  it('too short are refused as a whole, too long are shortened', () => {
    expect(register(['<sip:a@10.0.0.5>', '<sip:b@10.0.0.5>;expires=59'])).toEqual({ status: 423, minExpires: 60 });
    expect(left()).toEqual([]);
    register(['<sip:a@10.0.0.5>'], { expires: '999999999' });
    expect(left()).toEqual([['sip:a@10.0.0.5', registrarLimits.maxExpires]]);
  });

  it('are short behind a NAT on UDP, whose mapping needs to be kept', () => {
    register(['<sip:a@192.168.1.9>']);
    expect(left()).toEqual([['sip:a@192.168.1.9', registrarLimits.maxExpiresBehindNat]]);
    register(['<sip:a@192.168.1.9>'], { source: { ...source, transport: 'tcp' } });
    expect(left()).toEqual([['sip:a@192.168.1.9', 600]]);
    register(['<sip:b@192.168.1.9>'], { isDirect: false });
    expect(left()[0]).toEqual(['sip:b@192.168.1.9', 600]);
  });

  it('run out', () => {
    register(['<sip:a@10.0.0.5>;expires=100, <sip:b@10.0.0.5>']);
    expect(bindings.nextExpiry).toBe(start + 100_000);
    expect(bindings.expire(start + 99_999)).toEqual([]);
    expect(left(start + 100_000)).toEqual([['sip:b@10.0.0.5', 500]]);
    expect(bindings.expire(start + 100_000)).toEqual(['codec1']);
    expect(bindings.expire(start + 100_000)).toEqual([]);
    expect(bindings.expire(start + 600_000)).toEqual(['codec1']);
    expect(bindings.nextExpiry).toBeUndefined();
  });
});

describe('contacts', () => {
  it('are replaced by what is the same, and the freshest comes first', () => {
    register(['<sip:a@10.0.0.5>']);
    register(['<sip:b@10.0.0.5>']);
    register(['<sip:a@10.0.0.5:5060;new>']);
    expect(left().map(([contact]) => contact)).toEqual(['sip:a@10.0.0.5:5060;new', 'sip:b@10.0.0.5']);
  });

  it('go one by one, or all at once', () => {
    register(['<sip:a@10.0.0.5>', '<sip:b@10.0.0.5>', '<sip:c@10.0.0.5>']);
    register(['<sip:a@10.0.0.5>;expires=0']);
    expect(left()).toHaveLength(2);
    expect(register(['*'])).toMatchObject({ status: 400 });
    expect(register(['*', '<sip:d@10.0.0.5>'], { expires: '0' })).toMatchObject({ status: 400 });
    expect(left()).toHaveLength(2);
    expect(register(['*'], { expires: '0' })).toEqual({ status: 200, changed: true });
    expect(left()).toEqual([]);
    expect(register(['*'], { expires: '0' })).toEqual({ status: 200, changed: true });
  });

  it('may be asked for', () => {
    register(['<sip:a@10.0.0.5>']);
    expect(register([])).toEqual({ status: 200, changed: false });
    expect(left()).toHaveLength(1);
  });

  it('are ten of an account; the stalest makes room', () => {
    for (let n = 0; n < 14; n += 1) register([`<sip:a@10.0.0.5:${6_000 + n}>`]);
    expect(left()).toHaveLength(10);
    expect(left()[0]?.[0]).toBe('sip:a@10.0.0.5:6013');
    expect(left().at(-1)?.[0]).toBe('sip:a@10.0.0.5:6004');
  });

  it('that cannot be called are refused', () => {
    expect(register(['<tel:+84>'])).toMatchObject({ status: 400 });
  });
});

describe('what comes too late (RFC 3261 §10.3 step 7)', () => {
  it('changes nothing', () => {
    register(['<sip:a@10.0.0.5>'], { cseq: 5 });
    expect(register(['<sip:b@10.0.0.5>', '<sip:a@10.0.0.5>'], { cseq: 5 })).toMatchObject({ status: 500 });
    expect(register(['*'], { cseq: 4, expires: '0' })).toMatchObject({ status: 500 });
    expect(left()).toEqual([['sip:a@10.0.0.5', 600]]);
  });

  it('counts for one client; after a restart its Call-ID is another', () => {
    register(['<sip:a@10.0.0.5>'], { cseq: 5 });
    expect(register(['<sip:a@10.0.0.5>;expires=100'], { cseq: 1, callId: 'call-b' })).toMatchObject({ status: 200 });
    expect(left()).toEqual([['sip:a@10.0.0.5', 100]]);
  });
});

describe('sources', () => {
  const tcp: Source = { ip: '10.0.0.5', port: 40_000, transport: 'tcp' };
  const accountsAt = (at: Source, now = start) =>
    bindings.at(at, now).map(({ binding, isConnected }) => [binding.account, isConnected]);

  it('are recognised by address, port and transport, while they live', () => {
    register(['<sip:a@10.0.0.5>']);
    expect(accountsAt(source)).toEqual([['codec1', true]]);
    for (const other of [
      { ...source, ip: '10.0.0.6' },
      { ...source, port: 5061 },
      { ...source, transport: 'tcp' as const },
    ]) {
      expect(accountsAt(other)).toEqual([]);
    }
    expect(accountsAt(source, start + 600_000)).toEqual([]);
    expect([bindings.comesFrom('10.0.0.5', start), bindings.comesFrom('10.0.0.6', start)]).toEqual([true, false]);
  });

  it('lose a connection, and may come again over another', () => {
    register(['<sip:a@10.0.0.5;transport=tcp>'], { source: tcp });
    bindings.disconnect(tcp);
    expect(accountsAt(tcp)).toEqual([['codec1', false]]);
    register(['<sip:a@10.0.0.5;transport=tcp>'], { source: { ...tcp, port: 40_001 } });
    expect(accountsAt(tcp)).toEqual([]);
    expect(accountsAt({ ...tcp, port: 40_001 })).toEqual([['codec1', true]]);
  });

  it('outlive a restart on UDP; of connections the binding alone', () => {
    register(['<sip:a@10.0.0.5>', '<sip:b@10.0.0.5>;expires=100']);
    register(['<sip:c@10.0.0.5;transport=tcp>'], { source: tcp });
    const kept = bindings.of('codec1', start).map(({ binding }) => binding);
    bindings = createBindings();
    register(['<sip:a@10.0.0.5>;expires=70'], { callId: 'newer' });
    bindings.restore(kept, start + 100_000);
    expect(left(start).map(([contact]) => contact)).toEqual(['sip:a@10.0.0.5', 'sip:c@10.0.0.5;transport=tcp']);
    expect(accountsAt(tcp)).toEqual([['codec1', false]]);
  });
});
