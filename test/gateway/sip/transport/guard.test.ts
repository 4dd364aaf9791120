import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createGuard,
  type GuardLimits,
  guardLimits,
  isKeepAlive,
  isScanner,
  sourceOf,
} from '../../../../gateway/sip/transport/guard.ts';

const start = 1_700_000_000_000;
const ip = '192.0.2.7';
const stranger = () => false;
const known = () => true;
const few: GuardLimits = { ...guardLimits, stranger: { burst: 4, perSecond: 2 }, known: { burst: 8, perSecond: 4 } };

describe('new transactions', () => {
  it('pass within the allowance, and again once it has run in', () => {
    const guard = createGuard(few);
    const verdicts = (count: number, at: number) =>
      Array.from({ length: count }, () => guard.request(ip, start + at, stranger));
    expect(verdicts(5, 0)).toEqual(['pass', 'pass', 'pass', 'pass', 'overload']);
    expect(verdicts(1, 500)).toEqual(['overload']);
    expect(verdicts(3, 2_000)).toEqual(['pass', 'pass', 'overload']);
  });

  it('meet 503, then silence, then a ban when it does not stop', () => {
    const guard = createGuard(few);
    const verdicts = Array.from({ length: 17 }, () => guard.request(ip, start, stranger));
    expect(verdicts.slice(4, 8)).toEqual(Array(4).fill('overload'));
    expect(verdicts.slice(8)).toEqual(Array(9).fill('silence'));
    expect(guard.bans(start)).toEqual([{ ip, until: start + few.banMs, reason: 'flood', attempts: 0 }]);
    expect(guard.isSilent(ip, start)).toBe(true);
    expect(guard.bans(start)[0]?.attempts).toBe(1);
    expect(guard.request('192.0.2.8', start, stranger)).toBe('pass');
  });

  it('of a known source may be many more, are told 503 beyond, and never banned', () => {
    const guard = createGuard(few);
    const verdicts = Array.from({ length: 100 }, () => guard.request(ip, start, known));
    expect(verdicts.filter((verdict) => verdict === 'pass')).toHaveLength(8);
    expect(new Set(verdicts.slice(8))).toEqual(new Set(['overload']));
    expect(guard.bans(start)).toEqual([]);
    expect(guard.request(ip, start + 30_000, known)).toBe('pass');
  });

  it('of a source that has had a call count as of a known one for an hour, but may end in a ban', () => {
    const guard = createGuard(few);
    guard.success(ip, start);
    const verdicts = Array.from({ length: 33 }, () => guard.request(ip, start, stranger));
    expect(verdicts.slice(7, 9)).toEqual(['pass', 'overload']);
    expect(guard.bans(start)).toMatchObject([{ ip, reason: 'flood' }]);
    guard.unban(ip);
    guard.success(ip, start);
    const later = Array.from({ length: 5 }, () => guard.request(ip, start + 3_600_000, stranger));
    expect(later[4]).toBe('overload');
  });

  it('of hundreds of codecs behind one proxy all pass when they come back at once', () => {
    const guard = createGuard();
    for (let codec = 0; codec < 400; codec += 1) expect(guard.request(ip, start, stranger)).toBe('pass');
  });
});

describe('a flood from forged sources', () => {
  const forged = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

  it('of a hundred thousand is let through no more than one stranger after the other, and remembered in part', () => {
    const guard = createGuard();
    const verdicts = { pass: 0, overload: 0, silence: 0 };
    // Ten seconds long.
    for (let n = 0; n < 100_000; n += 1) verdicts[guard.request(forged(n), start + n / 10, stranger)] += 1;
    const { burst, perSecond } = guardLimits.strangers;
    expect(verdicts.pass).toBeLessThanOrEqual(burst + 10 * perSecond);
    expect(verdicts.overload).toBeLessThanOrEqual(burst + 10 * perSecond);
    expect(guard.size).toBe(guardLimits.sources);
    expect(guard.bans(start)).toEqual([]);
    // Half a minute later strangers are served again.
    expect(guard.request(forged(200_000), start + 41_000, stranger)).toBe('pass');
  });

  it('keeps out nobody who is known, or was not long ago', () => {
    const guard = createGuard();
    guard.success(ip, start);
    for (let n = 0; n < 3_000; n += 1) guard.request(forged(n), start, stranger);
    expect(guard.request('192.0.2.9', start, stranger)).toBe('silence');
    expect(guard.request('192.0.2.9', start, known)).toBe('pass');
    expect(guard.request(ip, start, stranger)).toBe('pass');
  });
});

it('what is said again and again is heard so often, unless the source is known', () => {
  const guard = createGuard({ ...guardLimits, repeats: { burst: 3, perSecond: 1 } });
  const heard = (at: number, who = stranger) => guard.repetition(ip, start + at, who);
  expect([heard(0), heard(0), heard(0), heard(0), heard(0, known)]).toEqual([true, true, true, false, true]);
  expect(heard(5_000)).toBe(true);
});

