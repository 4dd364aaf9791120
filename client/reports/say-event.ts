import type { ToldEvent } from '../../server/protocol/reports.ts';
import { words } from './words.ts';

/** What happened, as a sentence. What a later server tells of is named by its type. */
export function sayEvent({ type, name = '', detail }: ToldEvent): string {
  const known: Record<string, string | ((values: { name: string }) => string)> = words.events;
  const entry = known[type] ?? type;
  const text = typeof entry === 'string' ? entry : entry({ name });
  const details: Record<string, string> = words.details;
  return detail === undefined || detail === '' ? text : `${text} (${details[detail] ?? detail})`;
}
