import { expect, test } from 'vitest';
import { factsOf } from '../../../../server/meetings/reports/facts.ts';
import { yearReview } from '../../../../server/meetings/reports/year-review.ts';
import { type Booking, bookingSchema } from '../../../../server/protocol/bookings.ts';
import { yearReviewSchema } from '../../../../server/protocol/reports.ts';
import { joined, MINUTE, START, story } from './story.ts';

const meeting = factsOf(
  story(
    [0, { type: 'meetingOpened', roomId: 'm1', title: 'Giao ban' }],
    [0, joined('site-ba-be', 'Ba Bể')],
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

test('REG-16 the year from recorded facts: by month, by unit, by carrier, lead times and opinions', () => {
  const opinion = {
    roomId: 'm1',
    title: 'Giao ban',
    participantId: 'site-ba-be',
    role: 'site',
    name: 'Ba Bể',
    at: 0,
  } as const;
  const review = yearReviewSchema.parse(
    yearReview({
      ...{ year: 2026, from: START, to: START + 1e9, timeZone: 'Asia/Ho_Chi_Minh', meetings: [meeting], rows: [] },
      bookings: [booking('b1', 'met'), booking('b2', 'late'), booking('b3', 'waived', { reason: 'Bão' })],
      hostOf: () => ({ bookingId: 'b1', hostUnitId: 'so-y-te', hostUnit: 'Sở Y tế' }),
      carriers: [
        { carrierId: 'vnpt', carrier: 'VNPT', lines: [{ siteId: 'ba-be', name: 'Ba Bể', line: { targets: {} } }] },
      ],
      feedback: [{ ...opinion, ratings: { sound: 5, picture: 4, conduct: 5 }, note: 'Thêm micro' }],
    }),
  );
  expect(review.totals).toMatchObject({ meetings: 1, speeches: 1, speechMs: 10 * MINUTE, siteMs: 60 * MINUTE });
  expect(review.months[10]).toMatchObject({ month: 11, meetings: ['m1'], ms: 60 * MINUTE });
  expect(review.months.map(({ meetings }) => meetings.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  expect(review.leadTimes).toEqual({
    announcement: { kept: ['b1'], missed: ['b2'] },
    carrier: { kept: ['b1', 'b2'], missed: [] },
    emergencies: ['b3'],
  });
  expect(review.units).toMatchObject([{ hostUnit: 'Sở Y tế', meetings: 1 }]);
  expect(review.carriers[0]).toMatchObject({ carrier: 'VNPT', lines: 1, outages: 0 });
  expect(review.carriers[0]?.availability[10]).toBe(100);
  expect(review.carriers[0]?.availability[0]).toBeNull();
  expect(review.feedback[0]?.note).toBe('Thêm micro');
});
