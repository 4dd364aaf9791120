import type { Watched } from '../protocol/media.ts';
import type { RoomState, SourceRef } from '../protocol/records.ts';
import { SOUND_KBPS } from '../room/usual-rates.ts';
import type { Rank, Want } from './allocate.ts';
import { keyOf } from './sources.ts';

/** The layer of a picture that is looked at. */
const LARGE = 2;

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
  const wants: Want[] = [];
  for (const { from, spatialLayer } of pictures) {
    const kbps = costsOf(from);
    if (kbps) wants.push({ key: keyOf(from), rank: rankOf(from, state), layer: spatialLayer, kbps });
  }
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
