import type { Incident } from '../../server/protocol/incidents.ts';
import { formatDate, formatDateTime, formatTime } from '../ui/words.svelte.ts';
import { words } from './words.ts';

/** "14:05 told the carrier: VNPT"; with the day where it is another than that of the incident. */
export function sayTold(
  { party, name, at }: Incident['told'][number],
  { openedAt }: Pick<Incident, 'openedAt'>,
): string {
  const time = formatDate(at) === formatDate(openedAt) ? formatTime(at) : formatDateTime(at);
  const said = { time, party: words.parties[party] };
  return name === undefined ? words.told(said) : words.toldWho({ ...said, name });
}

/** In the order in which they were told, whenever that was entered. */
export function toldInOrder({ told }: Incident): Incident['told'] {
  return told.toSorted((a, b) => a.at - b.at);
}
