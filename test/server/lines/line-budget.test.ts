import { expect, test } from 'vitest';
import { LineBudget } from '../../../server/lines/line-budget.ts';
import { type Booking, bookingSchema } from '../../../server/protocol/bookings.ts';
import type { Site } from '../../../server/protocol/http.ts';
import { INITIAL_LAYOUT } from '../../../server/room/state.ts';

const COMPOSED = [
  { width: 1280, height: 720, framesPerSecond: 25 },
  { width: 640, height: 360, framesPerSecond: 25 },
];
const SIP = {
  address: 'sip:10.0.0.5',
  sources: [],
  encryption: 'preferred',
  bridge: false,
  hasPassword: false,
} as const;
const line = (downKbps: number, upKbps: number) => ({ downKbps, upKbps, targets: {} });
const SITES: Site[] = [
  { siteId: 'ba-be', name: 'Ba Bể', line: line(20_000, 20_000) },
  { siteId: 'na-ri', name: 'Na Rì', line: line(1_000, 1_000) },
  { siteId: 'cho-moi', name: 'Chợ Mới', sip: { ...SIP, sources: [] }, line: line(512, 512) },
  { siteId: 'cho-don', name: 'Chợ Đồn', sip: { ...SIP, sources: [] }, line: line(64, 64) },
  { siteId: 'bach-thong', name: 'Bạch Thông' },
];
const deadline = { dueAt: 0, state: 'toMeet' };
const booking = (bookingId: string, status: Booking['status'], siteIds: string[]): Booking =>
  bookingSchema.parse({
    ...{ bookingId, status, siteIds, title: bookingId, hostUnitId: 'so-y-te', deskId: 'main', version: 1, steps: [] },
    ...{ preparationAt: 1_000, startsAt: 2_000, endsAt: 3_000, announcedAt: 0 },
    deadlines: { announcement: deadline, carrier: deadline },
  });
const budgetWith = (booked: Booking[]) =>
  new LineBudget({
    directory: { list: async () => SITES },
    bookings: { list: async ({ from, to }) => booked.filter(({ startsAt }) => startsAt >= from && startsAt < to) },
    composed: COMPOSED,
  });

test('REG-18 of a booked meeting: how many lines are too narrow for it, browsers and codecs, and how many even for sound', async () => {
  const all = SITES.map(({ siteId }) => siteId);
  const budget = budgetWith([
    booking('all', 'requested', all),
    booking('wide', 'announced', ['ba-be', 'bach-thong']),
    booking('gone', 'confirmed', ['na-ri', 'given-up']),
    booking('held', 'reported', all),
    booking('cancelled', 'cancelled', all),
  ]);
  expect(await budget.ofBooked({ from: 0, to: 10_000 })).toEqual([
    { bookingId: 'all', short: 3, telephone: 1 },
    { bookingId: 'wide', short: 0, telephone: 0 },
    // Nobody else is there to be seen, but its own camera is too much for its line.
    { bookingId: 'gone', short: 1, telephone: 0 },
  ]);
  expect(await budget.ofBooked({ from: 5_000, to: 10_000 })).toEqual([]);
});

test('it counts what the budget itself names, in the layout in which a room opens', async () => {
  const siteIds = SITES.map(({ siteId }) => siteId);
  const budget = budgetWith([booking('all', 'requested', siteIds)]);
  const [counted] = await budget.ofBooked({ from: 0, to: 10_000 });
  const { sites } = await budget.of({ siteIds: [...siteIds, 'given-up'], layout: INITIAL_LAYOUT, presents: false });
  expect(sites).toHaveLength(SITES.length);
  expect(sites.filter(({ remedy }) => remedy !== 'none')).toHaveLength(counted?.short ?? 0);
  expect(sites.filter(({ remedy }) => remedy === 'telephone')).toHaveLength(counted?.telephone ?? 0);
});

test('a layout that does not fit together is refused', async () => {
  const layout = { name: 'custom' as const, slots: [{ show: 'auto' as const }], tiles: [] };
  await expect(budgetWith([]).of({ siteIds: [], layout, presents: false })).rejects.toThrow('unknownLayout');
});
