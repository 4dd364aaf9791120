import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isTestRoom } from '../../../server/protocol/line-tests.ts';
import type { Room } from '../../../server/rooms.ts';
import { BY, CODECS, MINUTE, openRehearsalDesk, PREPARATION, type RehearsalDesk, STARTS } from './rehearsal-desk.ts';

const GATEWAY = { participantId: 'gateway', role: 'service', kind: 'gateway' } as const;
const OPERATOR = { participantId: 'op', role: 'operator', kind: 'browser' } as const;

let desk: RehearsalDesk;
beforeEach(async () => {
  desk = await openRehearsalDesk();
});
afterEach(() => desk.close());

const called = () =>
  desk.lineTests.running.map(({ siteId }) => siteId).sort((a, b) => CODECS.indexOf(a ?? '') - CODECS.indexOf(b ?? ''));
async function look(now: number): Promise<(string | undefined)[]> {
  desk.clock.now = now;
  await desk.rounds.step();
  return called();
}
/** What the gateway says of the calls that are being placed. */
async function fail(cause: 'busy' | 'noAnswer'): Promise<void> {
  for (const room of desk.rooms.list().filter(({ roomId }) => isTestRoom(roomId))) {
    const [call] = Object.values(room.state.calls);
    if (call) await room.dispatch({ verb: 'reportCall', callId: call.id, status: 'failed', cause }, GATEWAY);
  }
  await vi.advanceTimersByTimeAsync(250);
  await vi.waitFor(() => expect(called()).toEqual([]));
}
const rehearsed = async (): Promise<Room> => {
  const { roomId = '' } = await desk.bookings.take(desk.bookingId, { step: 'rehearse' }, BY);
  return desk.rooms.require(roomId);
};
const roundOf = async () => (await desk.rounds.of(desk.bookingId)).round;

describe('REG-5 the codecs of a meeting are tried by themselves', () => {
  test('from the preparation time on, few at a time, whoever was not tried yet first; a site without a codec is not called', async () => {
    expect(await look(PREPARATION - 1)).toEqual([]);
    expect(await roundOf()).toEqual({ state: 'ahead', beginsAt: PREPARATION, trying: [], left: 4 });
    expect(await look(PREPARATION)).toEqual(['ba-be', 'na-ri']);
    expect(await look(PREPARATION + 3_000)).toEqual(['ba-be', 'na-ri']);
    expect(await roundOf()).toMatchObject({ state: 'on', trying: ['ba-be', 'na-ri'] });
    await fail('noAnswer');
    expect(await look(PREPARATION + MINUTE)).toEqual(['cho-moi', 'cho-don']);
    await fail('busy');
    expect(await look(PREPARATION + 9 * MINUTE)).toEqual([]);
    expect(await look(PREPARATION + 10 * MINUTE + 5_000)).toEqual(['ba-be', 'na-ri']);
  });

  test('REG-12 what is on record says that nobody has called, in the archive and in the meeting’s own log', async () => {
    const room = await rehearsed();
    await look(PREPARATION);
    await fail('noAnswer');
    const by = `rehearsal:${desk.bookingId}`;
    const [kept] = await desk.store.lineTests.ofSite('ba-be', 1);
    expect(kept).toMatchObject({ status: 'failed', failure: 'call', cause: 'noAnswer', way: 'codec', by });
    await look(PREPARATION + 3_000);
    await vi.waitFor(() =>
      expect(room.state.rehearsal?.sites['ba-be']?.tests).toMatchObject({
        reach: { ok: false },
        line: { ok: false, by },
      }),
    );
  });

  test('one that registers anew is tried again at once', async () => {
    await desk.directory.change(
      'ba-be',
      {
        name: 'ba-be',
        sip: { account: 'babe', password: 'right-12', sources: [], encryption: 'preferred', bridge: false },
      },
      BY,
    );
    expect(await look(PREPARATION)).toEqual(['na-ri', 'cho-moi']);
    const source = { transport: 'udp', ip: '10.0.0.5', port: 5060 } as const;
    const binding = { account: 'babe', source, callId: 'a', cseq: 1, expiresAt: STARTS, userAgent: 'X' };
    await desk.directory.reportRegistrations('babe', [{ ...binding, contact: 'sip:babe@10.0.0.5' }]);
    await fail('noAnswer');
    expect(await look(PREPARATION + MINUTE)).toEqual(['ba-be', 'cho-don']);
    await fail('noAnswer');
    desk.clock.now += 30_000;
    await desk.directory.reportRegistrations('babe', [{ ...binding, contact: 'sip:babe@10.0.0.6' }]);
    expect(await look(PREPARATION + 2 * MINUTE)).toEqual(['ba-be']);
  });
});

