import { describe, expect, it } from 'vitest';
import {
  assign,
  CHOICES,
  changeLayout,
  choiceOf,
  fitSlot,
  nextChoice,
  plainLayout,
  rectanglesOf,
  swapSlots,
  withoutSites,
} from '../../../../client/console/layouts/slots.ts';
import { layoutNameSchema } from '../../../../server/protocol/layouts.ts';
import type { Layout, Slot } from '../../../../server/protocol/records.ts';
import { faultOf, LAYOUTS } from '../../../../server/room/geometry.ts';
import { participant, room } from '../rooms.ts';

const site = (participantId: string): Slot => ({ show: 'participant', participantId });
const grid: Layout = { name: '2x2', slots: [site('a'), site('b'), { show: 'auto' }, { show: 'empty' }] };

describe('assign', () => {
  it('puts a site into a tile', () => {
    expect(assign(grid, 2, site('c')).slots).toEqual([site('a'), site('b'), site('c'), { show: 'empty' }]);
  });
  it('lets a site that had a tile change places', () => {
    expect(assign(grid, 0, site('b')).slots).toEqual([site('b'), site('a'), { show: 'auto' }, { show: 'empty' }]);
  });
  it('leaves a site where it is', () => {
    expect(assign(grid, 1, site('b'))).toEqual(grid);
  });
  it('knows no tile beyond the last', () => {
    expect(assign(grid, 4, site('c'))).toBe(grid);
  });
});

describe('changeLayout', () => {
  it('keeps what was chosen and fills up', () => {
    const larger = changeLayout(grid, '1+5');
    expect(larger.slots.slice(0, 4)).toEqual(grid.slots);
    expect(larger.slots).toHaveLength(6);
    expect(changeLayout(grid, '1').slots).toEqual([site('a')]);
  });
  it('gives content + speaker its own choices, and nothing of them to others', () => {
    const content = changeLayout(grid, 'content+speaker');
    expect(content.slots).toEqual([{ show: 'content' }, { show: 'speaker' }]);
    expect(changeLayout(content, 'side-by-side').slots).toEqual([{ show: 'auto' }, { show: 'auto' }]);
  });
  it('gives the chair the large place, and takes it back', () => {
    const large = changeLayout(grid, 'chair+7');
    expect(large.slots.slice(0, 4)).toEqual([{ show: 'chair' }, ...grid.slots.slice(1)]);
    expect(changeLayout(large, '1+7').slots.slice(0, 2)).toEqual([{ show: 'speaker' }, site('b')]);
    const small: Layout = { ...grid, slots: grid.slots.with(1, { show: 'chair' }) };
    expect(changeLayout(small, 'chair+5').slots.slice(0, 2)).toEqual([{ show: 'chair' }, { show: 'auto' }]);
    expect(changeLayout(small, '1+5').slots.slice(0, 2)).toEqual([site('a'), { show: 'chair' }]);
  });
  it('leaves no tiles of a drawn layout to one that has its own', () => {
    const drawn: Layout = { name: 'custom', slots: [site('a')], tiles: [{ x: 0, y: 0, w: 1, h: 1 }] };
    expect(changeLayout(drawn, '2x2')).toEqual({ name: '2x2', slots: [site('a'), ...Array(3).fill({ show: 'auto' })] });
  });
  it.each(CHOICES)('knows %s again, which is without fault', (choice) => {
    const layout = changeLayout(grid, choice);
    expect(choiceOf(layout)).toBe(choice);
    expect(faultOf(layout)).toBeUndefined();
    expect(faultOf(plainLayout(choice))).toBeUndefined();
  });
});

it('offers every layout but drawn ones, round and round', () => {
  const names = new Set(CHOICES.map((choice) => plainLayout(choice).name));
  expect([...names, 'custom'].sort()).toEqual([...layoutNameSchema.options].sort());
  expect(nextChoice('content+speakers')).toBe(CHOICES[0]);
  expect(nextChoice(CHOICES[0] ?? null, -1)).toBe('content+speakers');
  expect([nextChoice(null), nextChoice(null, -1)]).toEqual([CHOICES[0], CHOICES.at(-1)]);
});

it('draws a layout small as it is drawn large', () => {
  const two = room([participant('a'), participant('b')]);
  expect(rectanglesOf(plainLayout('chair+5'), two)).toEqual(LAYOUTS['1+5']);
  expect(rectanglesOf(plainLayout('auto'), two)).toMatchObject([...LAYOUTS['side-by-side']]);
  const tiles = [{ x: 0, y: 0, w: 1 / 2, h: 1 }];
  expect(rectanglesOf({ name: 'custom', slots: [{ show: 'auto' }], tiles }, two)).toEqual(tiles);
});

it('swaps two tiles', () => {
  expect(swapSlots(grid, 0, 3).slots).toEqual([{ show: 'empty' }, site('b'), { show: 'auto' }, site('a')]);
  expect(swapSlots(grid, 0, 9)).toBe(grid);
});

it('fits one tile', () => {
  expect(fitSlot(grid, 2, 'contain').slots).toEqual(grid.slots.with(2, { show: 'auto', fit: 'contain' }));
});

it('leaves out the sites of another meeting, but neither tiles nor fits', () => {
  const fitted = fitSlot(grid, 1, 'contain');
  const fit = 'contain' as const;
  expect(withoutSites(fitted, (id) => id === 'a').slots).toEqual(grid.slots.with(1, { show: 'auto', fit }));
  expect(withoutSites(grid).slots.slice(0, 2)).toEqual([{ show: 'auto' }, { show: 'auto' }]);
});
