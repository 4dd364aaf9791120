import { type Request, Router } from 'express';
import { roomIdSchema } from '../protocol/ids.ts';
import { amendIncidentSchema, incidentIdSchema, noteToldSchema } from '../protocol/incidents.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { incidentsOf } from '../room/incident-list.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** What failed in a meeting (REG-8): read, and made whole once more is known than on the day. */
export function routeIncidents({ log, rooms }: ApiParts, sessions: Sessions): Router {
  const router = Router();

  async function listed(roomId: string) {
    const events = await log.read(roomId);
    if (events.length === 0) throw new Refused('roomUnknown', roomId);
    return { incidents: incidentsOf(events) };
  }
  /** With all that is known of it, also where its room has forgotten it. */
  async function namedBy({ params }: Request) {
    const roomId = parse(roomIdSchema, params.id);
    const incidentId = parse(incidentIdSchema, params.incident);
    const found = (await listed(roomId)).incidents.find(({ id }) => id === incidentId);
    if (!found) return { roomId, incidentId };
    const { names: _names, ...logged } = found;
    return { roomId, incidentId, logged };
  }

  router.get('/rooms/:id/incidents', async (request, response) => {
    await sessions.require(request, 'readMeetingLog');
    response.json(await listed(parse(roomIdSchema, request.params.id)));
  });

  router.post('/rooms/:id/incidents/:incident', async (request, response) => {
    const { account, note } = await sessions.require(request, 'runMeetings');
    const { roomId, ...named } = await namedBy(request);
    const known = parse(amendIncidentSchema, request.body);
    const detail = [known.cause, known.remedy].filter(Boolean).join(' · ');
    const written = note('incidentAmended', roomId, { detail });
    await rooms.tell(roomId, { verb: 'amendIncident', ...named, ...known, desk: account.username }, written);
    response.json(await listed(roomId));
  });

  router.post('/rooms/:id/incidents/:incident/told', async (request, response) => {
    const { account, note } = await sessions.require(request, 'runMeetings');
    const { roomId, ...named } = await namedBy(request);
    const told = parse(noteToldSchema, request.body);
    const written = note('incidentToldNoted', roomId, { recipient: told.name ?? told.party });
    await rooms.tell(roomId, { verb: 'noteTold', ...named, ...told, desk: account.username }, written);
    response.json(await listed(roomId));
  });
  return router;
}
