import type { RoomEvent } from '../protocol/events.ts';
import type { RoomState } from '../protocol/records.ts';
import { accept, type Rule } from './decision.ts';
import type { SystemCommand } from './system-commands.ts';

type Of<V extends SystemCommand['verb']> = Extract<SystemCommand, { verb: V }>;

/** Incidents of lines (REG-8), as the monitor finds them. What is known already, or was never opened, changes nothing. */
export const incidentRules = {
  recordIncident: ({ incidents }, { incident }) => {
    const known = incidents.find(({ id }) => id === incident.id);
    if (incident.endedAt !== undefined) return known ? accept({ type: 'incidentEnded', incident }) : accept();
    if (!known) return accept({ type: 'incidentOpened', incident });
    const isWider = incident.participantIds.length > known.participantIds.length;
    return isWider ? accept({ type: 'incidentWidened', incident }) : accept();
  },
} satisfies { [V in SystemCommand['verb']]?: Rule<Of<V>> };

/** No line is watched any more. */
export function endIncidents({ incidents }: RoomState, now: number): RoomEvent[] {
  return incidents.map((incident) => ({ type: 'incidentEnded', incident: { ...incident, endedAt: now } }));
}
