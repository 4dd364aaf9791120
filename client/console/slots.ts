import type { Layout, LayoutName, Slot } from '../../server/protocol/records.ts';
import { defaultSlots, type FixedLayout } from '../../server/room/geometry.ts';

/** The layouts in the order in which the console offers them. */
export const LAYOUT_ORDER: readonly FixedLayout[] = [
  '1',
  'side-by-side',
  'pip',
  '2x2',
  '1+5',
  '1+7',
  '3x3',
  '4x4',
  '5x5',
  'content+speaker',
  'content+speakers',
];

/** Another layout with the choices of this one, slot by slot; those with content have choices of their own. */
export function changeLayout(layout: Layout, name: FixedLayout): Layout {
  const slots = defaultSlots(name);
  if (showsContent(slots) || showsContent(layout.slots)) return { name, slots };
  return { name, slots: slots.map((slot, place) => layout.slots[place] ?? slot) };
}

/** The next layout offered, or the one before with `step` −1; round and round. */
export function nextLayout(name: LayoutName, step: 1 | -1 = 1): FixedLayout {
  const order: readonly LayoutName[] = LAYOUT_ORDER;
  const place = order.indexOf(name);
  return LAYOUT_ORDER[(place + step + LAYOUT_ORDER.length) % LAYOUT_ORDER.length] ?? '1';
}

function showsContent(slots: readonly Slot[]): boolean {
  return slots.some((slot) => slot.show === 'content');
}

/** The layout with something else in one slot. A participant that had a slot of its own changes places. */
export function assign(layout: Layout, place: number, slot: Slot): Layout {
  const before = layout.slots[place];
  if (!before) return layout;
  const elsewhere =
    slot.show === 'participant'
      ? layout.slots.findIndex((other) => other.show === 'participant' && other.participantId === slot.participantId)
      : -1;
  return {
    ...layout,
    slots: layout.slots.map((other, at) => (at === place ? slot : at === elsewhere ? before : other)),
  };
}

export function swapSlots(layout: Layout, a: number, b: number): Layout {
  const [first, second] = [layout.slots[a], layout.slots[b]];
  if (!first || !second) return layout;
  return { ...layout, slots: layout.slots.map((slot, at) => (at === a ? second : at === b ? first : slot)) };
}
