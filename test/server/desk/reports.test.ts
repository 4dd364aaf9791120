import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Reports } from '../../../server/desk/reports.ts';
import { minutesOf } from '../../../server/meetings/reports/minutes.ts';
import { OpenRooms } from '../../../server/open-rooms.ts';
import { Refused } from '../../../server/protocol/refusals.ts';
import type { StoredBooking } from '../../../server/store/index.ts';
import { joined, MINUTE, START, story } from '../meetings/reports/story.ts';
import { type Fixture, openFixture } from '../room-parts.ts';

const BY = { username: 'lan', ip: '10.0.0.1' };
const ZONE = 'Asia/Ho_Chi_Minh';
const DAY = 86_400_000;
const NOW = START + 30 * DAY;
const NOVEMBER = { from: Date.UTC(2026, 9, 31, 17), to: Date.UTC(2026, 10, 30, 17) };

let fixture: Fixture;
let reports: Reports;
const asked: object[] = [];

beforeEach(async () => {
  fixture = await openFixture();
  const { store } = fixture;
  asked.length = 0;
  const unit = { contacts: [], kind: 'hostUnit' as const };
  await store.organisations.add({ organisationId: 'so-y-te', name: 'Sở Y tế', ...unit }, BY, 1);
  await store.organisations.add({ organisationId: 'so-tu-phap', name: 'Sở Tư pháp', ...unit }, BY, 1);
  await store.organisations.add({ organisationId: 'vnpt', name: 'VNPT', contacts: [], kind: 'carrier' }, BY, 1);
  const line = { carrierId: 'vnpt', targets: { loss: 1 } };
  reports = new Reports({
    ...{ store, timeZone: ZONE, now: () => NOW, bookings: { list: async () => [] } },
    directory: { list: async () => [{ siteId: 'ba-be', name: 'Ba Bể', line }] },
    samples: {
      figures: async (wanted) => {
        asked.push(wanted);
        const sample = { at: START, roomId: 'first', jitterMs: 5 };
        const own = { ...sample, stream: 'up leg site-ba-be/camera', loss: 1 };
        return { stepMs: 60_000, samples: [{ ...sample, stream: 'line up', loss: 0.02 }, own] };
      },
    },
  });
  await hold('first', 'so-y-te');
  await hold('second', 'so-tu-phap', 2 * DAY);
  await hold('third', undefined, 40 * DAY);
});
afterEach(() => fixture.close());

const meetingOf = (roomId: string, later: number) =>
  story(
    [0, { type: 'meetingOpened', roomId, title: roomId }],
    [1, joined('site-ba-be', 'Ba Bể')],
    [2, { type: 'microphoneOpened', participantId: 'site-ba-be' }],
    [2, { type: 'speakerChanged', participantId: 'site-ba-be' }],
    [12, { type: 'microphoneClosed', participantId: 'site-ba-be', reason: 'finished' }],
    [60, { type: 'meetingEnded' }],
  ).map((logged) => ({ ...logged, at: logged.at + later }));

async function hold(roomId: string, hostUnitId: string | undefined, later = 0): Promise<void> {
  const { log, bookings } = fixture.store;
  await log.reserve(roomId);
  const events = meetingOf(roomId, later);
  await log.append({ roomId, epoch: await log.claim(roomId), expectedSeq: 0, events });
  if (hostUnitId === undefined) return;
  const times = { preparationAt: START + later - 1, startsAt: START + later, endsAt: START + later + 60 * MINUTE };
  const booked = { title: roomId, hostUnitId, siteIds: ['ba-be'], deskId: 'main', ...times, announcedAt: 1 };
  const booking: StoredBooking = { bookingId: roomId, status: 'closed', version: 1, roomId, booked, steps: [] };
  expect(await bookings.add([{ booking, reservations: [] }])).toBe('saved');
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Refused ? error.refusal.code : String(error)),
  );

