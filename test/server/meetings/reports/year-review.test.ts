import { expect, test } from 'vitest';
import { factsOf, rowOf } from '../../../../server/meetings/reports/facts.ts';
import { yearPaper } from '../../../../server/meetings/reports/year-paper.ts';
import { yearReview } from '../../../../server/meetings/reports/year-review.ts';
import { type Booking, bookingSchema } from '../../../../server/protocol/bookings.ts';
import { type YearReview, yearReviewSchema } from '../../../../server/protocol/reports.ts';
import { incident, joined, MINUTE, START, story } from './story.ts';

const meeting = factsOf(
  story(
    [0, { type: 'meetingOpened', roomId: 'm1', title: 'Giao ban' }],
    [0, joined('site-ba-be', 'Ba Bể')],
    [0, joined('site-na-ri', 'Na Rì')],
    [20, { type: 'incidentOpened', incident: incident({ participantIds: ['site-na-ri'] }) }],
    [5, { type: 'microphoneOpened', participantId: 'site-ba-be' }],
    [15, { type: 'microphoneClosed', participantId: 'site-ba-be', reason: 'finished' }],
    [60, { type: 'meetingEnded' }],
  ),
  { roomId: 'm1', now: START + 1e9 },
);
const booking = (bookingId: string, state: string, emergency?: object): Booking =>
  bookingSchema.parse({
    ...{
      bookingId,
      title: bookingId,
      hostUnitId: 'so-y-te',
      siteIds: ['ba-be'],
      preparationAt: 0,
      startsAt: 1,
      endsAt: 2,
    },
    ...{ announcedAt: 0, status: 'reported', version: 1, roomId: 'm1', steps: [], emergency },
    deadlines: { announcement: { dueAt: 0, state }, carrier: { dueAt: 0, state: emergency ? 'waived' : 'met' } },
  });

const lineOf = (siteId: string, targets: object = {}) => ({ siteId, name: siteId, line: { targets } });

function reviewed(): YearReview {
  const opinion = {
    roomId: 'm1',
    title: 'Giao ban',
    participantId: 'site-ba-be',
    role: 'site',
    name: 'Ba Bể',
    at: 0,
  } as const;
  return yearReviewSchema.parse(
    yearReview({
      ...{
        year: 2026,
        from: START,
        to: START + 1e9,
        timeZone: 'Asia/Ho_Chi_Minh',
        meetings: [meeting],
        rows: [rowOf(meeting, undefined, [])],
      },
      bookings: [booking('b1', 'met'), booking('b2', 'late'), booking('b3', 'waived', { reason: 'Bão' })],
      hostOf: () => ({ bookingId: 'b1', hostUnitId: 'so-y-te', hostUnit: 'Sở Y tế' }),
      carriers: [
        {
          carrierId: 'vnpt',
          carrier: 'VNPT',
          lines: [lineOf('ba-be', { loss: 1, availability: 99 }), lineOf('na-ri', { loss: 3, roundTripMs: 30 })],
        },
      ],
      measuredOf: (_roomId, participantId) =>
        participantId === 'site-ba-be'
          ? { minutes: 50, loss: 2, jitterMs: 12 }
          : { minutes: 50, loss: 1, roundTripMs: 40 },
      feedback: [{ ...opinion, ratings: { sound: 5, picture: 4, conduct: 5 }, note: 'Thêm micro' }],
    }),
  );
}

test('REG-16 the year from recorded facts: by month, by unit, by carrier, lead times and opinions', () => {
  const review = reviewed();
  expect(review.totals).toMatchObject({ meetings: 1, speeches: 1, speechMs: 10 * MINUTE, siteMs: 120 * MINUTE });
  // What the page lists behind a total adds up to it.
  expect(review.meetings).toMatchObject([{ roomId: 'm1', ms: 60 * MINUTE, siteMs: 120 * MINUTE, speeches: 1 }]);
  expect(review.months[10]).toMatchObject({ month: 11, meetings: ['m1'], ms: 60 * MINUTE });
  expect(review.months.map(({ meetings }) => meetings.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  expect(review.leadTimes).toEqual({
    announcement: { kept: ['b1'], missed: ['b2'] },
    carrier: { kept: ['b1', 'b2'], missed: [] },
    emergencies: ['b3'],
  });
  expect(review.units).toMatchObject([{ hostUnit: 'Sở Y tế', meetings: 1 }]);
  const [vnpt] = review.carriers;
  expect(vnpt).toMatchObject({ carrier: 'VNPT', lines: 2 });
  expect(vnpt?.months.map((figures) => figures !== null)).toEqual(review.months.map(({ month }) => month === 11));
  const [november] = vnpt?.months.filter((figures) => figures !== null) ?? [];
  expect(november).toEqual(vnpt?.year);
  expect(review.feedback[0]?.note).toBe('Thêm micro');
});

test('REG-16 REG-17 each carrier’s month against every target of its lines, with its outages and incidents', () => {
  const [vnpt] = reviewed().carriers;
  const november = vnpt?.months[10];
  expect(november).toMatchObject({ expectedMs: 120 * MINUTE, outages: 1, incidents: 1, incidentMs: 60 * MINUTE });
  // Both lines weigh alike; one promises 1 %, the other 3 %.
  expect(november?.figures).toEqual({
    availability: { value: 50, judged: 1, missed: 0 },
    loss: { value: 1.5, judged: 2, missed: 1 },
    jitterMs: { value: 12, judged: 0, missed: 0 },
    roundTripMs: { value: 40, judged: 1, missed: 1 },
  });
});

test('REG-16 on paper the month says which targets were missed, and by how many lines', () => {
  const paper = yearPaper(reviewed(), 'vi');
  expect(paper.sections[0]?.rows.at(-1)?.slice(0, 4)).toEqual([
    ...['Cả năm', { number: 1 }],
    ...[{ ms: 60 * MINUTE }, { ms: 120 * MINUTE }],
  ]);
  const section = paper.sections.find(({ title }) => title.startsWith('VNPT'));
  expect(section?.rows.map((row) => [row[0], row.at(-1)])).toEqual([
    [{ number: 11 }, 'không đạt: mất gói 1/2, trễ khứ hồi 1/1'],
    ['Cả năm', 'không đạt: mất gói 1/2, trễ khứ hồi 1/1'],
  ]);
});
