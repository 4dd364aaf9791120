import { describe, expect, it } from 'vitest';
import { assign, changeLayout, LAYOUT_ORDER, nextLayout, swapSlots } from '../../../client/console/slots.ts';
import type { Layout, Slot } from '../../../server/protocol/records.ts';
import { LAYOUTS } from '../../../server/room/geometry.ts';

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
  it.each(LAYOUT_ORDER)('gives %s as many slots as it has tiles', (name) => {
    expect(changeLayout(grid, name).slots).toHaveLength(LAYOUTS[name].length);
  });
});

it('offers every layout, round and round', () => {
  expect([...LAYOUT_ORDER].sort()).toEqual(Object.keys(LAYOUTS).sort());
  expect(nextLayout('content+speakers')).toBe('1');
  expect(nextLayout('1', -1)).toBe('content+speakers');
  expect(nextLayout('custom')).toBe('1');
});

it('swaps two tiles', () => {
  expect(swapSlots(grid, 0, 3).slots).toEqual([{ show: 'empty' }, site('b'), { show: 'auto' }, site('a')]);
  expect(swapSlots(grid, 0, 9)).toBe(grid);
});
