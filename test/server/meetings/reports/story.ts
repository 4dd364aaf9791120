import { type LoggedEvent, loggedEventSchema } from '../../../../server/protocol/events.ts';

export const START = Date.UTC(2026, 10, 3, 1, 0, 0);
export const MINUTE = 60_000;

export const joined = (id: string, name: string, more: object = {}) => ({
  type: 'participantJoined',
  participant: {
    ...{ id, role: 'site', kind: 'browser', name, presence: 'present', joinedAt: 0, presenceSince: 0, sources: [] },
    ...{ gate: 'closed', muted: false, siteId: id.replace(/^site-/, '') },
    ...more,
  },
});
const visitor = { siteId: undefined };
export const guest = (id: string, name: string) => joined(id, name, { role: 'guest', ...visitor });
export const chair = (id: string, name: string) => joined(id, name, { role: 'chair', ...visitor });
export const invited = (...sites: [string, string][]) => ({
  type: 'sitesInvited',
  sites: sites.map(([siteId, name]) => ({ siteId, name, bridge: false, encryption: 'preferred' })),
});
export const request = (status: string, more: object = {}) => ({
  ...{ id: 'q1', participantId: 'site-ba-be', name: 'Ba Bể', status, requestedAt: START },
  ...more,
});
export const incident = (more: object = {}) => ({
  ...{ id: 'i1', participantIds: ['site-ba-be'], openedAt: START },
  reason: { level: 'down', measure: 'silence', direction: 'up', value: 6000, since: START },
  ...more,
});

/** Minutes after the start, and what happened; numbered as a log is. */
export function story(...steps: [number, object][]): LoggedEvent[] {
  return steps.map(([minutes, event], i) =>
    loggedEventSchema.parse({ seq: i + 1, at: START + Math.round(minutes * MINUTE), by: 'system', event }),
  );
}
