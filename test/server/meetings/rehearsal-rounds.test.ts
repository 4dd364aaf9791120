import { describe, expect, test } from 'vitest';
import { type Candidate, dueSites, isLeft, roundTimeOf } from '../../../server/meetings/rehearsal-rounds.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const STARTS = Date.UTC(2026, 10, 25, 1);
const PREPARATION = STARTS - 60 * MINUTE;
const booked = { preparationAt: PREPARATION, startsAt: STARTS };
const retry = { now: PREPARATION + 20 * MINUTE, retryMs: 10 * MINUTE };

const line = (ok: boolean, at: number) => ({ line: { at, ok, testId: 't' } });
const candidate = (siteId: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ siteId, tests: {}, canBeCalled: true, isBusy: false },
  ...more,
});

describe('REG-5 when codecs are tried by themselves', () => {
  const at = (status: Parameters<typeof roundTimeOf>[0]['status'], now: number) => roundTimeOf({ status, booked }, now);

  test('from the preparation time on, or once the rehearsal was begun', () => {
    expect(at('announced', PREPARATION - 1)).toBe('ahead');
    expect(at('announced', PREPARATION)).toBe('now');
    expect(at('confirmed', PREPARATION)).toBe('now');
    expect(at('rehearsing', PREPARATION - 60 * MINUTE)).toBe('now');
  });

  test('not so early that it would not count, and not for what nobody has confirmed', () => {
    expect(at('rehearsing', PREPARATION - 2 * DAY)).toBe('ahead');
    expect(at('requested', PREPARATION)).toBe('ahead');
  });

  test('never after the official opening, whether by the clock or by the operator, and never in an emergency (REG-3)', () => {
    expect(at('rehearsing', STARTS - 1)).toBe('now');
    expect(at('rehearsing', STARTS)).toBe('over');
    for (const status of ['open', 'closed', 'reported', 'cancelled'] as const) {
      expect(at(status, PREPARATION + MINUTE)).toBe('over');
    }
    const emergency = { ...booked, emergency: { reason: 'Bão số 3' } };
    expect(roundTimeOf({ status: 'rehearsing', booked: emergency }, PREPARATION)).toBe('over');
  });
});

describe('REG-5 which codecs are tried', () => {
  test('who was never tried, then who has waited longest', () => {
    const sites = [
      candidate('failed-late', { tests: line(false, PREPARATION + 5 * MINUTE) }),
      candidate('failed-early', { tests: line(false, PREPARATION) }),
      candidate('new'),
    ];
    expect(dueSites(sites, retry)).toEqual(['new', 'failed-early', 'failed-late']);
  });

  test('none that is in a call, none that cannot be found, none whose line was good', () => {
    const good = candidate('good', { tests: line(true, PREPARATION) });
    const lost = candidate('lost', { canBeCalled: false });
    expect(dueSites([good, lost, candidate('busy', { isBusy: true })], retry)).toEqual([]);
    expect([good, lost, candidate('busy', { isBusy: true })].map(isLeft)).toEqual([false, false, true]);
  });

  test('one whose test failed again after the set time, or at once where it registers or leaves a meeting anew', () => {
    const triedAt = retry.now - 2 * MINUTE;
    const failed = (more: Partial<Candidate>) => dueSites([candidate('x', { triedAt, ...more })], retry);
    expect(failed({})).toEqual([]);
    expect(failed({ triedAt: retry.now - 10 * MINUTE })).toEqual(['x']);
    expect(failed({ tests: line(false, retry.now - MINUTE), triedAt: retry.now - 10 * MINUTE })).toEqual([]);
    expect(failed({ registeredSince: triedAt + 1 })).toEqual(['x']);
    expect(failed({ registeredSince: triedAt - 1 })).toEqual([]);
    expect(failed({ leftAt: triedAt + 1 })).toEqual(['x']);
  });
});
