import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Watched } from '../../server/protocol/media.ts';
import type { RoomState, SourceRef } from '../../server/protocol/records.ts';
import { spatialLayerFor, type Tile, tilesOf } from '../../server/room/layout.ts';
import { isIn } from '../../server/room/state.ts';

/** What the composer must now do for this room: which pictures it wants, what it draws, which mixes it makes. */
export interface CompositionPlan {
  watch: Watched[];
  tiles: Tile[];
  /** Codecs whose microphone is open: each gets the mix without itself. */
  mixesMinus: ParticipantId[];
}

/** The names of the engine's inputs: the same for a participant's stream however often it comes anew. */
export function inputIdOf(from: Pick<SourceRef, 'participantId' | 'source'>): string {
  return `${from.participantId}/${from.source}`;
}

/** @param height of the composed picture in pixels: decides which simulcast layer a tile needs */
export function planComposition(state: RoomState, height: number): CompositionPlan {
  const tiles = tilesOf(state.program, state);
  const layers = new Map<string, Watched>();
  for (const tile of tiles) {
    if (!tile.picture || tile.participantId === null) continue;
    const from = { participantId: tile.participantId, source: tile.source };
    const spatialLayer = Math.max(spatialLayerFor(tile.h * height), layers.get(inputIdOf(from))?.spatialLayer ?? 0);
    layers.set(inputIdOf(from), { from, spatialLayer });
  }
  const speaking = Object.values(state.participants).filter((p) => p.kind === 'sip' && p.gate === 'open' && isIn(p));
  return { watch: [...layers.values()], tiles, mixesMinus: speaking.map((p) => p.id).sort() };
}

/** A composition costs a processor core: it runs while someone consumes it. */
export function isCompositionWanted(state: RoomState): boolean {
  if (state.recording.status !== 'off') return true;
  return state.status === 'open' && Object.values(state.participants).some((p) => p.kind === 'sip' && isIn(p));
}
