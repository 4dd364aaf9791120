import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { REHEARSAL_ITEMS, type SaveChecklist } from '../../../server/protocol/rehearsals.ts';
import type { Room } from '../../../server/rooms.ts';
import { BY, DUE, MINUTE, openRehearsalDesk, PREPARATION, type RehearsalDesk, STARTS } from './rehearsal-desk.ts';

const DEVICE = { username: 'device:d1', ip: '10.1.0.9' };
const COMPLETE: SaveChecklist = { phase: 'rehearsal', ticked: [...REHEARSAL_ITEMS] };
const SIGNED: SaveChecklist = { ...COMPLETE, signedBy: 'Lý A Sử' };
const EVERY_MS = 3_000;

let desk: RehearsalDesk;
beforeEach(async () => {
  desk = await openRehearsalDesk();
});
afterEach(() => desk.close());

const save = (siteId: string, wanted: SaveChecklist, by = DEVICE) =>
  desk.rehearsals.save(desk.bookingId, siteId, wanted, by);
const refusal = (code: string, detail?: string) => ({ refusal: { code, ...(detail === undefined ? {} : { detail }) } });
const lacksOfSite = async (siteId: string) =>
  (await desk.rehearsals.of(desk.bookingId)).sites.find((site) => site.siteId === siteId)?.lacks;
const rehearsed = async (): Promise<Room> => {
  const { roomId = '' } = await desk.bookings.take(desk.bookingId, { step: 'rehearse' }, BY);
  const room = desk.rooms.require(roomId);
  await vi.waitFor(() => expect(room.state.rehearsal).not.toBeNull());
  return room;
};
/** What the desk has looked at by then. */
async function passTo(now: number): Promise<void> {
  desk.clock.now = now;
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  await desk.rehearsals.of(desk.bookingId);
}

describe('REG-6 a site’s list', () => {
  test('is demanded of every invited site, of each for itself', async () => {
    await save('ba-be', SIGNED);
    expect(await lacksOfSite('ba-be')).toEqual(['reach', 'join', 'sound', 'picture', 'line']);
    expect(await lacksOfSite('na-ri')).toEqual(expect.arrayContaining(['checklist', 'signature']));
    expect(await lacksOfSite('tai-nha')).toEqual(expect.arrayContaining(['checklist', 'signature']));
  });

  test('is not signed with something open and unexplained, and then nothing of it is kept', async () => {
    const partly: SaveChecklist = { phase: 'rehearsal', ticked: ['power', 'sound'] };
    await expect(save('ba-be', { ...partly, signedBy: 'Lý A Sử' })).rejects.toMatchObject(refusal('malformed', 'note'));
    expect(await desk.store.rehearsals.ofBooking(desk.bookingId)).toEqual([]);
    await save('ba-be', partly);
    const [kept] = await desk.store.rehearsals.ofBooking(desk.bookingId);
    expect(kept?.rehearsal).toEqual({ ticked: ['power', 'sound'] });
  });

  test('bears who has signed, at the site or at the centre for one that phoned, and so does the audit log', async () => {
    const own = await save('ba-be', SIGNED);
    expect(own.site.rehearsal.signed).toEqual({ name: 'Lý A Sử', at: desk.clock.now, by: 'device:d1' });
    const phoned = await save('na-ri', { ...COMPLETE, signedBy: 'Nông Thị Đào' }, BY);
    expect(phoned.site.rehearsal.signed).toMatchObject({ name: 'Nông Thị Đào', by: 'lan' });
    const { rows } = await desk.store.audit.list({ limit: 10, act: 'rehearsalSigned' });
    expect(rows.map(({ by, detail }) => [by, detail?.siteId, detail?.name])).toEqual([
      ['lan', 'na-ri', 'Nông Thị Đào'],
      ['device:d1', 'ba-be', 'Lý A Sử'],
    ]);
  });

  test('is of this meeting: no other site, no other meeting, and no other time', async () => {
    await desk.directory.add({ name: 'Chợ Rã' }, BY);
    await expect(save('cho-ra', SIGNED)).rejects.toMatchObject(refusal('siteUnknown'));
    const elsewhere = desk.rehearsals.save('other', 'ba-be', SIGNED, DEVICE);
    await expect(elsewhere).rejects.toMatchObject(refusal('bookingUnknown'));
    desk.clock.now = PREPARATION - 3 * 24 * 60 * MINUTE;
    await expect(save('ba-be', SIGNED)).rejects.toMatchObject(refusal('stepRefused'));
    desk.clock.now = PREPARATION;
    await rehearsed();
    await desk.bookings.take(desk.bookingId, { step: 'open' }, BY);
    // Late, but the meeting still goes on: better now than never.
    expect((await save('ba-be', SIGNED)).site.rehearsal.signed).toBeDefined();
    await desk.bookings.take(desk.bookingId, { step: 'close' }, BY);
    await expect(save('ba-be', SIGNED)).rejects.toMatchObject(refusal('stepRefused'));
  });

  test('is seen at the centre as it is ticked, and a signature that is taken back is gone there too', async () => {
    const room = await rehearsed();
    const seen = () => room.state.rehearsal?.sites['ba-be']?.rehearsal;
    await save('ba-be', { phase: 'rehearsal', ticked: ['power'] });
    await vi.waitFor(() => expect(seen()).toEqual({ ticked: ['power'] }));
    await save('ba-be', SIGNED);
    await vi.waitFor(() => expect(seen()?.signed?.name).toBe('Lý A Sử'));
    await save('ba-be', { ...COMPLETE, note: 'Mất điện lưới, chạy máy nổ' });
    await vi.waitFor(() => expect(seen()).toEqual({ ticked: REHEARSAL_ITEMS, note: 'Mất điện lưới, chạy máy nổ' }));
    expect(await lacksOfSite('ba-be')).toContain('signature');
  });
});

