import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RoomState, Slot } from '../../../server/protocol/records.ts';
import { largestOf } from '../../../server/room/geometry.ts';
import { spatialLayerFor, tilesOf } from '../../../server/room/layout.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import { layouts, steps, stories } from './arbitrary.ts';

test('any layout in any state has one tile for each slot, and nobody twice', () => {
  fc.assert(
    fc.property(stories, layouts, (story, layout) => {
      for (const { after } of steps(story)) {
        const tiles = tilesOf(layout, after);
        if (layout.name !== 'auto') expect(tiles).toHaveLength(layout.slots.length);
        expect(tiles.map(({ slot, z }) => [slot, z])).toEqual(tiles.map((_, i) => [i, i]));
        for (const source of ['camera', 'screen'] as const) {
          const shown = tiles.filter((t) => t.participantId !== null && t.source === source);
          expect(new Set(shown.map((t) => t.participantId)).size).toBe(shown.length);
        }
        for (const { participantId, x, y, w, h } of tiles) {
          expect(x >= 0 && y >= 0 && x + w <= 1 + 1e-6 && y + h <= 1 + 1e-6).toBe(true);
          const isNamed = layout.slots.some((s) => s.show === 'participant' && s.participantId === participantId);
          const p = participantId === null ? undefined : after.participants[participantId];
          if (p && !isNamed) expect(['present', 'away']).toContain(p.presence);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('REG-19: whom a picture is drawn for is not in it', () => {
  fc.assert(
    fc.property(stories, layouts, (story, { name, slots, tiles }) => {
      const named = slots.map((s, i): Slot => (i === 0 ? { show: 'participant', participantId: 'site-bo' } : s));
      const layout = { name, slots: named, ...(tiles ? { tiles } : {}) };
      for (const { after } of steps(story)) {
        const shown = tilesOf(layout, after, { without: 'site-bo' }).map((t) => t.participantId);
        expect(shown).not.toContain('site-bo');
      }
    }),
    { numRuns: 40 },
  );
});

test('a codec is in no tile that is larger than others, unless it is named', () => {
  let passedOver = 0;
  fc.assert(
    fc.property(stories, layouts, (story, layout) => {
      const isNamed = layout.slots.some((s) => s.show === 'participant' && s.participantId === 'pac-nam');
      for (const { after } of steps(story)) {
        if (isNamed || after.participants['pac-nam']?.role === 'chair') continue;
        const all = tilesOf(layout, after);
        const own = tilesOf(layout, after, { viewer: 'pac-nam' });
        for (const place of largestOf(own)) {
          const isContent = own[place]?.source === 'screen';
          if (!isContent) expect(own[place]?.participantId).not.toBe('pac-nam');
          if (!isContent && all[place]?.participantId === 'pac-nam') passedOver += 1;
        }
        // A browser draws its own picture by the same rule, and is in it.
        expect(tilesOf(layout, after, { viewer: 'ba-be' })).toEqual(all);
      }
    }),
    // Few stories have a codec that speaks in such a place.
    { numRuns: 400 },
  );
  expect(passedOver).toBeGreaterThan(0);
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

test('the chair’s slot keeps him, wherever he sits and whoever speaks', () => {
  const person = (id: string, role: 'site' | 'chair', joinedAt: number) => ({
    ...{ id, role, name: id, joinedAt, presenceSince: joinedAt, kind: 'sip' as const },
    presence: 'present' as const,
    sources: [{ source: 'camera' as const }],
    gate: 'open' as const,
    muted: false,
  });
  const participants = { a: person('a', 'site', 1), c: person('c', 'chair', 2) };
  const state: RoomState = { ...emptyRoom('room'), participants, speaker: 'c' };
  const slots: Slot[] = [{ show: 'chair', fit: 'contain' }, { show: 'speaker' }];
  const shown = (who: RoomState, viewer?: string) => tilesOf({ name: 'pip', slots }, who, { viewer });
  expect(shown(state, 'c').map((t) => [t.participantId, t.fit])).toEqual([
    ['c', 'contain'],
    ['a', 'cover'],
  ]);
  const gone = { ...state, speaker: null, participants: { a: participants.a } };
  expect(shown(gone).map((t) => t.participantId)).toEqual([null, 'a']);
});