describe('a ban', () => {
  it('follows too many failures, but not those that were made good or are long ago', () => {
    const guard = createGuard();
    const fail = (at: number) => guard.fault(ip, 'failures', start + at, stranger);
    for (let count = 0; count < 30; count += 1) expect(fail(0)).toBe(false);
    guard.success(ip, start);
    for (let count = 0; count < 30; count += 1) expect(fail(0)).toBe(false);
    for (let count = 0; count < 30; count += 1) expect(fail(300_000)).toBe(false);
    expect(fail(300_000)).toBe(true);
    expect(fail(300_000)).toBe(false); // already banned
    expect(guard.bans(start + 300_000)).toMatchObject([{ ip, reason: 'failures' }]);
  });

  it('follows much that is no SIP, and the first word of a scanner', () => {
    const guard = createGuard();
    for (let count = 0; count < 60; count += 1) expect(guard.fault(ip, 'malformed', start, stranger)).toBe(false);
    expect(guard.fault(ip, 'malformed', start, stranger)).toBe(true);
    expect(guard.fault('192.0.2.8', 'scanner', start, stranger)).toBe(true);
    expect(guard.bans(start).map(({ reason }) => reason)).toEqual(['malformed', 'scanner']);
  });

  it('never meets a known source', () => {
    const guard = createGuard();
    for (const fault of ['scanner', 'failures', 'malformed'] as const) {
      for (let count = 0; count < 200; count += 1) expect(guard.fault(ip, fault, start, known)).toBe(false);
    }
    expect(guard.isSilent(ip, start)).toBe(false);
  });

  it('ends by itself, and lasts twice as long the next time, up to a day', () => {
    const guard = createGuard();
    let now = start;
    const durations: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      guard.fault(ip, 'scanner', now, stranger);
      const until = guard.bans(now)[0]?.until ?? 0;
      durations.push((until - now) / 60_000);
      expect([guard.isSilent(ip, until - 1), guard.isSilent(ip, until)]).toEqual([true, false]);
      now = until;
    }
    expect(durations).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440]);
  });

  it('is lifted by hand, by any address of the source', () => {
    const guard = createGuard();
    guard.fault('2001:db8:1:2::9', 'scanner', start, stranger);
    expect(guard.bans(start)).toMatchObject([{ ip: '2001:db8:1:2::/64' }]);
    expect(guard.isSilent('2001:db8:1:2:ffff::1', start)).toBe(true);
    guard.unban('2001:db8:1:2::/64');
    expect(guard.isSilent('2001:db8:1:2::9', start)).toBe(false);
  });
});

it('remembers no more sources than it may, and forgets bans last', () => {
  const guard = createGuard({ ...guardLimits, sources: 100 });
  guard.fault(ip, 'scanner', start, stranger);
  for (let count = 0; count < 5_000; count += 1) {
    guard.request(`10.0.${count >> 8}.${count & 255}`, start, stranger);
  }
  expect(guard.size).toBe(100);
  expect(guard.isSilent(ip, start)).toBe(true);
  for (let count = 0; count < 200; count += 1) guard.fault(`10.1.0.${count}`, 'scanner', start, stranger);
  expect(guard.size).toBe(100);
});

it('forgets those whose ban is over like any other', () => {
  const guard = createGuard({ ...guardLimits, sources: 2 });
  guard.fault(ip, 'scanner', start, stranger);
  const later = start + guardLimits.banMs + 1;
  guard.fault('10.0.0.1', 'scanner', later, stranger);
  guard.request('10.0.0.2', later, stranger);
  guard.fault(ip, 'scanner', later, stranger);
  expect(guard.bans(later).map((ban) => ban.until)).toContain(later + guardLimits.banMs);
});

it('takes no time that runs backwards for a gift', () => {
  const guard = createGuard(few);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5_000, max: 0 }), { maxLength: 20 }), (jumps) => {
      const fresh = createGuard(few);
      const passed = jumps.filter((jump) => fresh.request(ip, start + jump, stranger) === 'pass');
      expect(passed.length).toBeLessThanOrEqual(4 + 2 * 5);
    }),
  );
  expect(guard.size).toBe(0);
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['::1', '::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
  ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
])('%s belongs to %s', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});

it('knows scanners by what they call themselves', () => {
  for (const agent of ['friendly-scanner', 'sipvicious', 'VaxSIPUserAgent/3.1', 'sipcli/v1.8', 'SIPScan']) {
    expect(isScanner(agent)).toBe(true);
  }
  for (const agent of [
    undefined,
    'PolycomRealPresenceGroup500',
    'TANDBERG/529',
    'baresip v1.0',
    'Huawei TE40',
    'Smapi Codec',
  ]) {
    expect(isScanner(agent)).toBe(false);
  }
});

it('takes what keeps a NAT open for no message', () => {
  const stun = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(4), Buffer.from('\r\n\r\n'), Buffer.from('\r\n\r\n\r\n'), stun]) {
    expect(isKeepAlive(bytes)).toBe(true);
  }
  expect(isKeepAlive(Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n'))).toBe(false);
  expect(isKeepAlive(Buffer.alloc(20))).toBe(false);
});
