import type { Watched } from '../protocol/media.ts';
import type { RoomState, SourceRef } from '../protocol/records.ts';
import { SOUND_KBPS, USUAL_CONTENT_KBPS, USUAL_KBPS } from '../room/usual-rates.ts';
import type { Rank, Want } from './allocate.ts';
import type { SentStream } from './context.ts';
import type { LayerDemand } from './layer-demand.ts';
import { keyOf } from './sources.ts';

/** The layer of a picture that is looked at. */
const LARGE = 2;

interface Priced extends Pick<SentStream, 'ref' | 'allowed' | 'layersKbps' | 'nowKbps'> {
  demand?: Pick<LayerDemand, 'asked'>;
}

/**
 * What a viewer makes of what he watches: pictures in the order in which his line is to serve them. Where he does not
 * see who speaks, as when it is he himself, what he has large comes first, or the first of the largest that he has: on a
 * weak line somebody is seen.
 * @param costsOf what the layers of a picture cost, kbit/s; undefined of what nobody sends
 */
export function wantsOf(
  pictures: Iterable<Watched>,
  costsOf: (ref: SourceRef) => readonly number[] | undefined,
  state: Pick<RoomState, 'speaker'>,
): Want[] {
  const wants = [...pictures].flatMap(({ from, spatialLayer }): Want[] => {
    const kbps = costsOf(from);
    return kbps ? [{ key: keyOf(from), rank: rankOf(from, state), layer: spatialLayer, kbps }] : [];
  });
  if (wants.some(({ rank }) => rank === 'speaker')) return wants;
  const thumbnails = wants.filter(({ rank }) => rank === 'thumbnail');
  const most = Math.max(...thumbnails.map(({ layer }) => layer));
  const first = thumbnails.find(({ layer }) => layer === most);
  const comesFirst = (want: Want) => want === first || (want.rank === 'thumbnail' && want.layer === LARGE);
  return wants.map((want) => (comesFirst(want) ? { ...want, rank: 'speaker' } : want));
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
 * allowed: of a room where nothing moves all layers are small. Of a layer that the sender was asked for and cannot send
 * its receivers get the next smaller one, and no line is short of what does not come.
 */
export function streamCosts({ ref, allowed: said, layersKbps = [], nowKbps, demand }: Priced): number[] {
  const usual = ref.source === 'camera' ? USUAL_KBPS : [USUAL_CONTENT_KBPS];
  const allowed = said.map((maxBitrate, layer) => {
    return maxBitrate === undefined ? (usual[layer] ?? usual.at(-1) ?? 0) : maxBitrate / 1000;
  });
  const uses = allowed.flatMap((kbps, layer) => (layersKbps[layer] ? [layersKbps[layer] / kbps] : []));
  const use = uses.length > 0 ? Math.min(1, Math.max(...uses)) : 1;
  const costs = allowed.map((kbps, layer) => layersKbps[layer] || kbps * use);
  const coming = nowKbps?.findLastIndex((kbps) => kbps > 0);
  if (coming === undefined) return costs;
  return costs.map((kbps, layer) => (layer > coming && demand?.asked.has(layer) ? (costs[coming] ?? 0) : kbps));
}
