import { describe, expect, test } from 'vitest';
import {
  faultOfBooked,
  isHolding,
  overlapsAmong,
  reservationsOf,
  statusAfter,
  statusWithoutRoom,
  stepsFrom,
} from '../../../server/meetings/booking-rules.ts';
import { type Booked, bookingStatusSchema, bookingStepSchema } from '../../../server/protocol/bookings.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 23, 1);
const booked: Booked = {
  title: 'Giao ban tuần 48',
  hostUnitId: 'so-y-te',
  siteIds: ['ba-be', 'na-ri'],
  deskId: 'main',
  preparationAt: NOW + 9 * HOUR,
  startsAt: NOW + 10 * HOUR,
  endsAt: NOW + 12 * HOUR,
};
const emergency = { reason: 'Lũ quét tại xã Ba Bể' };

describe('the way of a meeting', () => {
  test('goes from the request to the report, and nowhere back', () => {
    const way = ['confirm', 'announce', 'rehearse', 'open', 'close', 'report'] as const;
    let status = bookingStatusSchema.parse('requested');
    for (const step of way) status = statusAfter({ status }, step) ?? status;
    expect(status).toBe('reported');
    expect(stepsFrom({ status })).toEqual([]);
  });

  test('every step from every state is either in the table or refused', () => {
    const table = bookingStatusSchema.options.map((status) => `${status}: ${stepsFrom({ status }).join(' ')}`);
    expect(table).toEqual([
      'requested: confirm cancel',
      'confirmed: announce rehearse open cancel',
      'announced: announce rehearse open cancel',
      'rehearsing: announce open cancel',
      'open: announce close',
      'closed: report',
      'reported: ',
      'cancelled: ',
    ]);
  });

  test('REG-3 an emergency is announced and opens at once; nothing else does', () => {
    expect(statusAfter({ status: 'requested', emergency }, 'announce')).toBe('announced');
    expect(statusAfter({ status: 'requested' }, 'announce')).toBeUndefined();
    expect(statusAfter({ status: 'requested', emergency }, 'open')).toBe('open');
    expect(statusAfter({ status: 'requested' }, 'open')).toBeUndefined();
    for (const step of bookingStepSchema.options) {
      expect(statusAfter({ status: 'cancelled', emergency }, step)).toBeUndefined();
    }
  });

  test('REG-5 whose room is closed during its rehearsal is rehearsed again; a meeting whose room is closed is over', () => {
    const step = (status: 'requested' | 'confirmed' | 'announced' | 'rehearsing') => ({ status, at: 1, by: 'lan' });
    const told = [step('requested'), step('confirmed'), step('announced'), step('rehearsing')];
    expect(statusWithoutRoom({ status: 'rehearsing', steps: told })).toBe('announced');
    expect(statusWithoutRoom({ status: 'rehearsing', steps: told.filter((s) => s.status !== 'announced') })).toBe(
      'confirmed',
    );
    expect(statusWithoutRoom({ status: 'open', steps: told })).toBe('closed');
    expect(statusWithoutRoom({ status: 'cancelled', steps: told })).toBeUndefined();
  });

  test('who is told again during the rehearsal or the meeting does not leave it', () => {
    expect(statusAfter({ status: 'open' }, 'announce')).toBe('open');
    expect(statusAfter({ status: 'rehearsing' }, 'announce')).toBe('rehearsing');
  });
});

describe('what is booked', () => {
  test.each<[string, Partial<Booked>]>([
    ['preparationAt', { preparationAt: booked.startsAt + 1 }],
    ['preparationAt', { preparationAt: booked.startsAt - 25 * HOUR }],
    ['startsAt', { preparationAt: NOW - HOUR, startsAt: NOW - HOUR, endsAt: NOW }],
    ['endsAt', { endsAt: booked.startsAt }],
    ['endsAt', { endsAt: booked.startsAt + 25 * HOUR }],
    ['siteIds', { siteIds: ['ba-be', 'ba-be'] }],
    ['hostSiteId', { hostSiteId: 'pac-nam' }],
    ['announcedAt', { announcedAt: NOW + HOUR }],
  ])('names its wrong field: %s', (field, wrong) => {
    expect(faultOfBooked({ ...booked, ...wrong }, NOW)).toBe(field);
  });

  test('REG-4 has a time of preparation and an official time', () => {
    expect(faultOfBooked(booked, NOW)).toBeUndefined();
    expect(faultOfBooked({ ...booked, preparationAt: booked.startsAt }, NOW)).toBeUndefined();
  });

  test('REG-19 any of its sites may host it, or none', () => {
    expect(faultOfBooked({ ...booked, hostSiteId: 'na-ri' }, NOW)).toBeUndefined();
  });

  test('REG-2 takes each of its sites and its desk from the preparation to the end, while it is to be held', () => {
    const [from, to] = [booked.preparationAt, booked.endsAt];
    expect(reservationsOf(booked)).toEqual([
      { resource: 'site:ba-be', from, to },
      { resource: 'site:na-ri', from, to },
      { resource: 'desk:main', from, to },
    ]);
    expect(bookingStatusSchema.options.filter(isHolding)).toEqual([
      ...['requested', 'confirmed', 'announced', 'rehearsing', 'open'],
    ]);
  });

  test('a repetition is not in its own way', () => {
    const moved = (by: number) => ({ ...booked, preparationAt: booked.preparationAt + by, endsAt: booked.endsAt + by });
    expect(overlapsAmong([booked, moved(3 * HOUR)])).toBe(false);
    expect(overlapsAmong([moved(2 * HOUR), booked])).toBe(true);
  });
});
