import { expect, test } from 'vitest';
import { Explained, parseSent, problemOf } from '../../../../server/api/v1/problems.ts';
import { bookSchema } from '../../../../server/protocol/bookings.ts';
import { REFUSALS, type RefusalCode, Refused } from '../../../../server/protocol/refusals.ts';

test('bad input names every field and the rule that it breaks', () => {
  const wrong = {
    title: '',
    hostUnitId: 'Sở Y tế',
    siteIds: [],
    startsAt: 'sáng',
    endsAt: 7.5,
    extra: 1,
    repeat: { every: 'day', times: 2 },
  };
  const faults = (() => {
    try {
      parseSent(bookSchema, wrong);
    } catch (error) {
      return problemOf(error, 'vi').problem.error.faults;
    }
    return [];
  })();
  expect(Object.fromEntries((faults ?? []).map(({ field, rule }) => [field, rule]))).toEqual({
    title: 'minimum 1',
    hostUnitId: expect.stringMatching(/^pattern /),
    siteIds: 'minimum 1',
    preparationAt: 'required',
    startsAt: 'type number',
    endsAt: 'type int',
    'repeat.every': 'enum week, month',
    extra: 'unknown',
  });
});

test('a refusal has its code, its status, the field, the rule and a remedy in both languages', () => {
  expect(problemOf(new Refused('malformed', 'endsAt'), 'en')).toMatchObject({
    status: 400,
    problem: { error: { code: 'malformed', faults: [{ field: 'endsAt', rule: expect.stringContaining('startsAt') }] } },
  });
  const clash = new Explained('bookingClash', 'Ba Bể: Giao ban', {
    clashes: [],
    faults: [{ field: 'siteIds', rule: 'REG-2' }],
  });
  expect(problemOf(clash, 'vi')).toMatchObject({
    status: 409,
    problem: { clashes: [], error: { detail: 'Ba Bể: Giao ban' } },
  });
  const statusOf = (code: RefusalCode) => problemOf(new Refused(code), 'vi').status;
  expect(
    (['tokenInvalid', 'scopeMissing', 'etagMismatch', 'ifMatchRequired', 'keyReused', 'retry'] as const).map(statusOf),
  ).toEqual([401, 403, 412, 428, 422, 503]);
  for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
    const [vi, en] = (['vi', 'en'] as const).map(
      (language) => problemOf(new Refused(code), language).problem.error.remedy,
    );
    expect(vi && en && vi !== en, code).toBe(true);
  }
});

test('a fault of ours is told as such, and nothing else of it', () => {
  const { status, problem } = problemOf(new Error('SQLITE_CORRUPT at /var/lib'), 'en');
  expect([status, JSON.stringify(problem).includes('SQLITE')]).toEqual([500, false]);
});
