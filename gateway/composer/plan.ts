import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Watched } from '../../server/protocol/media.ts';
import type { Layout, Participant, RoomState, SentSource, SourceRef } from '../../server/protocol/records.ts';
import { defaultSlots } from '../../server/room/geometry.ts';
import { presenterOf, spatialLayerFor, type Tile, tilesOf } from '../../server/room/layout.ts';
import { isIn } from '../../server/room/state.ts';
import { PROGRAM_KEY, pictureKeyFor, sentPictureOf, tilesFor } from '../../server/room/viewing.ts';
import { COMPOSER_ID, CONTENT_COMPOSER_ID, composerFor, INSIDE_COMPOSER_ID } from './id.ts';

/** One picture that somebody consumes: who draws it, and as what it is published, in every tier. */
export interface PicturePlan {
  composerId: ParticipantId;
  sent: SentSource;
  tiles: Tile[];
  /** It comes and goes with who speaks, and is soon wanted again. */
  isPassing: boolean;
}

const IDLE_MIXES_KEPT = 4;
const CONTENT: Layout = { name: '1', slots: [{ show: 'content' }] };
const WITH_CONTENT: Layout = { name: 'content+speaker', slots: defaultSlots('content+speaker') };

/** The names of the engine's inputs: the same for a participant's stream however often it comes anew. */
export function inputIdOf(from: Pick<SourceRef, 'participantId' | 'source'>): string {
  return `${from.participantId}/${from.source}`;
}

/**
 * Every picture that is wanted now; each costs a composition, so none is made that nobody sees. Who draws one is named by
 * its key: the program stays with one composition for life, and codecs that speak in turn pass another on to each other.
 */
export function picturesOf(state: RoomState): PicturePlan[] {
  const codecs = state.status === 'open' ? codecsIn(state).filter(hasScreen) : [];
  if (codecs.length === 0 && state.recording.status === 'off') return [];
  const program = state.hold ? [] : tilesOf(state.program, state);
  return [
    { composerId: COMPOSER_ID, sent: { source: 'program' }, tiles: program, isPassing: false },
    ...contentPictures(state, codecs),
    ...otherPictures(state, codecs),
  ];
}

/** What is presented, for those who have not presented it themselves. */
function contentPictures(state: RoomState, codecs: readonly Participant[]): PicturePlan[] {
  if (state.hold || !presenterOf(state)) return [];
  const separate = codecs.some((p) => showsContent(state, p) && p.endpoint?.content === 'separate');
  const content = { composerId: CONTENT_COMPOSER_ID, sent: { source: 'content' as const } };
  const inside = { composerId: INSIDE_COMPOSER_ID, sent: { source: 'programWithContent' as const } };
  return [
    ...(separate ? [{ ...content, tiles: tilesOf(CONTENT, state), isPassing: false }] : []),
    ...(codecs.some((p) => seesInside(state, p))
      ? [{ ...inside, tiles: tilesOf(WITH_CONTENT, state), isPassing: false }]
      : []),
  ];
}

/** Every picture that is another than the program. */
function otherPictures(state: RoomState, codecs: readonly Participant[]): PicturePlan[] {
  const viewers = new Map(codecs.map(({ id }) => [pictureKeyFor(state, id), id]));
  viewers.delete(PROGRAM_KEY);
  return [...viewers].map(([key, id]) => ({
    composerId: composerFor(key),
    sent: sentPictureOf(key),
    tiles: tilesFor(state, id),
    isPassing: key !== id && key !== 'codecs',
  }));
}

function showsContent(state: RoomState, codec: Participant): boolean {
  const presenter = presenterOf(state);
  return !state.hold && presenter !== undefined && presenter.id !== codec.id;
}

/** Whether this codec is to have what is presented inside its one picture, and has not got it there already. */
export function seesInside(state: RoomState, codec: Participant): boolean {
  if (codec.bridge || codec.endpoint?.content !== 'inside' || !showsContent(state, codec)) return false;
  return !tilesFor(state, codec.id).some((tile) => tile.source === 'screen');
}

/** The pictures that these tiles need, each at the simulcast layer of its largest tile. `height` in pixels. */
export function watchedBy(tiles: readonly Tile[], height: number): Watched[] {
  const layers = new Map<string, Watched>();
  for (const tile of tiles) {
    if (!tile.picture || tile.participantId === null) continue;
    const from = { participantId: tile.participantId, source: tile.source };
    const spatialLayer = Math.max(spatialLayerFor(tile.h * height), layers.get(inputIdOf(from))?.spatialLayer ?? 0);
    layers.set(inputIdOf(from), { from, spatialLayer });
  }
  return [...layers.values()];
}

/** Codecs whose microphone is open: each gets the mix without itself. */
export function mixesMinusOf(state: RoomState): ParticipantId[] {
  return codecsIn(state)
    .filter((p) => p.gate === 'open')
    .map((p) => p.id)
    .sort();
}

/**
 * Each mix costs an encoder, and in a long meeting every site speaks once: of those that nobody hears now only the last few
 * stay, for a discussion that goes back and forth. @param held who spoke last at the end
 */
export function superfluousMixes(held: readonly ParticipantId[], wanted: readonly ParticipantId[]): ParticipantId[] {
  const idle = held.filter((id) => !wanted.includes(id));
  return idle.slice(0, Math.max(0, idle.length - IDLE_MIXES_KEPT));
}

/** The mixes run while someone hears them: also a telephone. */
export function isMixWanted(state: RoomState): boolean {
  if (state.recording.status !== 'off') return true;
  return state.status === 'open' && codecsIn(state).length > 0;
}

function codecsIn(state: RoomState): Participant[] {
  return Object.values(state.participants).filter((p) => p.kind === 'sip' && isIn(p));
}

/** All but telephones. */
function hasScreen({ endpoint }: Participant): boolean {
  return endpoint?.video !== false;
}
