import { type Request, Router } from 'express';
import { openLinkSchema } from '../protocol/http.ts';
import { siteIdSchema } from '../protocol/ids.ts';
import type { StartedTest } from '../protocol/line-tests.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { LinkTokens } from './link-tokens.ts';
import type { ApiParts } from './ports.ts';
import { findOpen } from './rooms.ts';
import type { Sessions } from './sessions.ts';
import type { SiteCallers } from './site-callers.ts';

/** What lines turn out to bear before a meeting: tried by a site's own computer, by who holds a link, by the centre's call (REG-12). */
export function routeLineTests(
  parts: ApiParts,
  { sessions, sites }: { sessions: Sessions; sites: SiteCallers },
): Router {
  const { lineTests, issueTicket } = parts;
  const router = Router();
  const links = new LinkTokens(parts.signingKey, parts.links);
  const readerOf = (request: Request) => sessions.require(request, 'readDirectory');

  router.post('/site/line-tests', async (request, response) => {
    const { siteId, ...standing } = await sites.identify(request, response);
    const by = standing.device ? `device:${standing.device}` : (await sessions.find(request)).account.username;
    const { test, room, participantId, upKbps } = await lineTests.start(siteId, 'browser', by);
    const { roomId } = room;
    const who = { participantId, role: 'site', kind: 'browser', name: test.siteName, siteId } as const;
    const ticket = await issueTicket({ roomId, ...who, ...standing });
    response.status(201).json({ test, ticket, roomId, participantId, upKbps } satisfies StartedTest);
  });

  router.get('/site/line-tests', async (request, response) => {
    const { siteId } = await sites.identify(request, response);
    response.json({ tests: await lineTests.ofSite(siteId) });
  });

  router.get('/site/line-tests/:id', async (request, response) => {
    response.json(await own(request.params.id, (await sites.identify(request, response)).siteId));
  });

  router.delete('/site/line-tests/:id', async (request, response) => {
    const { testId } = await own(request.params.id, (await sites.identify(request, response)).siteId);
    lineTests.stop(testId);
    response.json({});
  });

  router.post('/link/line-tests', async (request, response) => {
    const link = await links.open(parse(openLinkSchema, request.body).token);
    await findOpen(parts, link.roomId);
    const { test, room, participantId, upKbps } = await lineTests.startByLink(link);
    const { roomId } = room;
    const who = { participantId, role: 'site', kind: 'browser', name: test.siteName } as const;
    const of = test.siteId === undefined ? {} : { siteId: test.siteId };
    const ticket = await issueTicket({ roomId, ...who, ...of, linkId: link.linkId });
    response.status(201).json({ test, ticket, roomId, participantId, upKbps } satisfies StartedTest);
  });

  router.post('/link/line-tests/:id', async (request, response) => {
    response.json(await byLink(request));
  });

  router.post('/link/line-tests/:id/stop', async (request, response) => {
    lineTests.stop((await byLink(request)).testId);
    response.json({});
  });

  router.post('/sites/:id/line-tests', async (request, response) => {
    const { account } = await sessions.require(request);
    const siteId = parse(siteIdSchema, request.params.id);
    response.status(201).json((await lineTests.start(siteId, 'codec', account.username)).test);
  });

  router.get('/sites/:id/line-tests', async (request, response) => {
    await readerOf(request);
    response.json({ tests: await lineTests.ofSite(parse(siteIdSchema, request.params.id)) });
  });

  router.get('/line-tests', async (request, response) => {
    await readerOf(request);
    response.json({ tests: await lineTests.latest() });
  });

  router.get('/line-tests/:id', async (request, response) => {
    await readerOf(request);
    response.json(await lineTests.find(request.params.id));
  });

  router.delete('/line-tests/:id', async (request, response) => {
    await sessions.require(request);
    lineTests.stop((await lineTests.find(request.params.id)).testId);
    response.json({});
  });

  /** Of other sites' tests a site learns nothing, not even that there are any. */
  async function own(testId: string, siteId: string) {
    const test = await lineTests.find(testId);
    if (test.siteId !== siteId) throw new Refused('lineTestUnknown', testId);
    return test;
  }

  /** Likewise who holds a link. */
  async function byLink(request: Request<{ id: string }>) {
    const { linkId } = await links.open(parse(openLinkSchema, request.body).token);
    const test = await lineTests.find(request.params.id);
    if (test.by !== `link:${linkId}`) throw new Refused('lineTestUnknown', request.params.id);
    return test;
  }
  return router;
}
