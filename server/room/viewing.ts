import type { ParticipantId } from '../protocol/ids.ts';
import type { Layout, Participant, RoomState, SentSource } from '../protocol/records.ts';
import { isSameLayout, largestOf } from './geometry.ts';
import { type Beholder, type Tile, tilesOf } from './layout.ts';

/** The key of the picture that most see. */
export const PROGRAM_KEY = 'program';

/** What this participant is to see: his own picture, a codec's the codecs', else the program. */
export function layoutFor(state: RoomState, participantId: ParticipantId): Layout {
  const isCodec = state.participants[participantId]?.kind === 'sip';
  return state.own[participantId] ?? (isCodec ? state.own.codecs : undefined) ?? state.program;
}

/** What this participant sees; nothing but the hold slide while the meeting is held. */
export function tilesFor(state: RoomState, participantId: ParticipantId): Tile[] {
  return state.hold ? [] : tilesOf(layoutFor(state, participantId), state, beholder(state, participantId));
}

/**
 * Names the picture that this participant sees: who has the same key has the same tiles, so that each key is drawn
 * once. A key keeps its meaning as long as it can: `program` and `codecs` through every take and hold, with a number
 * (`program-0`) for the codec that is in the large tile (the first of the large ones) and sees it filled by another. A
 * bridge that is in its own picture, and whoever has an own one that differs, has his id for a key.
 */
export function pictureKeyFor(state: RoomState, participantId: ParticipantId): string {
  const viewer = state.participants[participantId];
  const layout = layoutFor(state, participantId);
  const shared = sharedKeyOf(state, layout, viewer);
  if (shared === undefined) return participantId;
  if (viewer?.kind !== 'sip') return shared;
  const tiles = tilesOf(layout, state);
  const place = tiles.findIndex((t) => t.participantId === participantId && (viewer.bridge || t.source === 'camera'));
  if (place < 0) return shared;
  if (viewer.bridge) return participantId;
  const large = largestOf(tiles).indexOf(place);
  if (large < 0) return shared;
  const isPassedOver = tilesOf(layout, state, { viewer: participantId })[place]?.participantId !== participantId;
  return isPassedOver ? `${shared}-${large}` : shared;
}

/** As what the composer publishes the picture of this key. */
export function sentPictureOf(key: string): SentSource {
  return key === PROGRAM_KEY ? { source: 'program' } : { source: 'program', for: key };
}

function sharedKeyOf(state: RoomState, layout: Layout, viewer: Participant | undefined): string | undefined {
  if (isSameLayout(layout, state.program)) return PROGRAM_KEY;
  const { codecs } = state.own;
  return viewer?.kind === 'sip' && codecs && isSameLayout(layout, codecs) ? 'codecs' : undefined;
}

/** An upper level's bridge is not in its own picture (REG-19); other codecs are not large in theirs. */
function beholder({ participants }: RoomState, participantId: ParticipantId): Beholder {
  const viewer = participants[participantId];
  return viewer?.kind === 'sip' && viewer.bridge ? { without: participantId } : { viewer: participantId };
}
