import { isIP } from 'node:net';
import { Router } from 'express';
import { invitationsSchema, saveSiteSchema } from '../protocol/http.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { ApiParts } from './ports.ts';
import { findOpen } from './rooms.ts';
import type { Sessions } from './sessions.ts';

/** The directory of sites, who is invited to a meeting, and whom the SIP gateway does not listen to. */
export function routeSites(parts: ApiParts, sessions: Sessions): Router {
  const { directory, sipBans, logger } = parts;
  const router = Router();

  router.get('/sites', async (request, response) => {
    await sessions.require(request, 'readDirectory');
    response.json({ sites: await directory.list() });
  });

  router.post('/sites', async (request, response) => {
    const { by } = await sessions.require(request, 'changeDirectory');
    const site = await directory.add(parse(saveSiteSchema, request.body), by);
    logger.info({ username: by.username, site: site.siteId }, 'a site was added');
    response.status(201).json(site);
  });

  router.put('/sites/:id', async (request, response) => {
    const { by } = await sessions.require(request, 'changeDirectory');
    const site = await directory.change(request.params.id, parse(saveSiteSchema, request.body), by);
    logger.info({ username: by.username, site: site.siteId }, 'a site was changed');
    response.json(site);
  });

  router.delete('/sites/:id', async (request, response) => {
    const { by } = await sessions.require(request, 'changeDirectory');
    await directory.remove(request.params.id, by);
    logger.info({ username: by.username, site: request.params.id }, 'a site was removed');
    response.json({});
  });

  router.get('/rooms/:id/sites', async (request, response) => {
    await sessions.require(request);
    response.json({ siteIds: await directory.invited(request.params.id) });
  });

  router.put('/rooms/:id/sites', async (request, response) => {
    const { account, note } = await sessions.require(request);
    const { siteIds } = parse(invitationsSchema, request.body);
    const { roomId } = await findOpen(parts, request.params.id);
    await directory.invite(roomId, siteIds, note('sitesInvited', roomId, { sites: siteIds.length }));
    logger.info({ username: account.username, room: roomId, sites: siteIds.length }, 'sites were invited');
    response.json({ siteIds: await directory.invited(roomId) });
  });

  router.get('/sip/bans', async (request, response) => {
    await sessions.require(request, 'liftBans');
    response.json({ bans: sipBans.list() });
  });

  router.delete('/sip/bans/:ip', async (request, response) => {
    const { account, note } = await sessions.require(request, 'liftBans');
    const { ip } = request.params;
    if (!isIP(ip)) throw new Refused('malformed', 'ip');
    await parts.audit.append(note('banLifted', ip));
    sipBans.lift(ip);
    logger.info({ username: account.username, ip }, 'a ban was lifted');
    response.json({});
  });
  return router;
}
