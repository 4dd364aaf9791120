import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { mayAtDesk } from '../accounts/policy.ts';
import { bookSchema, changeBookingSchema, deskSettingsSchema, takeStepSchema } from '../protocol/bookings.ts';
import { timeSchema } from '../protocol/records.ts';
import { parse, Refused, refuse } from '../protocol/refusals.ts';
import type { ApiParts, BookingOutcome } from './ports.ts';
import type { Sessions } from './sessions.ts';

const YEAR_MS = 366 * 86_400_000;

const betweenSchema = z
  .object({ from: z.coerce.number().pipe(timeSchema), to: z.coerce.number().pipe(timeSchema) })
  .refine(({ from, to }) => from < to && to - from <= 2 * YEAR_MS, { path: ['to'] });
const exceptSchema = z.object({ except: z.string().max(64).optional() });

/** Meetings that are booked (REG-1 to REG-4, REG-19), and what the office has set for them. */
export function routeBookings({ bookings, logger }: ApiParts, sessions: Sessions): Router {
  const router = Router();
  const readerOf = (request: Request) => sessions.require(request, 'readMeetings');
  /** A host unit reads and requests its own meetings; elsewhere this is nobody's own. */
  async function requesterOf(request: Request) {
    const { account } = await sessions.require(request, 'requestMeetings');
    const isOwnOnly = !mayAtDesk(account.roles, 'runMeetings');
    return {
      by: account.username,
      requireOwn(hostUnitId: string): void {
        if (isOwnOnly && hostUnitId !== account.hostUnit) throw new Refused('notPermitted', 'hostUnitId');
      },
    };
  }
  const writerOf = async (request: Request) => (await sessions.require(request)).by.username;

  router.get('/bookings', async (request, response) => {
    const { account } = await sessions.requireOwn(request);
    const all = await bookings.list(parse(betweenSchema, request.query));
    if (mayAtDesk(account.roles, 'readMeetings')) return void response.json({ bookings: all });
    await requesterOf(request);
    response.json({ bookings: all.filter(({ hostUnitId }) => hostUnitId === account.hostUnit) });
  });

  router.post('/bookings/check', async (request, response) => {
    await readerOf(request);
    const { except } = parse(exceptSchema, request.query);
    response.json(await bookings.check(parse(bookSchema, request.body), except));
  });

  router.post('/bookings', async (request, response) => {
    const { by, requireOwn } = await requesterOf(request);
    const wanted = parse(bookSchema, request.body);
    requireOwn(wanted.hostUnitId);
    const outcome = await bookings.add(wanted, by);
    if (!answerClash(response, outcome)) return;
    logger.info({ username: by, bookings: outcome.bookings.map(({ bookingId }) => bookingId) }, 'a meeting was booked');
    response.status(201).json(outcome);
  });

  router.get('/bookings/:id', async (request, response) => {
    await readerOf(request);
    response.json(await bookings.find(request.params.id));
  });

  router.put('/bookings/:id', async (request, response) => {
    const by = await writerOf(request);
    const outcome = await bookings.change(request.params.id, parse(changeBookingSchema, request.body), by);
    if (!answerClash(response, outcome)) return;
    logger.info({ username: by, booking: request.params.id }, 'a booking was changed');
    response.json(outcome.bookings[0]);
  });

  router.post('/bookings/:id/steps', async (request, response) => {
    const by = await writerOf(request);
    const step = parse(takeStepSchema, request.body);
    const booking = await bookings.take(request.params.id, step, by);
    logger.info({ username: by, booking: booking.bookingId, step: step.step }, 'a step of a booking was taken');
    response.json(booking);
  });

  router.get('/desk-settings', async (request, response) => {
    await readerOf(request);
    response.json(await bookings.settings());
  });

  router.put('/desk-settings', async (request, response) => {
    const { by } = await sessions.require(request);
    response.json(await bookings.saveSettings(parse(deskSettingsSchema, request.body), by));
    logger.info({ username: by.username }, 'the settings of the desk were changed');
  });
  return router;
}

/** Names every clash; false where there was one. */
function answerClash(
  response: Response,
  outcome: BookingOutcome,
): outcome is Extract<BookingOutcome, { bookings: unknown }> {
  if ('bookings' in outcome) return true;
  const [first] = outcome.clashes;
  const error = refuse('bookingClash', first && `${first.name}: ${first.booking.title}`);
  response.status(409).json({ error, clashes: outcome.clashes });
  return false;
}
