import type { LoggedEvent } from '../protocol/events.ts';
import { participantIdOfSite } from '../protocol/ids.ts';
import type { Incident, ListedIncident } from '../protocol/incidents.ts';

/** The incidents of a meeting from its log (REG-8), as they were known last, in the order of their beginning. */
export function incidentsOf(events: readonly LoggedEvent[]): ListedIncident[] {
  const names = new Map<string, string>();
  const incidents = new Map<string, Incident>();
  for (const { event } of events) {
    if (event.type === 'sitesInvited') {
      for (const { siteId, name } of event.sites) names.set(participantIdOfSite(siteId), name);
    } else if (event.type === 'participantJoined') names.set(event.participant.id, event.participant.name);
    else if (event.type === 'participantRenamed') names.set(event.participantId, event.name);
    else if ('incident' in event) incidents.set(event.incident.id, event.incident);
  }
  const named = [...incidents.values()].map((incident) => ({
    ...incident,
    names: incident.participantIds.map((id) => names.get(id) ?? id),
  }));
  return named.sort((a, b) => a.openedAt - b.openedAt);
}
