import { type Response, Router } from 'express';
import { z } from 'zod';
import { bookSchema, changeBookingSchema, deskSettingsSchema, takeStepSchema } from '../protocol/bookings.ts';
import { timeSchema } from '../protocol/records.ts';
import { parse, refuse } from '../protocol/refusals.ts';
import { BookingPeople, type BookingPerson, choicesOf, clashFor, requireOwn } from './booking-people.ts';
import type { ApiParts, BookingOutcome } from './ports.ts';
import type { Sessions } from './sessions.ts';

const YEAR_MS = 366 * 86_400_000;

/** A time of two years at most, in the query. */
export const betweenSchema = z
  .object({ from: z.coerce.number().pipe(timeSchema), to: z.coerce.number().pipe(timeSchema) })
  .refine(({ from, to }) => from < to && to - from <= 2 * YEAR_MS, { path: ['to'] });
const exceptSchema = z.object({ except: z.string().max(64).optional() });

/** Meetings that are booked (REG-1 to REG-4, REG-19), and what the office has set for them. */
export function routeBookings(parts: ApiParts, sessions: Sessions): Router {
  const { bookings, logger } = parts;
  const router = Router();
  const people = new BookingPeople(parts, sessions);

  router.get('/bookings', async (request, response) => {
    const { unit } = await people.reader(request);
    const wanted = parse(betweenSchema, request.query);
    response.json({
      bookings: await bookings.list({ ...wanted, ...(unit === undefined ? {} : { hostUnitId: unit }) }),
    });
  });

  router.get('/bookings/choices', async (request, response) => {
    response.json(await choicesOf(parts, await people.reader(request)));
  });

  router.post('/bookings/check', async (request, response) => {
    const person = await people.reader(request);
    const { except } = parse(exceptSchema, request.query);
    const check = await bookings.check(parse(bookSchema, request.body), except);
    response.json({ ...check, clashes: check.clashes.map((clash) => clashFor(person, clash)) });
  });

  router.post('/bookings', async (request, response) => {
    const person = await people.requester(request);
    const wanted = parse(bookSchema, request.body);
    requireOwn(person, wanted.hostUnitId);
    const outcome = await bookings.add(wanted, person.by);
    if (!answerClash(response, outcome, person)) return;
    const ids = outcome.bookings.map(({ bookingId }) => bookingId);
    logger.info({ username: person.by.username, bookings: ids }, 'a meeting was booked');
    response.status(201).json(outcome);
  });

  router.get('/bookings/:id', async (request, response) => {
    response.json(await people.read(request, request.params.id));
  });

  router.put('/bookings/:id', async (request, response) => {
    const person = await people.changer(request, request.params.id);
    const change = parse(changeBookingSchema, request.body);
    requireOwn(person, change.hostUnitId);
    const outcome = await bookings.change(request.params.id, change, person.by);
    if (!answerClash(response, outcome, person)) return;
    logger.info({ username: person.by.username, booking: request.params.id }, 'a booking was changed');
    response.json(outcome.bookings[0]);
  });

  router.post('/bookings/:id/steps', async (request, response) => {
    const step = parse(takeStepSchema, request.body);
    // A host unit withdraws what it has asked for; every other step is the office's.
    const isWithdrawal = step.step === 'cancel';
    const { by } = isWithdrawal ? await people.changer(request, request.params.id) : await sessions.require(request);
    const booking = await bookings.take(request.params.id, step, by);
    logger.info(
      { username: by.username, booking: booking.bookingId, step: step.step },
      'a step of a booking was taken',
    );
    response.json(booking);
  });

  router.get('/desk-settings', async (request, response) => {
    await sessions.require(request, 'readMeetings');
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
  person: BookingPerson,
): outcome is Extract<BookingOutcome, { bookings: unknown }> {
  if ('bookings' in outcome) return true;
  const clashes = outcome.clashes.map((clash) => clashFor(person, clash));
  const [first] = clashes;
  const error = refuse('bookingClash', first && `${first.name}: ${first.booking.title}`);
  response.status(409).json({ error, clashes });
  return false;
}
