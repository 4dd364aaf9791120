import { describe, expect, it } from 'vitest';
import {
  absentSites,
  callable,
  callGroups,
  callOf,
  isByFallback,
  secondsToRetry,
} from '../../../../client/console/calls/call-list.ts';
import type { InvitedSite } from '../../../../server/protocol/records.ts';
import { call, participant, room } from '../rooms.ts';

const calls = {
  a1: call('a1', { participantId: 'sip-a', status: 'failed', cause: 'busy', startedAt: 1 }),
  a2: call('a2', { participantId: 'sip-a', status: 'failed', cause: 'noAnswer', startedAt: 2 }),
  b: call('b', { status: 'answered', startedAt: 3 }),
  c1: call('c1', { participantId: 'sip-c', status: 'ended', startedAt: 4 }),
  c2: call('c2', { participantId: 'sip-c', status: 'ringing', startedAt: 5 }),
  d: call('d', { status: 'waiting', retryAt: 9, startedAt: 6 }),
};
const ids = (groups: ReturnType<typeof callGroups>) =>
  Object.values(groups).map((group: { id: string }[]) => group.map(({ id }) => id));

describe('callGroups', () => {
  it('keeps apart what is being placed, what is answered, and of the rest the last to each address', () => {
    expect(ids(callGroups(room([], { calls }), 8))).toEqual([['d', 'c2'], ['b'], ['a2']]);
  });
  it('never hides a call that goes on', () => {
    expect(ids(callGroups(room([], { calls }), 1))).toEqual([['d', 'c2'], ['b'], []]);
  });
  it('leaves what became of an absent site to the list of the absent', () => {
    const failed = call('x', { participantId: 'site-ba-be', siteId: 'ba-be', status: 'failed' });
    const state = room([], { calls: { x: failed }, sites: sites('ba-be') });
    expect(callGroups(state, 8).over).toEqual([]);
    const here = room([participant('site-ba-be')], { calls: { x: failed }, sites: sites('ba-be') });
    expect(callGroups(here, 8).over).toEqual([failed]);
  });
});

describe('absentSites', () => {
  const compare = new Intl.Collator('vi', { numeric: true }).compare;

  it('are the invited who are not here, by name; who was removed is not awaited', () => {
    const state = room(
      [
        participant('site-here'),
        participant('site-away', { presence: 'away', name: 'Chợ Đồn' }),
        participant('site-removed', { presence: 'removed' }),
      ],
      { sites: sites('here', 'xa-10', 'away', 'xa-2', 'removed') },
    );
    expect(absentSites(state, compare).map(({ name }) => name)).toEqual(['Chợ Đồn', 'xa-2', 'xa-10']);
  });

  it('say by which call they are on their way, or what became of the last one', () => {
    const state = room([], {
      sites: sites('a', 'b', 'c'),
      calls: {
        a1: call('a1', { siteId: 'a', participantId: 'site-a', status: 'failed', startedAt: 1 }),
        a2: call('a2', { siteId: 'a', participantId: 'site-a', status: 'waiting', startedAt: 2 }),
        b1: call('b1', { siteId: 'b', participantId: 'site-b', status: 'ended', cause: 'cancelled' }),
      },
    });
    expect(absentSites(state, compare).map(({ underWay, last }) => [underWay?.id, last?.id])).toEqual([
      ['a2', undefined],
      [undefined, 'b1'],
      [undefined, undefined],
    ]);
  });

  it('count as callable where nobody calls them yet and there is something to call', () => {
    const state = room([], {
      sites: {
        ...sites('a', 'b'),
        linkOnly: { siteId: 'link-only', name: 'Chỉ liên kết', bridge: false, encryption: 'off' },
      },
      calls: { a: call('a', { siteId: 'a', participantId: 'site-a', status: 'ringing' }) },
    });
    expect(callable(absentSites(state, compare)).map(({ site }) => site.siteId)).toEqual(['b']);
  });
});

it('knows the call that a participant is in', () => {
  const state = room([], { calls });
  expect(callOf(state, 'b')?.id).toBe('b');
  expect(callOf(state, 'a2')).toBeUndefined();
  expect(callOf(state, undefined)).toBeUndefined();
});

it('counts the seconds to the next attempt, never below none', () => {
  const waiting = call('w', { status: 'waiting', retryAt: 10_000 });
  expect(secondsToRetry(waiting, 7_001)).toBe(3);
  expect(secondsToRetry(waiting, 12_000)).toBe(0);
  expect(secondsToRetry(call('r', { status: 'ringing' }), 0)).toBeNull();
});

it('knows when the fallback is in use', () => {
  expect(isByFallback(call('x', { address: 'a@h', fallback: '0209@h' }))).toBe(false);
  expect(isByFallback(call('x', { address: '0209@h', fallback: '0209@h' }))).toBe(true);
  expect(isByFallback(call('x'))).toBe(false);
});

function sites(...siteIds: string[]): Record<string, InvitedSite> {
  const site = (siteId: string): InvitedSite => ({
    siteId,
    name: siteId,
    address: `${siteId}@10.0.0.1`,
    bridge: false,
    encryption: 'preferred',
  });
  return Object.fromEntries(siteIds.map((siteId) => [siteId, site(siteId)]));
}
