import { Router } from 'express';
import { auditQuerySchema } from '../protocol/audit.ts';
import { parse } from '../protocol/refusals.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** The audit log, to be read. */
export function routeAudit({ audit }: ApiParts, sessions: Sessions): Router {
  const router = Router();
  router.get('/audit', async (request, response) => {
    await sessions.require(request, 'readAudit');
    response.json(await audit.list(parse(auditQuerySchema, request.query)));
  });
  return router;
}
