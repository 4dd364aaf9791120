import { randomInt } from 'node:crypto';
import type { Room } from '../rooms.ts';
import type { Pins } from '../store/index.ts';

/** Six digits. */
export function randomPin(): string {
  return String(randomInt(0, 1_000_000)).padStart(6, '0');
}

/** The room's own, which says which meeting is meant: the store sees to it that no two open rooms share one. */
export async function pinOf(
  { roomId, state }: Pick<Room, 'roomId' | 'state'>,
  pins: Pins,
  drawPin = randomPin,
): Promise<string> {
  let wanted = state.pin ?? drawPin();
  for (;;) {
    const pin = await pins.keep(roomId, wanted);
    if (pin !== undefined) return pin;
    wanted = drawPin();
  }
}
