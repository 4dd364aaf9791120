import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Watched } from '../../server/protocol/media.ts';
import type { Layout, Participant, RoomState, SentSource, SourceRef } from '../../server/protocol/records.ts';
import { defaultSlots } from '../../server/room/geometry.ts';
import { presenterOf, spatialLayerFor, type Tile, tilesOf } from '../../server/room/layout.ts';
import { isIn } from '../../server/room/state.ts';
import { PROGRAM_KEY, pictureKeyFor, sentPictureOf, tilesFor } from '../../server/room/viewing.ts';
import { COMPOSER_ID, CONTENT_COMPOSER_ID, composerFor, INSIDE_COMPOSER_ID } from './id.ts';

/** One picture that somebody consumes: who draws it, and as what it is published. */
export interface PicturePlan {
  composerId: ParticipantId;
  sent: SentSource;
  tiles: Tile[];
}

const IDLE_MIXES_KEPT = 4;
const CONTENT: Layout = { name: '1', slots: [{ show: 'content' }] };
const WITH_CONTENT: Layout = { name: 'content+speaker', slots: defaultSlots('content+speaker') };

/** The names of the engine's inputs: the same for a participant's stream however often it comes anew. */
export function inputIdOf(from: Pick<SourceRef, 'participantId' | 'source'>): string {
  return `${from.participantId}/${from.source}`;
}

/** Every picture that is wanted now; each costs a composition, so none is made that nobody sees. */
export function picturesOf(state: RoomState): PicturePlan[] {
  if (!isCompositionWanted(state)) return [];
  const program = state.hold ? [] : tilesOf(state.program, state);
  const codecs = codecsIn(state);
  const plans: PicturePlan[] = [{ composerId: COMPOSER_ID, sent: { source: 'program' }, tiles: program }];
  const presenter = presenterOf(state);
  const viewers = presenter && !state.hold ? codecs.filter((p) => p.id !== presenter.id) : [];
  if (viewers.some((p) => p.endpoint?.content === 'separate')) {
    plans.push({ composerId: CONTENT_COMPOSER_ID, sent: { source: 'content' }, tiles: tilesOf(CONTENT, state) });
  }
  const seesInside = viewers.some((p) => p.endpoint?.content === 'inside' && !p.bridge);
  if (seesInside && !program.some((tile) => tile.source === 'screen')) {
    const tiles = tilesOf(WITH_CONTENT, state);
    plans.push({ composerId: INSIDE_COMPOSER_ID, sent: { source: 'programWithContent' }, tiles });
  }
  const others = new Map(codecs.map(({ id }) => [pictureKeyFor(state, id), id]));
  others.delete(PROGRAM_KEY);
  for (const [key, id] of others) {
    plans.push({ composerId: composerFor(key), sent: sentPictureOf(key), tiles: tilesFor(state, id) });
  }
  return plans;
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

/** A composition costs a processor core: it runs while someone consumes it. */
export function isCompositionWanted(state: RoomState): boolean {
  if (state.recording.status !== 'off') return true;
  return state.status === 'open' && codecsIn(state).length > 0;
}

function codecsIn(state: RoomState): Participant[] {
  return Object.values(state.participants).filter((p) => p.kind === 'sip' && isIn(p));
}
