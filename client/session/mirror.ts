import type { RoomState } from '../../server/protocol/records.ts';
import type { NumberedEvent, Welcome } from '../../server/protocol/wire.ts';
import { evolve } from '../../server/room/evolve.ts';

/** The room as this participant may see it, and the number of the last event folded into it. */
export interface Mirror {
  readonly index: number;
  readonly room: RoomState;
}

export function mirrorOf(welcome: Welcome): Mirror {
  return { index: welcome.index, room: welcome.snapshot };
}

/** The next mirror; `gap` when an event is missing before this one. An event already folded changes nothing. */
export function follow(mirror: Mirror, { index, logged }: NumberedEvent): Mirror | 'gap' {
  if (index <= mirror.index) return mirror;
  if (index !== mirror.index + 1) return 'gap';
  return { index, room: evolve(mirror.room, logged) };
}