describe('REG-5 nobody is disturbed', () => {
  test('the operator stops it for this meeting, with what runs, and lets it go on; both are on record', async () => {
    await look(PREPARATION);
    await desk.rounds.set(desk.bookingId, false, BY);
    await vi.waitFor(() => expect(called()).toEqual([]));
    expect(await roundOf()).toMatchObject({ state: 'stopped', trying: [] });
    expect(await look(PREPARATION + 30 * MINUTE)).toEqual([]);
    await desk.rounds.set(desk.bookingId, true, BY);
    expect(called()).toHaveLength(2);
    const { rows } = await desk.store.audit.list({ limit: 10, about: desk.bookingId });
    expect(rows.map(({ act }) => act).slice(0, 2)).toEqual(['selfTestsResumed', 'selfTestsStopped']);
  });

  test('a test that was stopped says nothing of the site', async () => {
    await look(PREPARATION);
    await desk.rounds.set(desk.bookingId, false, BY);
    await vi.waitFor(() => expect(called()).toEqual([]));
    const { sites } = await desk.rehearsals.of(desk.bookingId);
    expect(sites.map(({ tests }) => tests)).toEqual([{}, {}, {}, {}, {}]);
  });

  test('the settings switch it off for all', async () => {
    await desk.bookings.saveSettings({ ...(await desk.bookings.settings()), selfTest: false }, BY);
    expect(await look(PREPARATION)).toEqual([]);
    expect(await roundOf()).toMatchObject({ state: 'off' });
  });

  test('the official opening ends what runs, and nothing begins after it', async () => {
    await rehearsed();
    expect(await look(PREPARATION)).toHaveLength(2);
    await desk.bookings.take(desk.bookingId, { step: 'open' }, BY);
    await look(PREPARATION + 3_000);
    await vi.waitFor(() => expect(called()).toEqual([]));
    expect(await roundOf()).toMatchObject({ state: 'over' });
    const late = desk.rounds.set(desk.bookingId, true, BY);
    await expect(late).rejects.toMatchObject({ refusal: { code: 'stepRefused' } });
  });

  test('so does its time, where nobody has opened it', async () => {
    expect(await look(STARTS - MINUTE)).toHaveLength(2);
    await look(STARTS);
    await vi.waitFor(() => expect(called()).toEqual([]));
  });

  test('a codec that is called for a meeting, or in it, is left alone; a test that has begun gives way', async () => {
    const room = await rehearsed();
    await vi.waitFor(() => expect(Object.keys(room.state.sites)).toHaveLength(5));
    await room.dispatch({ verb: 'dialSite', siteId: 'ba-be' }, OPERATOR);
    const participant = { id: 'site-na-ri', role: 'site', kind: 'browser', name: 'Na Rì' } as const;
    await room.dispatch({ verb: 'admit', participant }, 'system');
    expect(await look(PREPARATION)).toEqual(['cho-moi', 'cho-don']);
    await expect(desk.lineTests.start('ba-be', 'codec', 'lan')).rejects.toMatchObject({
      refusal: { code: expect.stringMatching(/siteInMeeting|tooManyAttempts/) },
    });
    await room.dispatch({ verb: 'dialSite', siteId: 'cho-moi' }, OPERATOR);
    await look(PREPARATION + 3_000);
    await vi.waitFor(() => expect(called()).toEqual(['cho-don']));
  });

  test('who has left the meeting is tried at once', async () => {
    const room = await rehearsed();
    const participant = { id: 'site-ba-be', role: 'site', kind: 'browser', name: 'Ba Bể' } as const;
    await look(PREPARATION);
    await fail('noAnswer');
    await room.dispatch({ verb: 'admit', participant }, 'system');
    expect(await look(PREPARATION + MINUTE)).toEqual(['cho-moi', 'cho-don']);
    await fail('noAnswer');
    await room.dispatch({ verb: 'leave' }, { participantId: 'site-ba-be', role: 'site', kind: 'browser' });
    expect(await look(PREPARATION + 2 * MINUTE)).toEqual(['ba-be']);
  });
});
