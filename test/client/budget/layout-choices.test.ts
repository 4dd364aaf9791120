import { expect, test } from 'vitest';
import { FIRST_CHOICE, layoutChoices, showsContent } from '../../../client/budget/layout-choices.ts';
import type { SavedLayout } from '../../../server/protocol/http.ts';
import { faultOf } from '../../../server/room/geometry.ts';
import { INITIAL_LAYOUT } from '../../../server/room/state.ts';

const SAVED: SavedLayout = {
  layoutId: 'a1',
  name: 'Hội nghị tỉnh',
  layout: { name: 'custom', slots: [{ show: 'content' }], tiles: [{ x: 0, y: 0, w: 1, h: 1 }] },
};

const NAMES = { of: (choice: string) => choice, saved: (name: string) => `saved: ${name}` };

test('what is reckoned with first is what a room opens with', () => {
  const first = layoutChoices([], NAMES).find(({ value }) => value === FIRST_CHOICE);
  expect(first?.layout).toEqual(INITIAL_LAYOUT);
});

test('every layout can be chosen once, those of the house by their names, each as the server takes it', () => {
  const choices = layoutChoices([SAVED], NAMES);
  expect(choices.at(-1)).toMatchObject({ value: 'saved:a1', label: 'saved: Hội nghị tỉnh', layout: SAVED.layout });
  expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
  expect(choices.map(({ layout }) => faultOf(layout)).filter(Boolean)).toEqual([]);
});

test('a layout with a place for what is presented says that something is', () => {
  const presenting = layoutChoices([SAVED], NAMES).filter(({ layout }) => showsContent(layout));
  expect(presenting.map(({ value }) => value)).toEqual(['content+speaker', 'content+speakers', 'saved:a1']);
});
