import type { Watched } from '../protocol/media.ts';
import type { RoomState, SourceRef } from '../protocol/records.ts';
import type { Rank, Want } from './allocate.ts';
import type { SentStream } from './context.ts';
import { keyOf } from './sources.ts';

/** What layers cost where their sender has not said it: 180, 360 and 720 lines, kbit/s. */
const USUAL_KBPS = [150, 500, 1_700];
/** The layer of a picture that is looked at. */
const LARGE = 2;
/** A presentation in one layer. */
const USUAL_CONTENT_KBPS = 1_500;
/** A sound's packets with all their headers. */
const SOUND_KBPS = 45;

/**
 * What a viewer makes of what he watches: pictures in the order in which his line is to serve them. Where he does not
 * see who speaks, as when it is he himself, what he has large comes first.
 */
export function wantsOf(
  pictures: Iterable<Watched>,
  find: (ref: SourceRef) => SentStream | undefined,
  state: Pick<RoomState, 'speaker'>,
): Want[] {
  const wants = [...pictures].flatMap(({ from, spatialLayer }): Want[] => {
    const stream = find(from);
    return stream ? [{ key: keyOf(from), rank: rankOf(from, state), layer: spatialLayer, kbps: costsOf(stream) }] : [];
  });
  if (wants.some(({ rank }) => rank === 'speaker')) return wants;
  return wants.map((want) => (want.rank === 'thumbnail' && want.layer === LARGE ? { ...want, rank: 'speaker' } : want));
}

export function soundKbps(sounds: number): number {
  return sounds * SOUND_KBPS;
}

function rankOf({ participantId, source }: SourceRef, { speaker }: Pick<RoomState, 'speaker'>): Rank {
  if (source === 'screen' || source === 'content') return 'content';
  const isMain = participantId === speaker || source === 'program' || source === 'programWithContent';
  return isMain ? 'speaker' : 'thumbnail';
}

/**
 * As measured; a layer that is not sent now costs what its sender allows it, as far as the others make use of what they are
 * allowed: of a room where nothing moves all layers are small.
 */
function costsOf({ ref, producer, layersKbps = [] }: SentStream): number[] {
  const encodings = producer.rtpParameters.encodings ?? [];
  const usual = ref.source === 'camera' ? USUAL_KBPS : [USUAL_CONTENT_KBPS];
  const allowed = encodings.map(({ maxBitrate }, layer) => {
    return maxBitrate === undefined ? (usual[layer] ?? usual.at(-1) ?? 0) : maxBitrate / 1000;
  });
  const uses = allowed.flatMap((kbps, layer) => (layersKbps[layer] ? [layersKbps[layer] / kbps] : []));
  const use = uses.length > 0 ? Math.min(1, Math.max(...uses)) : 1;
  return allowed.map((kbps, layer) => layersKbps[layer] || kbps * use);
}
