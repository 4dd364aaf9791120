import { describe, expect, test } from 'vitest';
import { deadlinesOf } from '../../../server/meetings/deadlines.ts';
import { type Booked, type DeskSettings, deskSettingsSchema } from '../../../server/protocol/bookings.ts';

const timeZone = 'Asia/Ho_Chi_Minh';
/** At that time in Hà Nội, seven hours ahead of UTC. */
const at = (month: number, day: number, hour = 8, minute = 0) => Date.UTC(2026, month - 1, day, hour - 7, minute);
const settings = (more: Partial<DeskSettings> = {}) => deskSettingsSchema.parse(more);
/** Monday 30 November 2026, 14:00. */
const booked: Booked = {
  title: 'Giao ban',
  hostUnitId: 'so-y-te',
  siteIds: ['ba-be'],
  deskId: 'main',
  preparationAt: at(11, 30, 13),
  startsAt: at(11, 30, 14),
  endsAt: at(11, 30, 16),
};

describe('REG-1: five days for the announcement, two for the carrier', () => {
  test('calendar days end at the same time of day', () => {
    const { announcement, carrier } = deadlinesOf(booked, {}, settings(), { now: at(11, 20), timeZone });
    expect(announcement).toEqual({ dueAt: at(11, 25, 14), state: 'toMeet' });
    expect(carrier).toEqual({ dueAt: at(11, 28, 14), state: 'toMeet' });
  });

  test('working days leave out Saturdays, Sundays and holidays', () => {
    const working = settings({ counting: 'working' });
    const { announcement, carrier } = deadlinesOf(booked, {}, working, { now: at(11, 20), timeZone });
    expect(announcement.dueAt).toBe(at(11, 23, 14));
    expect(carrier.dueAt).toBe(at(11, 26, 14));
    const holidays = settings({ counting: 'working', holidays: ['2026-11-27', '11-25'] });
    const later = deadlinesOf(booked, {}, holidays, { now: at(11, 1), timeZone });
    expect([later.announcement.dueAt, later.carrier.dueAt]).toEqual([at(11, 19, 14), at(11, 24, 14)]);
  });

  test('warned while it can still be met, marked when it is missed', () => {
    const stateAt = (now: number) => deadlinesOf(booked, {}, settings(), { now, timeZone }).announcement.state;
    expect(stateAt(at(11, 24, 13))).toBe('toMeet');
    expect(stateAt(at(11, 24, 14, 1))).toBe('soon');
    expect(stateAt(at(11, 25, 14))).toBe('soon');
    expect(stateAt(at(11, 25, 14, 1))).toBe('missed');
  });

  test('what was done in time stays met, what was done too late is marked as late', () => {
    const told = { announcedAt: at(11, 25, 14), carrierAt: at(11, 29) };
    const { announcement, carrier } = deadlinesOf(booked, told, settings(), { now: at(12, 24), timeZone });
    expect(announcement).toEqual({ dueAt: at(11, 25, 14), doneAt: at(11, 25, 14), state: 'met' });
    expect(carrier.state).toBe('late');
  });

  test('how many days and how long before is warned are settings', () => {
    const own = settings({ announcementDays: 7, warnHours: 0 });
    const { announcement } = deadlinesOf(booked, {}, own, { now: at(11, 23, 14), timeZone });
    expect(announcement).toEqual({ dueAt: at(11, 23, 14), state: 'toMeet' });
  });
});

test('REG-3: in an emergency both fall away', () => {
  const storm = { ...booked, emergency: { reason: 'Bão số 9' } };
  const { announcement, carrier } = deadlinesOf(storm, {}, settings(), { now: at(11, 30, 13), timeZone });
  expect([announcement.state, carrier.state]).toEqual(['waived', 'waived']);
});
