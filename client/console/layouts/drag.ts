import type { ParticipantId } from '../../../server/protocol/ids.ts';
import type { Slot } from '../../../server/protocol/records.ts';

/** What is carried over the console: a site or the content from the wall, or a tile of the preview. */
export type Carried = { tile: number } | { participantId: ParticipantId } | { content: true };

/** Names our own drags: a file dragged in from elsewhere is none. */
const TYPE = 'application/x-rostrum';

export function carry(event: DragEvent, carried: Carried): void {
  event.dataTransfer?.setData(TYPE, JSON.stringify(carried));
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copyMove';
}

export function isOurs(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(TYPE) ?? false;
}

/** What is dropped, or null where it is none of ours. */
export function dropped(event: DragEvent): Carried | null {
  try {
    const carried: unknown = JSON.parse(event.dataTransfer?.getData(TYPE) ?? '');
    return isCarried(carried) ? carried : null;
  } catch {
    return null;
  }
}

function isCarried(value: unknown): value is Carried {
  if (typeof value !== 'object' || value === null) return false;
  if ('tile' in value) return typeof value.tile === 'number';
  if ('participantId' in value) return typeof value.participantId === 'string';
  return 'content' in value && value.content === true;
}

/** What a tile shows when this is dropped on it; null for a tile, which changes places instead. */
export function slotOf(carried: Exclude<Carried, { tile: number }>): Slot {
  return 'content' in carried ? { show: 'content' } : { show: 'participant', participantId: carried.participantId };
}
