import { expect, test } from 'vitest';
import { loggedEventSchema } from '../../../server/protocol/events.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { noRehearsal } from '../../../server/room/rehearsal.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import type { SystemCommand } from '../../../server/room/system-commands.ts';
import { viewState } from '../../../server/room/view.ts';

function after(...commands: SystemCommand[]) {
  let room = emptyRoom('giao-ban');
  const types = commands.map((command, i) => {
    const { events } = decide(room, command, 'system', { now: 10_000 + i, id: 'x' });
    for (const event of events) {
      room = evolve(room, loggedEventSchema.parse({ seq: room.seq + 1, at: 10_000 + i, by: 'system', event }));
    }
    return events.map(({ type }) => type);
  });
  return { room, types };
}
const prepare = { verb: 'prepareRehearsal', bookingId: 'b1', startsAt: 90_000, dueAt: 60_000 } as const;
const site = noRehearsal('ba-be');
const signed = { ...site, rehearsal: { ticked: [], signed: { name: 'Lý A Sử', at: 5, by: 'device:d1' } } };

test('REG-5: what a site has tested is in the room’s log, each time that it changes', () => {
  const record = { verb: 'recordRehearsal', site } as const;
  const { room, types } = after(record, prepare, prepare, record, record, { verb: 'recordRehearsal', site: signed });
  expect(types).toEqual([[], ['rehearsalPrepared'], [], ['siteRehearsed'], [], ['siteRehearsed']]);
  expect(room.rehearsal?.sites).toEqual({ 'ba-be': signed });
});

test('REG-5: what is lacking when the time is up is on record, once', () => {
  const lacking = [{ siteId: 'ba-be', lacks: ['line' as const, 'signature' as const] }];
  const { room, types } = after(
    { verb: 'fallDue', lacking },
    prepare,
    { verb: 'fallDue', lacking },
    { verb: 'fallDue', lacking: [] },
  );
  expect(types).toEqual([[], ['rehearsalPrepared'], ['rehearsalFellDue'], []]);
  expect(room.rehearsal?.lacking).toEqual(lacking);
});

test('a meeting that is put off keeps what was tested, and another time', () => {
  const { room } = after(prepare, { verb: 'recordRehearsal', site: signed }, { ...prepare, dueAt: 70_000 });
  expect(room.rehearsal).toMatchObject({ dueAt: 70_000, sites: { 'ba-be': signed } });
});

test('it is the centre’s', () => {
  expect(viewState(after(prepare).room, 'site-ba-be').rehearsal).toBeNull();
});
