import type { Layout, Rectangle, RoomState, Slot } from '../../../server/protocol/records.ts';
import { defaultSlots, type FixedLayout, LAYOUTS } from '../../../server/room/geometry.ts';
import { tilesOf } from '../../../server/room/layout.ts';

/** What the console offers: every layout but `custom`, and those in which the chair is always large. */
export type Choice = FixedLayout | 'auto' | 'chair+5' | 'chair+7';

/** In the order in which the console offers them. */
export const CHOICES: readonly Choice[] = [
  'auto',
  '1',
  'side-by-side',
  'pip',
  '2x2',
  '1+5',
  'chair+5',
  '1+7',
  'chair+7',
  '3x3',
  '4x4',
  '5x5',
  'content+speaker',
  'content+speakers',
];

const CHAIR_LARGE = { 'chair+5': '1+5', 'chair+7': '1+7' } as const;

function isChairLarge(choice: Choice): choice is keyof typeof CHAIR_LARGE {
  return choice in CHAIR_LARGE;
}

/** Which of the choices this layout is; null for one of its own tiles. */
export function choiceOf({ name, slots }: Pick<Layout, 'name' | 'slots'>): Choice | null {
  if (name === 'custom') return null;
  if (slots[0]?.show !== 'chair') return name;
  return CHOICES.find((choice) => isChairLarge(choice) && CHAIR_LARGE[choice] === name) ?? name;
}

/** What a choice is without any site in it. */
export function plainLayout(choice: Choice): Layout {
  if (choice === 'auto') return { name: 'auto', slots: [] };
  if (!isChairLarge(choice)) return { name: choice, slots: defaultSlots(choice) };
  const name = CHAIR_LARGE[choice];
  return { name, slots: defaultSlots(name).with(0, { show: 'chair' }) };
}

/** Another layout with the choices of this one, slot by slot; those with content have choices of their own. */
export function changeLayout(layout: Layout, choice: Choice): Layout {
  const { name, slots } = plainLayout(choice);
  if (showsContent(slots) || showsContent(layout.slots)) return { name, slots };
  const isLarge = isChairLarge(choice);
  return {
    name,
    slots: slots.map((slot, place) => (isLarge && place === 0 ? slot : keptOr(slot, place, layout, isLarge))),
  };
}

/** The large place of a chair says which choice it is: the chair is not kept there, nor beside a large one. */
function keptOr(slot: Slot, place: number, { slots }: Layout, isLarge: boolean): Slot {
  const kept = slots[place];
  const isChair = kept?.show === 'chair' && (place === 0 || isLarge);
  return kept === undefined || isChair ? slot : kept;
}

/** The next layout offered, or the one before with `step` −1; round and round. */
export function nextChoice(choice: Choice | null, step: 1 | -1 = 1): Choice {
  const place = choice === null ? (step === 1 ? -1 : 0) : CHOICES.indexOf(choice);
  return CHOICES[(place + step + CHOICES.length) % CHOICES.length] ?? 'auto';
}

/** The tiles of a layout, for a small drawing of it; those of `auto` as this room has them now. */
export function rectanglesOf(layout: Layout, room: RoomState): readonly Rectangle[] {
  if (layout.name === 'custom') return layout.tiles ?? [];
  return layout.name === 'auto' ? tilesOf(layout, room) : LAYOUTS[layout.name];
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

/** The layout with another fit in one slot. */
export function fitSlot(layout: Layout, place: number, fit: NonNullable<Slot['fit']>): Layout {
  return { ...layout, slots: layout.slots.map((slot, at) => (at === place ? { ...slot, fit } : slot)) };
}

export function swapSlots(layout: Layout, a: number, b: number): Layout {
  const [first, second] = [layout.slots[a], layout.slots[b]];
  if (!first || !second) return layout;
  return { ...layout, slots: layout.slots.map((slot, at) => (at === a ? second : at === b ? first : slot)) };
}

/** Without the sites of one meeting, which no other meeting knows. @param isKnown the sites that may stay */
export function withoutSites(layout: Layout, isKnown: (participantId: string) => boolean = () => false): Layout {
  const slots = layout.slots.map(
    (slot): Slot =>
      slot.show === 'participant' && !isKnown(slot.participantId)
        ? { show: 'auto', ...(slot.fit ? { fit: slot.fit } : {}) }
        : slot,
  );
  return { ...layout, slots };
}
