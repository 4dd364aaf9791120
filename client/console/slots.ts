import type { Layout, LayoutName, Slot } from '../../server/protocol/records.ts';
import { defaultSlots } from '../../server/room/layout.ts';

/** The layouts in the order in which the console offers them. */
export const LAYOUT_ORDER: readonly LayoutName[] = ['1', 'side-by-side', '2x2', '1+5', '3x3', 'content+speaker'];

/** Another layout with the choices of this one, slot by slot; content + speaker has choices of its own. */
export function changeLayout(layout: Layout, name: LayoutName): Layout {
  const slots = defaultSlots(name);
  if (name === 'content+speaker' || layout.name === 'content+speaker') return { name, slots };
  return { name, slots: slots.map((slot, place) => layout.slots[place] ?? slot) };
}

/** The next layout offered, or the one before with `step` −1; round and round. */
export function nextLayout(name: LayoutName, step: 1 | -1 = 1): LayoutName {
  const place = LAYOUT_ORDER.indexOf(name);
  return LAYOUT_ORDER[(place + step + LAYOUT_ORDER.length) % LAYOUT_ORDER.length] ?? name;
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

/** Whether taking one would change nothing after the other. */
export function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.name === b.name && a.slots.length === b.slots.length && a.slots.every((slot, at) => sameSlot(slot, b.slots[at]))
  );
}

function sameSlot(a: Slot, b: Slot | undefined): boolean {
  if (a.show !== b?.show) return false;
  return a.show !== 'participant' || (b.show === 'participant' && a.participantId === b.participantId);
}