describe('REG-5 REG-6 at the deadline, 30 minutes before the opening', () => {
  const lackingIn = (room: Room, siteId: string) =>
    room.state.rehearsal?.lacking?.find((site) => site.siteId === siteId)?.lacks;

  test('what each site lacks is put on record then, not before; who has signed lacks no list', async () => {
    const room = await rehearsed();
    await save('ba-be', SIGNED);
    await save('na-ri', COMPLETE);
    await passTo(DUE - 1);
    expect(room.state.rehearsal?.lacking).toBeUndefined();
    await passTo(DUE);
    await vi.waitFor(() => expect(room.state.rehearsal?.lacking).toHaveLength(5));
    expect(lackingIn(room, 'ba-be')).toEqual(['reach', 'join', 'sound', 'picture', 'line']);
    expect(lackingIn(room, 'na-ri')?.slice(-1)).toEqual(['signature']);
    expect(lackingIn(room, 'cho-moi')?.slice(-2)).toEqual(['checklist', 'signature']);
  });

  test('who signs late is ready from then on, and the record of what was lacking stays', async () => {
    const room = await rehearsed();
    await passTo(DUE);
    await vi.waitFor(() => expect(lackingIn(room, 'ba-be')).toContain('checklist'));
    await save('ba-be', SIGNED);
    await passTo(DUE + MINUTE);
    expect(await lacksOfSite('ba-be')).toEqual(['reach', 'join', 'sound', 'picture', 'line']);
    expect(lackingIn(room, 'ba-be')).toContain('checklist');
    const types = (await desk.store.log.read(room.roomId)).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'rehearsalFellDue')).toHaveLength(1);
  });

  test('a rehearsal that begins after it is late at once; what was ticked before counts', async () => {
    await save('ba-be', SIGNED);
    desk.clock.now = DUE + MINUTE;
    const room = await rehearsed();
    await passTo(DUE + MINUTE);
    await vi.waitFor(() => expect(room.state.rehearsal?.lacking).toHaveLength(5));
    expect(lackingIn(room, 'ba-be')).not.toContain('checklist');
  });

  test('the time is a setting, and an emergency (REG-3) owes nothing', async () => {
    await desk.bookings.saveSettings({ ...(await desk.bookings.settings()), rehearsalMinutes: 45 }, BY);
    expect((await desk.rehearsals.of(desk.bookingId)).dueAt).toBe(STARTS - 45 * MINUTE);
    const times = {
      preparationAt: STARTS + 2 * 60 * MINUTE,
      startsAt: STARTS + 2 * 60 * MINUTE,
      endsAt: STARTS + 180 * MINUTE,
    };
    const outcome = await desk.bookings.add({ ...desk.booked, ...times, emergency: { reason: 'Bão số 3' } }, BY);
    const [{ bookingId = '' } = {}] = 'bookings' in outcome ? outcome.bookings : [];
    const { waived, sites } = await desk.rehearsals.of(bookingId);
    expect([waived, sites.map(({ lacks }) => lacks)]).toEqual([true, [[], [], [], [], []]]);
  });
});
