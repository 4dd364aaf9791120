import type { Command } from '../protocol/commands.ts';
import type { RoomEvent } from '../protocol/events.ts';
import { type ParticipantId, participantIdOfSite } from '../protocol/ids.ts';
import type { Incident } from '../protocol/incidents.ts';
import type { RoomState } from '../protocol/records.ts';
import { accept, type Decision, type Rule, reject } from './decision.ts';
import { isAttendee } from './state.ts';
import type { SystemCommand } from './system-commands.ts';

type Any = Command | SystemCommand;
type Of<V extends Any['verb']> = Extract<Any, { verb: V }>;

/** As many are noted of one incident as its record holds. */
const MOST_TOLD = 100;

/**
 * Incidents (REG-8), as the monitor finds them and as people see them. Of what the monitor says, what is known already, or was
 * never opened, changes nothing; what people have reported of it stays.
 */
export const incidentRules = {
  recordIncident: ({ incidents }, { incident: { id, participantIds, carrierId, endedAt, ...found } }) => {
    const known = incidents.find((one) => one.id === id);
    if (known?.endedAt !== undefined) return accept();
    const now = { participantIds, ...(carrierId === undefined ? {} : { carrierId }) };
    if (endedAt !== undefined) {
      return known ? accept({ type: 'incidentEnded', incident: { ...known, ...now, endedAt } }) : accept();
    }
    if (!known) return accept({ type: 'incidentOpened', incident: { id, ...found, ...now } });
    const isWider = participantIds.length > known.participantIds.length;
    return isWider ? accept({ type: 'incidentWidened', incident: { ...known, ...now } }) : accept();
  },
  openIncident: (state, { participantId, kind, note }, by, { now, id }) => {
    if (!isConcerned(state, participantId)) return reject('participantUnknown', participantId);
    const same = openIncidents(state).find((one) => one.kind === kind && one.participantIds.includes(participantId));
    if (same) return reject('incidentOpen', same.id);
    const who = by === 'system' ? {} : { openedBy: by };
    const seen = note ? { note } : {};
    const incident = { id, kind, participantIds: [participantId], ...who, ...seen, openedAt: now, told: [] };
    return accept({ type: 'incidentOpened', incident });
  },
  reportIncident: (state, { incidentId, ...report }) =>
    withIncident(state, incidentId, (known) => accept({ type: 'incidentReported', incident: reported(known, report) })),
  amendIncident: (state, { incidentId, cause, remedy, desk, logged }) =>
    withIncident(remembering(state, logged), incidentId, (known) =>
      accept({ type: 'incidentReported', incident: reported(known, { cause, remedy }), desk }),
    ),
  tellIncident: (state, { incidentId, party, name }, by, { now }) =>
    withIncident(state, incidentId, (known) => {
      if (known.told.length >= MOST_TOLD || by === 'system') return accept();
      const told = [...known.told, { party, ...(name === undefined ? {} : { name }), at: now, by }];
      return accept({ type: 'incidentTold', incident: { ...known, told } });
    }),
  noteTold: (state, { incidentId, party, name, at, desk, logged }, _by, { now }) =>
    withIncident(remembering(state, logged), incidentId, (known) => {
      if (at < known.openedAt || at > now) return reject('malformed', 'at');
      if (known.told.length >= MOST_TOLD) return reject('malformed', 'told');
      const told = [...known.told, { party, ...(name === undefined ? {} : { name }), at, desk }];
      return accept({ type: 'incidentTold', incident: { ...known, told }, desk });
    }),
  endIncident: (state, { incidentId }, _by, { now }) =>
    withIncident(state, incidentId, (known) => {
      if (known.reason) return reject('incidentMeasured', incidentId);
      if (known.endedAt !== undefined) return reject('incidentOver', incidentId);
      return accept({ type: 'incidentEnded', incident: { ...known, endedAt: now } });
    }),
} satisfies { [V in Any['verb']]?: Rule<Of<V>> };

/** Those whose clock runs. */
export function openIncidents({ incidents }: Pick<RoomState, 'incidents'>): Incident[] {
  return incidents.filter(({ endedAt }) => endedAt === undefined);
}

/** No line is watched any more. */
export function endIncidents(state: RoomState, now: number): RoomEvent[] {
  return openIncidents(state).map((incident) => ({ type: 'incidentEnded', incident: { ...incident, endedAt: now } }));
}

/** Someone who sits in the meeting, or an invited site that has not come. */
function isConcerned({ participants, sites }: RoomState, id: ParticipantId): boolean {
  const participant = participants[id];
  if (participant) return isAttendee(participant);
  return Object.keys(sites).some((siteId) => participantIdOfSite(siteId) === id);
}

/** The room remembers the last ones that are over; whoever asks for an earlier one brings it along. */
function remembering({ incidents }: RoomState, logged: Incident | undefined): Pick<RoomState, 'incidents'> {
  const isKnown = incidents.some(({ id }) => id === logged?.id);
  return { incidents: logged && !isKnown ? [...incidents, logged] : incidents };
}

function withIncident(
  { incidents }: Pick<RoomState, 'incidents'>,
  id: string,
  then: (known: Incident) => Decision,
): Decision {
  const known = incidents.find((one) => one.id === id);
  return known ? then(known) : reject('incidentUnknown', id);
}

interface Report {
  cause?: string | undefined;
  remedy?: string | undefined;
  expectedAt?: number | null | undefined;
}

function reported(known: Incident, { cause, remedy, expectedAt }: Report): Incident {
  const { cause: _cause, remedy: _remedy, expectedAt: _expected, ...rest } = known;
  return {
    ...rest,
    ...given('cause', cause ?? known.cause ?? ''),
    ...given('remedy', remedy ?? known.remedy ?? ''),
    ...given('expectedAt', expectedAt === undefined ? known.expectedAt : expectedAt),
  };
}

/** Nothing where it was taken back. */
function given<K extends string, T>(key: K, value: T | '' | null | undefined): { [_ in K]?: T } {
  return value === '' || value === null || value === undefined ? {} : ({ [key]: value } as { [_ in K]: T });
}
