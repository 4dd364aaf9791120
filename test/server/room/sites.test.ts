import { expect, test } from 'vitest';
import { callIdSchema, participantIdOfSite, participantIdSchema } from '../../../server/protocol/ids.ts';
import type { InvitedSite, RoomState } from '../../../server/protocol/records.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { entryRefusal } from '../../../server/room/sites.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const site = (siteId: string, more: Partial<InvitedSite> = {}): InvitedSite => ({
  siteId,
  name: siteId,
  bridge: false,
  encryption: 'preferred',
  ...more,
});

/** A room with these sites, and what it becomes by these commands; who may give them is tested elsewhere. */
function after(sites: InvitedSite[], ...said: Parameters<typeof decide>[1][]): RoomState {
  const opening = [{ verb: 'open', roomId: 'room', title: 'Room' } as const, { verb: 'invite', sites } as const];
  return [...opening, ...said].reduce((state, command, i) => {
    const { events } = decide(state, command, 'system', { now: i, id: `call${i}` });
    return events.reduce((room, event) => evolve(room, { seq: room.seq + 1, at: i, by: 'system', event }), state);
  }, emptyRoom('room'));
}

test.each([
  [
    'its address',
    site('a', { address: 'sip:a@h', account: 'acc', fallback: 'sip:f@h' }),
    ['sip:a@h', undefined, 'sip:f@h'],
  ],
  ['its registration', site('a', { account: 'acc', fallback: 'sip:f@h' }), ['sip:acc', 'acc', 'sip:f@h']],
  ['its fallback, where there is nothing else', site('a', { fallback: 'sip:f@h' }), ['sip:f@h', undefined, undefined]],
])('REG-12: a site is called at %s', (_how, invited, way) => {
  const [call] = Object.values(after([invited], { verb: 'dialSite', siteId: 'a' }).calls);
  expect([call?.address, call?.account, call?.fallback]).toEqual(way);
  expect(call).toMatchObject({ siteId: 'a', participantId: 'site-a', redial: true, attempt: 1, status: 'requested' });
});

test('all sites of a province are called at once, each by its own call', () => {
  const sites = Array.from({ length: 130 }, (_, i) => site(`${'x'.repeat(37)}${100 + i}`, { account: `a${i}` }));
  const calls = Object.values(after(sites, { verb: 'dialAbsent' }).calls);
  expect(new Set(calls.map((c) => c.id)).size).toBe(130);
  for (const { id, participantId } of calls) {
    expect([callIdSchema.parse(id), participantIdSchema.parse(participantId)]).toEqual([id, participantId]);
  }
});

test('a plain address is called once, a site until it answers', () => {
  const state = after([site('a', { account: 'a' })], { verb: 'dial', address: 'sip:x@h', fallback: 'sip:y@h' });
  expect(Object.values(state.calls)).toMatchObject([{ redial: false, fallback: 'sip:y@h' }]);
});

test('the end of a meeting ends the calls that wait, and none begins to wait', () => {
  const wait = (callId: string) =>
    ({ verb: 'reportCall', callId, status: 'waiting', attempt: 2, retryAt: 9_000 }) as const;
  const state = after(
    [site('a', { account: 'a' }), site('b', { account: 'b' })],
    { verb: 'dialAbsent' },
    wait('call2-a'),
    { verb: 'endMeeting' },
  );
  expect(Object.values(state.calls).map((c) => c.status)).toEqual(['ended', 'requested']);
  const { events } = decide(state, wait('call2-b'), 'system', { now: 9, id: 'x' });
  expect(events).toMatchObject([{ type: 'callChanged', call: { status: 'failed' } }]);
  expect(events[0]).not.toHaveProperty('call.retryAt');
  expect(entryRefusal(state, 'a')).toBe('meetingEnded');
});

test('REG-19: a bridge that comes back without its call is a bridge all the same', () => {
  const id = participantIdOfSite('bo');
  const entrant = { id, role: 'site', kind: 'sip', name: 'Bộ' } as const;
  const state = after(
    [site('bo', { bridge: true })],
    { verb: 'recordCall', callId: 'in', participantId: id, address: 'sip:m@h', name: 'Bộ', siteId: 'bo' },
    { verb: 'admit', participant: { ...entrant, callId: 'in' } },
    { verb: 'admit', participant: entrant },
  );
  expect(state.participants[id]).toMatchObject({ bridge: true, siteId: 'bo' });
});

test('nobody’s address is a site’s participant', () => {
  const state = after(
    [site('a', { account: 'a' })],
    { verb: 'dial', address: 'site-a' },
    { verb: 'dial', address: 'a@site' },
  );
  expect(Object.values(state.calls).map((c) => c.participantId)).not.toContain('site-a');
});
