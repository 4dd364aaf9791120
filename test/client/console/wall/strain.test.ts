import { expect, it } from 'vitest';
import { strainOf } from '../../../../client/console/wall/strain.ts';
import type { Participant } from '../../../../server/protocol/records.ts';
import { participant, room } from '../rooms.ts';

const composer = (id: string, given: Partial<Participant> = {}) =>
  participant(id, { role: 'service', kind: 'composer', ...given });

it('tells what the most strained composition leaves out', () => {
  expect(strainOf(room([composer('a'), participant('b')]))).toBeUndefined();
  expect(strainOf(room([composer('a', { shed: 'transitions' }), composer('b')]))).toBe('transitions');
  expect(strainOf(room([composer('a', { shed: 'tier' }), composer('b', { shed: 'frameRate' })]))).toBe('tier');
});

it('forgets a composer that is gone', () => {
  expect(strainOf(room([composer('a', { shed: 'tier', presence: 'left' })]))).toBeUndefined();
});
