import type { Deadline } from '../../server/protocol/bookings.ts';
import { formatDateTime } from '../ui/words.svelte.ts';
import { words } from './words.ts';

/** `hạn 14:05, 21/11/2026`. */
export function sayDeadline({ state, dueAt }: Deadline): string {
  const said = words.deadlines[state];
  return typeof said === 'string' ? said : said({ time: formatDateTime(dueAt) });
}
