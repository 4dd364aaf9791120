import type { RoomState } from '../../server/protocol/records.ts';
import { SLIDE_WORDS } from '../../server/protocol/slide-words.ts';
import { catalogue, formatTime } from './words.svelte.ts';

const words = catalogue(SLIDE_WORDS);

/** What is shown in the place of the meeting's pictures. */
export interface Slide {
  title: string;
  lines: string[];
}

/** The slide of a meeting that is held; nothing while it is not. */
export function slideOf(
  hold: Pick<NonNullable<RoomState['hold']>, 'kind' | 'text' | 'until'> | null,
): Slide | undefined {
  if (!hold) return undefined;
  const { title, until } = words[hold.kind];
  const lines = [hold.text, hold.until === undefined ? '' : until({ time: formatTime(hold.until) })];
  return { title, lines: lines.filter((line) => line !== '') };
}

/** What is written over a picture; '' and false where nothing is. */
export interface Overlay {
  banner: string;
  /** The time of day. */
  clock: string;
  recording: boolean;
  names: boolean;
}

/** @param time of day, as it is written */
export function overlayOf({ overlay, recording }: Pick<RoomState, 'overlay' | 'recording'>, time: string): Overlay {
  const { banner, clock, names } = overlay;
  return { banner, clock: clock ? time : '', recording: recording.status === 'running', names };
}
