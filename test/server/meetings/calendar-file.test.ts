import { expect, test } from 'vitest';
import { calendarFile } from '../../../server/meetings/calendar-file.ts';
import type { Subject } from '../../../server/meetings/notice-text.ts';
import { bookingSchema, deskSettingsSchema } from '../../../server/protocol/bookings.ts';

const AT = Date.UTC(2026, 10, 30, 1, 30);
const due = { dueAt: AT, state: 'met' };
const BOOKING = bookingSchema.parse({
  ...{ bookingId: 'b1', title: 'Giao ban, tuần 48', hostUnitId: 'so-y-te', siteIds: ['ba-be'], status: 'announced' },
  ...{ preparationAt: AT - 1_800_000, startsAt: AT, endsAt: AT + 3_600_000, announcedAt: 1, version: 3 },
  ...{ steps: [], deadlines: { announcement: due, carrier: due } },
});
const subject = (more: Partial<typeof BOOKING> = {}): Subject => ({
  ...{ booking: { ...BOOKING, ...more }, settings: deskSettingsSchema.parse({}), sites: [], organisations: [] },
  ...{ language: 'vi', timeZone: 'Asia/Ho_Chi_Minh' },
});
const to = { name: 'Nông Thị Đào', address: 'dao@babe.gov.vn' };
/** Its lines, unfolded (RFC 5545 3.1). */
const linesOf = (text: string) => text.replace(/\r\n[ \t]/g, '').split('\r\n');

test('REG-4 an invitation names who is invited and by whom, so that a calendar takes it (RFC 5546 3.2.2)', () => {
  const lines = linesOf(calendarFile(subject(), { to, about: 'invitation' }, AT, 'vp@tinh.gov.vn'));
  expect(lines).toContain('METHOD:REQUEST');
  expect(lines).toContain('UID:b1@rostrum');
  expect(lines).toContain('SEQUENCE:2');
  expect(lines).toContain('DTSTART:20261130T013000Z');
  expect(lines).toContain('SUMMARY:Giao ban\\, tuần 48');
  expect(lines.find((line) => line.startsWith('ORGANIZER'))).toMatch(/mailto:vp@tinh\.gov\.vn$/i);
  const attendee = lines.find((line) => line.startsWith('ATTENDEE')) ?? '';
  expect(attendee).toMatch(/RSVP=FALSE.*mailto:dao@babe\.gov\.vn$/i);
  expect(lines).toContain('TRIGGER:-PT30M');
});

test('REG-4 a cancellation takes the same meeting out, by a later number', () => {
  const lines = linesOf(calendarFile(subject({ status: 'cancelled' }), { to, about: 'cancellation' }, AT));
  for (const line of ['METHOD:CANCEL', 'UID:b1@rostrum', 'SEQUENCE:3', 'STATUS:CANCELLED'])
    expect(lines).toContain(line);
  expect(lines.some((line) => line.startsWith('ATTENDEE'))).toBe(true);
});

test('for nobody in particular it is published; what is only asked for is not yet certain', () => {
  const lines = linesOf(calendarFile(subject({ status: 'requested' }), { to: { name: '' }, about: 'invitation' }, AT));
  for (const line of ['METHOD:PUBLISH', 'STATUS:TENTATIVE']) expect(lines).toContain(line);
  expect(lines.some((line) => line.startsWith('ATTENDEE'))).toBe(false);
});
