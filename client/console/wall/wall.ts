import type { ParticipantId } from '../../../server/protocol/ids.ts';
import type { FloorRequest, Participant, RoomState, SourceRef } from '../../../server/protocol/records.ts';
import { sends, tilesOf } from '../../../server/room/layout.ts';
import { isAttendee, isPending } from '../../../server/room/state.ts';
import { fold } from '../../ui/fold.ts';

/** A site on the wall, or the content that one shares. */
export interface WallCard {
  key: string;
  participant: Participant;
  content: boolean;
  /** The picture to draw; null where there is none. */
  source: SourceRef | null;
  /** A codec among many: a still every few seconds instead of its one large picture. */
  still: boolean;
  inProgram: boolean;
  inPreview: boolean;
  /** It has a picture of its own instead of the program. */
  ownPicture: boolean;
  /** Its speech request that is not over. */
  request: FloorRequest | null;
  speaking: boolean;
}

export const WALL_FILTERS = ['all', 'heard', 'waiting', 'absent'] as const;
export type WallFilter = (typeof WALL_FILTERS)[number];

/** So many codecs are seen moving on the wall; more would be as many large pictures in small cards. */
const MOVING_CODECS = 6;

const ROLE_ORDER: Record<Participant['role'], number> = { chair: 0, site: 1, guest: 2, operator: 3, service: 4 };

/**
 * Every card of the wall: shared content first, then the chair, the sites and the guests by name; at the end operators
 * who show themselves, so that they can be put into a tile. Nothing that happens
 * moves a card, so that the operator's hand finds it again.
 * @param compare how names are ordered, by the page's language
 */
export function cardsOf(room: RoomState, compare: (a: string, b: string) => number): WallCard[] {
  // While the meeting is held, nobody sees the program.
  const program = room.hold ? new Set<string>() : shownBy(room.program, room);
  const shown = { program, preview: shownBy(room.preview.layout, room) };
  const requests = new Map(room.requests.filter(isPending).map((request) => [request.participantId, request]));
  const sites = Object.values(room.participants)
    .filter((p) => isAttendee(p) && (p.role !== 'operator' || (p.presence === 'present' && sends(p, 'camera'))))
    .sort((a, b) => ROLE_ORDER[a.role] - ROLE_ORDER[b.role] || compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
  const presenters = Object.values(room.participants)
    .filter((p) => p.presence === 'present' && sends(p, 'screen'))
    .sort((a, b) => compare(a.name, b.name));
  const codecs = sites.filter((p) => p.kind === 'sip' && p.presence === 'present' && sends(p, 'camera'));
  const card = (participant: Participant, content: boolean): WallCard => {
    const source = content ? 'screen' : 'camera';
    const key = `${participant.id}/${source}`;
    const sent = participant.presence === 'present' && sends(participant, source);
    return {
      key,
      participant,
      content,
      source: sent ? { participantId: participant.id, source } : null,
      still: sent && !content && participant.kind === 'sip' && codecs.length > MOVING_CODECS,
      inProgram: shown.program.has(key),
      inPreview: shown.preview.has(key),
      ownPicture: !content && room.own[participant.id] !== undefined,
      request: content ? null : (requests.get(participant.id) ?? null),
      speaking: !content && room.speaker === participant.id,
    };
  };
  return [...presenters.map((p) => card(p, true)), ...sites.map((p) => card(p, false))];
}

/** The new cards, but the very object of before where nothing about a card has changed: then it is not drawn anew. */
export function keepUnchanged(before: readonly WallCard[], after: readonly WallCard[]): WallCard[] {
  const known = new Map(before.map((card) => [card.key, card]));
  return after.map((card) => {
    const same = known.get(card.key);
    return same && isSame(same, card) ? same : card;
  });
}

function isSame(a: WallCard, b: WallCard): boolean {
  return (
    a.participant === b.participant &&
    a.request === b.request &&
    a.still === b.still &&
    a.inProgram === b.inProgram &&
    a.inPreview === b.inPreview &&
    a.ownPicture === b.ownPicture &&
    a.speaking === b.speaking
  );
}

function shownBy(layout: RoomState['program'], room: RoomState): ReadonlySet<string> {
  return new Set(tilesOf(layout, room).map((tile) => `${tile.participantId}/${tile.source}`));
}

const IS_WANTED: Record<WallFilter, (card: WallCard) => boolean> = {
  all: () => true,
  heard: (card) => card.participant.gate === 'open',
  waiting: (card) => card.request !== null && card.request.status !== 'speaking',
  absent: (card) => !card.content && card.participant.presence !== 'present',
};

/** The cards that a filter and a search leave. The search ignores case and Vietnamese marks: `cho moi` finds Chợ Mới. */
export function filterCards(cards: readonly WallCard[], filter: WallFilter, search: string): WallCard[] {
  const wanted = fold(search);
  return cards.filter((card) => IS_WANTED[filter](card) && fold(card.participant.name).includes(wanted));
}

export function countCards(cards: readonly WallCard[]): Record<WallFilter, number> {
  const sites = cards.filter((card) => !card.content && card.participant.role !== 'operator');
  const count = (filter: WallFilter) => sites.filter(IS_WANTED[filter]).length;
  return { all: sites.length, heard: count('heard'), waiting: count('waiting'), absent: count('absent') };
}

/** Who is heard now, the chair first and then as they came. */
export function heardNow(room: RoomState): Participant[] {
  return Object.values(room.participants)
    .filter((p) => p.gate === 'open' && isAttendee(p))
    .sort((a, b) => ROLE_ORDER[a.role] - ROLE_ORDER[b.role] || a.joinedAt - b.joinedAt);
}

/** The operators in the room but this one. */
export function otherOperators(room: RoomState, own: ParticipantId): Participant[] {
  return Object.values(room.participants).filter(
    (p) => p.role === 'operator' && p.presence === 'present' && p.id !== own,
  );
}
