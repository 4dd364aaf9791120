import { randomBytes } from 'node:crypto';
import { type Request, Router } from 'express';
import { type SavedLayout, saveLayoutSchema } from '../protocol/http.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { faultOf } from '../room/geometry.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** The layouts of the house: saved by name, for every meeting. */
export function routeLayouts({ layouts, logger }: ApiParts, sessions: Sessions): Router {
  const router = Router();

  async function save(request: Request, how: 'add' | 'change', layoutId: string): Promise<SavedLayout> {
    const { account, note } = await sessions.require(request);
    const saved = { layoutId, ...parse(saveLayoutSchema, request.body) };
    const fault = faultOf(saved.layout);
    if (fault) throw new Refused('malformed', `layout.${fault}`);
    const result = await layouts[how](saved, note('layoutSaved', saved.name));
    if (result !== 'saved') throw new Refused(result, saved.name);
    logger.info({ username: account.username, layout: layoutId }, 'a layout was saved');
    return saved;
  }

  router.get('/layouts', async (request, response) => {
    await sessions.require(request);
    response.json({ layouts: await layouts.list() });
  });

  router.post('/layouts', async (request, response) => {
    response.status(201).json(await save(request, 'add', randomBytes(9).toString('base64url')));
  });

  router.put('/layouts/:id', async (request, response) => {
    response.json(await save(request, 'change', request.params.id));
  });

  router.delete('/layouts/:id', async (request, response) => {
    const { account, note } = await sessions.require(request);
    if (!(await layouts.remove(request.params.id, note('layoutRemoved', request.params.id))))
      throw new Refused('layoutNotSaved');
    logger.info({ username: account.username, layout: request.params.id }, 'a layout was removed');
    response.json({});
  });
  return router;
}