describe('reports', () => {
  test('minutes are the fold of the log, and lead to its events', async () => {
    const { minutes } = await reports.minutes('first');
    const { booking, ...folded } = minutes;
    expect(folded).toEqual(minutesOf(meetingOf('first', 0), { roomId: 'first', now: NOW }));
    expect(booking).toMatchObject({ bookingId: 'first', hostUnit: 'Sở Y tế' });
    const told = await reports.events('first', [3, 4, 5, 99]);
    // The fourth is none that the minutes rest on.
    expect(told.map(({ seq, type, name }) => [seq, type, name])).toEqual([
      [3, 'microphoneOpened', 'Ba Bể'],
      [5, 'microphoneClosed', 'Ba Bể'],
    ]);
    expect(await codeOf(reports.minutes('nowhere'))).toBe('roomUnknown');
  });

  test('REG-20 a host unit is told of its own meetings alone', async () => {
    expect((await reports.meetings(NOVEMBER)).map(({ roomId }) => roomId)).toEqual(['second', 'first']);
    expect((await reports.meetings(NOVEMBER, 'so-y-te')).map(({ roomId }) => roomId)).toEqual(['first']);
    expect(await reports.meetings(NOVEMBER, '')).toEqual([]);
    expect(await codeOf(reports.minutes('second', 'so-y-te'))).toBe('notPermitted');
    expect(await codeOf(reports.events('third', [1], 'so-y-te'))).toBe('notPermitted');
    const { units } = await reports.usage(NOVEMBER, 'so-y-te');
    expect(units).toMatchObject([{ hostUnit: 'Sở Y tế', ms: 60 * MINUTE, siteMs: 59 * MINUTE }]);
    expect((await reports.usage(NOVEMBER)).units.map(({ hostUnit }) => hostUnit)).toEqual(['Sở Tư pháp', 'Sở Y tế']);
  });

  test('REG-17 a carrier’s month, in the zone of the office, from the samples of the line by the minute', async () => {
    const report = await reports.carrier('vnpt', '2026-11');
    expect(report).toMatchObject({ carrier: 'VNPT', ...NOVEMBER, minutes: 2 });
    expect(report.lines[0]?.figures.loss).toEqual({ value: 2, target: 1, met: false });
    expect(report.lines[0]?.meetings.map(({ roomId }) => roomId)).toEqual(['second', 'first']);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({
      roomId: 'first',
      participantId: 'site-ba-be',
      byMinute: true,
      from: START + MINUTE,
    });
    expect(await codeOf(reports.carrier('so-y-te', '2026-11'))).toBe('organisationUnknown');
  });

  test('REG-16 opinions are in the minutes, the list and the review of the year', async () => {
    const opinion = { ratings: { sound: 5, picture: 3, conduct: 4 }, note: 'Thêm micro' };
    await reports.give('first', { participantId: 'site-ba-be', role: 'site', name: 'Ba Bể', ...opinion });
    expect((await reports.minutes('first')).feedback).toMatchObject([{ name: 'Ba Bể', at: NOW, ...opinion }]);
    const rows = await reports.meetings(NOVEMBER);
    expect(rows.map(({ feedback }) => feedback)).toEqual([{ count: 0 }, { count: 1, mean: 4 }]);
    const review = await reports.year(2026);
    expect(review.totals).toMatchObject({ meetings: 3, speeches: 3 });
    expect(review.feedback).toMatchObject([{ title: 'first', ...opinion }]);
    expect(review.units.at(-1)).toMatchObject({ hostUnit: '', meetings: 1 });
  });

  test('REG-8 REG-16 what becomes known of an incident after the end is in the minutes and the year, however often they were asked', async () => {
    const { log, audit } = fixture.store;
    const incident = { id: 'i1', kind: 'line' as const, participantIds: ['site-ba-be'], openedAt: START, told: [] };
    const late = (type: 'incidentEnded' | 'incidentReported', more: object) => {
      return {
        at: NOW,
        by: 'system' as const,
        event: { type, incident: { ...incident, endedAt: START + MINUTE, ...more } },
      };
    };
    const events = [{ seq: 7, ...late('incidentEnded', {}) }];
    await log.append({ roomId: 'first', epoch: await log.claim('first'), expectedSeq: 6, events });
    expect((await reports.year(2026)).totals).toMatchObject({ incidents: 1, incidentMs: MINUTE });

    const rooms = await OpenRooms.recover({ ...fixture.parts, now: () => NOW });
    const note = { at: NOW, by: 'lan', act: 'incidentAmended', about: 'first' } as const;
    const amend = { verb: 'amendIncident', incidentId: 'i1', cause: 'Đứt cáp quang', desk: 'lan' } as const;
    await rooms.tell('first', amend, note);
    const { minutes } = await reports.minutes('first');
    expect(minutes.incidents).toMatchObject([{ seqs: [7, 8], incident: { cause: 'Đứt cáp quang' } }]);
    expect(await reports.events('first', [8])).toMatchObject([{ seq: 8, by: 'lan', detail: 'Đứt cáp quang' }]);
    const report = await reports.carrier('vnpt', '2026-11');
    expect(report.incidents).toMatchObject([{ record: { incident: { cause: 'Đứt cáp quang' } } }]);
    expect((await audit.list({ limit: 5, act: 'incidentAmended' })).rows).toMatchObject([
      { by: 'lan', about: 'first' },
    ]);
    await rooms.close();
  });
});
