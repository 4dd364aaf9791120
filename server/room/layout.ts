import type { ParticipantId } from '../protocol/ids.ts';
import type { Layout, LayoutName, Participant, RoomState, Slot, Source } from '../protocol/records.ts';
import { isAttendee, isIn } from './state.ts';

/** Fractions of the picture, from the top left corner. */
export interface Rectangle {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** One field of a picture: where it is, whom it shows, and what is written on it. */
export interface Tile extends Rectangle {
  slot: number;
  participantId: ParticipantId | null;
  source: Extract<Source, 'camera' | 'screen'>;
  /** A screen is never cropped; a camera fills its tile. */
  fit: 'cover' | 'contain';
  label: string;
  /** There is a picture to draw; otherwise the name card is drawn. */
  picture: boolean;
  away: boolean;
  live: boolean;
  muted: boolean;
  speaking: boolean;
}

const FULL: Rectangle = { x: 0, y: 0, w: 1, h: 1 };

/** The geometry of each layout: one rectangle for each slot. Every one keeps the whole picture's shape. */
export const LAYOUTS: Readonly<Record<LayoutName, readonly Rectangle[]>> = {
  '1': [FULL],
  '1+5': [
    { x: 0, y: 0, w: 2 / 3, h: 2 / 3 },
    { x: 2 / 3, y: 0, w: 1 / 3, h: 1 / 3 },
    { x: 2 / 3, y: 1 / 3, w: 1 / 3, h: 1 / 3 },
    { x: 0, y: 2 / 3, w: 1 / 3, h: 1 / 3 },
    { x: 1 / 3, y: 2 / 3, w: 1 / 3, h: 1 / 3 },
    { x: 2 / 3, y: 2 / 3, w: 1 / 3, h: 1 / 3 },
  ],
  '2x2': grid(2),
  '3x3': grid(3),
  'side-by-side': [
    { x: 0, y: 1 / 4, w: 1 / 2, h: 1 / 2 },
    { x: 1 / 2, y: 1 / 4, w: 1 / 2, h: 1 / 2 },
  ],
  'content+speaker': [
    { x: 0, y: 1 / 8, w: 3 / 4, h: 3 / 4 },
    { x: 3 / 4, y: 3 / 8, w: 1 / 4, h: 1 / 4 },
  ],
};

function grid(n: number): Rectangle[] {
  return Array.from({ length: n * n }, (_, i) => ({ x: (i % n) / n, y: Math.floor(i / n) / n, w: 1 / n, h: 1 / n }));
}

/** What a layout's slots are when nothing was chosen yet: the speaker (or the content) large, the others in turn. */
export function defaultSlots(name: LayoutName): Slot[] {
  return LAYOUTS[name].map((_, i): Slot => {
    if (name === 'content+speaker') return i === 0 ? { show: 'content' } : { show: 'speaker' };
    return i === 0 && (name === '1' || name === '1+5') ? { show: 'speaker' } : { show: 'auto' };
  });
}

/**
 * The one layout, drawn three ways: in CSS by browsers, by the composer for codecs and the recording, small in the
 * operator's preview. Nobody is shown twice: where the speaker's slot shows someone who has a slot of his own as well,
 * that one shows the next in turn. A bridge (REG-19) has automatic slots and those that name it, but is never shown as
 * the speaker.
 * @param without whom it is drawn for, where he must not see himself: his own slots show the next in turn
 * @returns one tile for each slot, in the order of the slots
 */
export function tilesOf(layout: Layout, state: RoomState, { without }: { without?: ParticipantId } = {}): Tile[] {
  const order = seating(state).filter((p) => p.id !== without);
  const shown = new Map<number, Shown>();
  const used = new Set<ParticipantId>();
  const place = (slot: number, participant: Participant | undefined, source: Shown['source'] = 'camera') => {
    if (!participant || participant.id === without || (source === 'camera' && used.has(participant.id))) return;
    if (source === 'camera') used.add(participant.id);
    shown.set(slot, { participant, source });
  };
  const slots = layout.slots.map((slot, index) => ({ slot, index }));
  const content = slots.find(({ slot }) => slot.show === 'content');
  if (content) place(content.index, presenterOf(state), 'screen');
  const speakers = slots.filter(({ slot }) => slot.show === 'speaker');
  const speaking = state.speaker === null ? undefined : state.participants[state.speaker];
  for (const { index } of speakers) if (isIn(speaking)) place(index, speaking);
  for (const { slot, index } of slots) {
    if (slot.show === 'participant') place(index, state.participants[slot.participantId]);
  }
  for (const { index } of speakers)
    if (!shown.has(index)) place(index, inPlaceOfSpeaker(order.filter((p) => !used.has(p.id) && !p.bridge)));
  for (const { slot, index } of slots) {
    const fixed = slot.show === 'empty' || slot.show === 'content' || shown.has(index);
    if (!fixed)
      place(
        index,
        order.find((p) => !used.has(p.id)),
      );
  }
  return LAYOUTS[layout.name].map((rectangle, index) => tile(index, rectangle, shown.get(index), state));
}

interface Shown {
  participant: Participant;
  source: 'camera' | 'screen';
}

/** Until someone speaks: an open microphone, the chair, the first with a picture. */
function inPlaceOfSpeaker(order: Participant[]): Participant | undefined {
  return order.find((p) => p.gate === 'open') ?? order.find((p) => p.role === 'chair') ?? order[0];
}

/** Whose content is shown: a newer presentation has ended the older. */
export function presenterOf(state: RoomState): Participant | undefined {
  return Object.values(state.participants).find((p) => isIn(p) && sends(p, 'screen'));
}

/** Who fills the automatic slots, in this order: with a picture before without, the chair first, then as they came. */
function seating(state: RoomState): Participant[] {
  return Object.values(state.participants)
    .filter((p) => isIn(p) && isAttendee(p) && p.role !== 'operator' && (p.role !== 'guest' || sends(p, 'camera')))
    .sort(bySeat);
}

function bySeat(a: Participant, b: Participant): number {
  return (
    Number(sends(b, 'camera')) - Number(sends(a, 'camera')) ||
    Number(b.role === 'chair') - Number(a.role === 'chair') ||
    a.joinedAt - b.joinedAt ||
    (a.id < b.id ? -1 : 1)
  );
}

export function sends(participant: Participant, source: Source): boolean {
  return participant.sources.some((s) => s.source === source);
}

function tile(slot: number, rectangle: Rectangle, shown: Shown | undefined, state: RoomState): Tile {
  const p = shown?.participant;
  const source = shown?.source ?? 'camera';
  return {
    ...rectangle,
    slot,
    participantId: p?.id ?? null,
    source,
    fit: source === 'screen' ? 'contain' : 'cover',
    label: p?.name ?? '',
    picture: p !== undefined && isIn(p) && sends(p, source),
    away: p !== undefined && p.presence !== 'present',
    live: p?.gate === 'open',
    muted: p?.muted ?? false,
    speaking: p !== undefined && p.id === state.speaker,
  };
}

/**
 * The simulcast layer (0 smallest: a quarter, a half, the whole of 720 lines) that a tile of this height needs.
 * @param pixels height of the tile in device pixels
 */
export function spatialLayerFor(pixels: number): 0 | 1 | 2 {
  if (pixels <= 220) return 0;
  return pixels <= 440 ? 1 : 2;
}
