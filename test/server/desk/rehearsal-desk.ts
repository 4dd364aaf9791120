import { vi } from 'vitest';
import { Bookings } from '../../../server/desk/bookings.ts';
import { Directory } from '../../../server/desk/directory.ts';
import { RehearsalRounds } from '../../../server/desk/rehearsal-rounds.ts';
import { Rehearsals } from '../../../server/desk/rehearsals.ts';
import { LineTestDesk } from '../../../server/lines/line-tests.ts';
import { Lines } from '../../../server/lines/lines.ts';
import { OpenRooms } from '../../../server/open-rooms.ts';
import { isTestRoom } from '../../../server/protocol/line-tests.ts';
import { withPassingRooms } from '../../../server/store/passing-log.ts';
import { openFixture } from '../room-parts.ts';

export const MINUTE = 60_000;
export const STARTS = Date.UTC(2026, 10, 25, 1);
export const PREPARATION = STARTS - 60 * MINUTE;
export const DUE = STARTS - 30 * MINUTE;
export const BY = { username: 'lan', ip: '10.0.0.1' };
/** Sites with a codec; `tai-nha` has none. */
export const CODECS = ['ba-be', 'na-ri', 'cho-moi', 'cho-don'];

export type RehearsalDesk = Awaited<ReturnType<typeof openRehearsalDesk>>;

/**
 * The desk of a meeting that begins at `STARTS`, over a real store. Its timers stand still (`vi.useFakeTimers` of intervals): `clock.now`
 * is what everyone reads.
 */
export async function openRehearsalDesk() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const clock = { now: PREPARATION - MINUTE };
  const fixture = await openFixture((log) => withPassingRooms(log, isTestRoom));
  const { store, parts } = fixture;
  const { logger } = parts;
  const now = () => clock.now;
  const lines = new Lines({ termsOf: () => undefined, keep: () => undefined, logger, now });
  const rooms = await OpenRooms.recover({ ...parts, now, lines });
  const directory = await Directory.open({ store, rooms, logger, now });
  lines.follow(rooms);
  for (const siteId of CODECS) {
    const sip = { address: `sip:${siteId}@10.0.0.5`, sources: [], encryption: 'preferred' as const, bridge: false };
    await directory.add({ siteId, name: siteId, sip }, BY);
  }
  await directory.add({ siteId: 'tai-nha', name: 'Tại nhà' }, BY);
  await store.organisations.add({ organisationId: 'so-y-te', kind: 'hostUnit', name: 'Sở Y tế', contacts: [] }, BY, 1);
  const bookings = await Bookings.open({ store, rooms, directory, logger, now, timeZone: 'Asia/Ho_Chi_Minh' });
  const rehearsals = new Rehearsals({ store, bookings, directory, logger, now });
  rehearsals.start();
  const lineTests = new LineTestDesk({
    archive: store.lineTests,
    rooms,
    lines,
    directory,
    language: 'vi',
    logger,
    now,
  });
  const rounds = new RehearsalRounds({ store, bookings, rehearsals, directory, lineTests, logger, now });
  const booked = {
    ...{ title: 'Giao ban', hostUnitId: 'so-y-te', siteIds: [...CODECS, 'tai-nha'], deskId: 'main' },
    ...{ preparationAt: PREPARATION, startsAt: STARTS, endsAt: STARTS + 60 * MINUTE },
  };
  const outcome = await bookings.add(booked, BY);
  const [{ bookingId = '' } = {}] = 'bookings' in outcome ? outcome.bookings : [];
  await bookings.take(bookingId, { step: 'confirm' }, BY);

  async function close(): Promise<void> {
    await rounds.close();
    await rehearsals.close();
    bookings.close();
    await lineTests.close();
    lines.close();
    vi.useRealTimers();
    await rooms.close();
    await fixture.close();
  }
  return { clock, store, rooms, directory, bookings, rehearsals, lineTests, rounds, booked, bookingId, close };
}
