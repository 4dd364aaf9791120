import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Slot } from '../../../server/protocol/records.ts';
import { defaultSlots, type FixedLayout, LAYOUTS } from '../../../server/room/geometry.ts';
import { spatialLayerFor, tilesOf } from '../../../server/room/layout.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import { steps, stories } from './arbitrary.ts';

const names = Object.keys(LAYOUTS) as FixedLayout[];

test('no layout shows the same picture twice, nor by itself anybody who has left', () => {
  fc.assert(
    fc.property(stories, fc.constantFrom(...names), (story, name) => {
      for (const { after } of steps(story)) {
        const layout = { name, slots: defaultSlots(name) };
        const tiles = tilesOf(layout, after);
        expect(tiles.length).toBe(layout.slots.length);
        const cameras = tiles
          .filter((t) => t.participantId !== null && t.source === 'camera')
          .map((t) => t.participantId);
        expect(new Set(cameras).size).toBe(cameras.length);
        for (const t of tiles) {
          const p = t.participantId === null ? undefined : after.participants[t.participantId];
          if (p) expect(['present', 'away']).toContain(p.presence);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('REG-19: whom a picture is drawn for is not in it', () => {
  fc.assert(
    fc.property(stories, fc.constantFrom(...names), (story, name) => {
      for (const { after } of steps(story)) {
        const slots = defaultSlots(name).map(
          (slot, i): Slot => (i === 0 ? { show: 'participant', participantId: 'site-bo' } : slot),
        );
        const shown = tilesOf({ name, slots }, after, { without: 'site-bo' }).map((t) => t.participantId);
        expect(shown).not.toContain('site-bo');
      }
    }),
    { numRuns: 40 },
  );
});

test('a tile asks for the layer its height needs', () => {
  expect([90, 180, 360, 720, 1080].map(spatialLayerFor)).toEqual([0, 0, 1, 2, 2]);
});

test('the speaker’s slot goes before the speaker’s own slot, which shows the next in turn', () => {
  const person = (id: string, joinedAt: number) => ({
    id,
    role: 'site' as const,
    kind: 'browser' as const,
    name: id,
    presence: 'present' as const,
    joinedAt,
    presenceSince: joinedAt,
    sources: [{ source: 'camera' as const }],
    gate: 'open' as const,
    muted: false,
  });
  const participants = { a: person('a', 1), b: person('b', 2), c: person('c', 3) };
  const state = { ...emptyRoom('room'), participants, speaker: 'b' };
  const slots: Slot[] = [{ show: 'participant', participantId: 'b' }, { show: 'speaker' }];
  expect(tilesOf({ name: 'side-by-side', slots }, state).map((t) => t.participantId)).toEqual(['a', 'b']);
  expect(tilesOf({ name: 'side-by-side', slots }, { ...state, speaker: 'c' }).map((t) => t.participantId)).toEqual([
    'b',
    'c',
  ]);
});
