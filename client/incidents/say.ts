import type { Incident } from '../../server/protocol/incidents.ts';
import { formatTime } from '../ui/words.svelte.ts';
import { words } from './words.ts';

/** "14:05 told the carrier: VNPT". */
export function sayTold({ party, name, at }: Incident['told'][number]): string {
  const said = { time: formatTime(at), party: words.parties[party] };
  return name === undefined ? words.told(said) : words.toldWho({ ...said, name });
}
