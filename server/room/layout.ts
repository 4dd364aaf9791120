import type { ParticipantId } from '../protocol/ids.ts';
import type { Fit, Layout, Participant, Rectangle, RoomState, Slot, Source } from '../protocol/records.ts';
import { drawnAs, largestOf } from './geometry.ts';
import { isAttendee, isIn } from './state.ts';

/** One field of a picture: where it is (fractions of it, from its top left corner), whom it shows, what is written on it. */
export interface Tile extends Rectangle {
  slot: number;
  /** A higher one lies over a lower. */
  z: number;
  participantId: ParticipantId | null;
  source: Extract<Source, 'camera' | 'screen'>;
  /** As the slot says; else a screen is never cropped, and a camera fills its tile. */
  fit: Fit;
  label: string;
  /** There is a picture to draw; otherwise the name card is drawn. */
  picture: boolean;
  away: boolean;
  live: boolean;
  muted: boolean;
  speaking: boolean;
}

/** For whom a layout is drawn. */
export interface Beholder {
  /** He must not see himself: his own slots show the next in turn. */
  without?: ParticipantId | undefined;
  /** A codec does not see itself large: what is larger than others shows another, unless it names him. */
  viewer?: ParticipantId | undefined;
}

/**
 * The one layout, drawn three ways: in CSS by browsers, by the composer for codecs and the recording, small in the
 * operator's preview. Nobody is shown twice: where the speaker's slot shows someone who has a slot of his own as well,
 * that one shows the next in turn; the chair's slot keeps him. A bridge (REG-19) has automatic slots and those that
 * name it, but is not shown as the speaker while there is anyone else to show.
 * @returns one tile for each slot, in the order of the slots
 */
export function tilesOf(layout: Layout, state: RoomState, { without, viewer }: Beholder = {}): Tile[] {
  const order = seating(state).filter((p) => p.id !== without);
  const presenter = presenterOf(state);
  const shown = presenter?.id === without ? undefined : presenter;
  const { slots, rectangles } = drawnAs(layout, order.length, shown !== undefined);
  const passedOver = viewer !== undefined && state.participants[viewer]?.kind === 'sip' ? viewer : undefined;
  const places = cast(slots, { state, order, without, passedOver, large: new Set(largestOf(rectangles)) });
  const content = slots.findIndex((slot) => slot.show === 'content');
  return rectangles.map((rectangle, index) => {
    const isContent = index === content && shown !== undefined;
    const participant = isContent ? shown : places.get(index);
    const source = isContent ? 'screen' : 'camera';
    return tile(index, rectangle, { participant, source, fit: slots[index]?.fit }, state);
  });
}

interface Casting {
  state: RoomState;
  /** Who fills the automatic slots. */
  order: readonly Participant[];
  without: ParticipantId | undefined;
  /** In the large slots, where they do not name him. */
  passedOver: ParticipantId | undefined;
  large: ReadonlySet<number>;
}

/** Whose camera each slot shows: the chair's before the speaker's, those before who was named, all before the rest. */
function cast(slots: readonly Slot[], { state, order, without, passedOver, large }: Casting) {
  const places = new Map<number, Participant>();
  const used = new Set<ParticipantId>();
  const place = (index: number, participant: Participant | undefined) => {
    if (!participant || participant.id === without || used.has(participant.id) || places.has(index)) return;
    used.add(participant.id);
    places.set(index, participant);
  };
  const isFree = (index: number, p: Participant) => !used.has(p.id) && !(p.id === passedOver && large.has(index));
  const free = (index: number) => order.filter((p) => isFree(index, p));
  const each = (show: Slot['show'], of: (index: number, slot: Slot) => Participant | undefined) => {
    for (const [index, slot] of slots.entries()) if (slot.show === show) place(index, of(index, slot));
  };
  const speaking = state.speaker === null ? undefined : state.participants[state.speaker];

  each('chair', () => order.find((p) => p.role === 'chair'));
  each('speaker', (index) => (isIn(speaking) && isFree(index, speaking) ? speaking : undefined));
  each('participant', (_, slot) => (slot.show === 'participant' ? state.participants[slot.participantId] : undefined));
  each('speaker', (index) => inPlaceOfSpeaker(free(index).filter((p) => !p.bridge)));
  for (const [index, { show }] of slots.entries())
    if (show !== 'empty' && show !== 'content') place(index, free(index)[0]);
  return places;
}

interface Shown {
  participant: Participant | undefined;
  source: 'camera' | 'screen';
  fit: Fit | undefined;
}

/** Until someone speaks: an open microphone, the chair, the first with a picture. */
function inPlaceOfSpeaker(order: Participant[]): Participant | undefined {
  return order.find((p) => p.gate === 'open') ?? order.find((p) => p.role === 'chair') ?? order[0];
}

/** Whose content is shown: a newer presentation has ended the older. */
export function presenterOf(state: RoomState): Participant | undefined {
  return Object.values(state.participants).find((p) => isIn(p) && isAttendee(p) && sends(p, 'screen'));
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

function tile(slot: number, { x, y, w, h }: Rectangle, shown: Shown, state: RoomState): Tile {
  const { participant: p, source, fit } = shown;
  return {
    ...{ x, y, w, h },
    slot,
    z: slot,
    participantId: p?.id ?? null,
    source,
    fit: fit ?? (source === 'screen' ? 'contain' : 'cover'),
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
