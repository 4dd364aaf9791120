import { Router } from 'express';
import { planSchema } from '../protocol/budget.ts';
import { parse } from '../protocol/refusals.ts';
import { betweenSchema } from './bookings.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** What meetings will need of their sites' lines, before they begin. */
export function routeBudget({ lineBudget }: ApiParts, sessions: Sessions): Router {
  const router = Router();

  router.post('/budget', async (request, response) => {
    await sessions.require(request, 'readDirectory');
    response.json(await lineBudget.of(parse(planSchema, request.body)));
  });

  router.get('/budget/bookings', async (request, response) => {
    await sessions.require(request, 'readDirectory');
    const bookings = await lineBudget.ofBooked(parse(betweenSchema, request.query));
    response.json({ bookings });
  });
  return router;
}
