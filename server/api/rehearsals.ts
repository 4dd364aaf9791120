import { Router } from 'express';
import type { Doer } from '../protocol/audit.ts';
import { parse } from '../protocol/refusals.ts';
import { saveChecklistSchema, setRoundSchema, siteTestedSchema } from '../protocol/rehearsals.ts';
import type { ApiParts } from './ports.ts';
import { ipOf, type Sessions } from './sessions.ts';
import type { SiteCaller, SiteCallers } from './site-callers.ts';

/** The rehearsal of a booked meeting and the check at its end (REG-5, REG-6, REG-13): at the centre, and at each site. */
export function routeRehearsals(
  { rehearsals, rounds, logger }: ApiParts,
  { sessions, sites }: { sessions: Sessions; sites: SiteCallers },
): Router {
  const router = Router();
  /** Someone who signed in at the site signs as the site. */
  const doerOf = ({ device, siteId }: SiteCaller, ip: string): Doer => {
    return { username: device === undefined ? `site:${siteId}` : `device:${device}`, ip };
  };

  router.get('/bookings/:id/rehearsal', async (request, response) => {
    await sessions.require(request, 'readMeetings');
    response.json(await rounds.of(request.params.id));
  });

  router.put('/bookings/:id/rehearsal/round', async (request, response) => {
    const { by } = await sessions.require(request, 'runMeetings');
    const { id } = request.params;
    const { on } = parse(setRoundSchema, request.body);
    await rounds.set(id, on, by);
    logger.info({ username: by.username, booking: id, on }, 'the codecs of a meeting are tried by themselves, or not');
    response.json(await rounds.of(id));
  });

  router.put('/bookings/:id/rehearsal/:site', async (request, response) => {
    const { by } = await sessions.require(request, 'runMeetings');
    const { id, site } = request.params;
    await rehearsals.save(id, site, parse(saveChecklistSchema, request.body), by);
    logger.info({ username: by.username, booking: id, site }, 'a checklist was entered for a site');
    response.json(await rounds.of(id));
  });

  router.get('/site/rehearsals', async (request, response) => {
    const { siteId } = await sites.identify(request, response);
    response.json({ rehearsals: await rehearsals.dutiesOf(siteId) });
  });

  router.put('/site/rehearsals/:id', async (request, response) => {
    const caller = await sites.identify(request, response);
    const wanted = parse(saveChecklistSchema, request.body);
    const doer = doerOf(caller, ipOf(request));
    response.json(await rehearsals.save(request.params.id, caller.siteId, wanted, doer));
    logger.info({ site: caller.siteId, booking: request.params.id, phase: wanted.phase }, 'a site saved its checklist');
  });

  router.post('/site/rehearsals/:id/tests', async (request, response) => {
    const { siteId } = await sites.identify(request, response);
    response.json(await rehearsals.tested(request.params.id, siteId, parse(siteTestedSchema, request.body)));
  });
  return router;
}
