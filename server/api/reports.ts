import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { mayAtDesk } from '../accounts/policy.ts';
import { organisationIdSchema } from '../protocol/directory.ts';
import { giveFeedbackSchema } from '../protocol/feedback.ts';
import { roomIdSchema } from '../protocol/ids.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { monthSchema } from '../protocol/reports.ts';
import { betweenSchema } from './bookings.ts';
import type { ApiParts } from './ports.ts';
import { AddressLimit } from './recording-limits.ts';
import type { Sessions } from './sessions.ts';

const seqsSchema = z.object({
  seqs: z
    .string()
    .max(20_000)
    .regex(/^\d{1,9}(?:,\d{1,9})*$/)
    .transform((text) => text.split(',').map(Number)),
});
const languageSchema = z.object({ language: z.enum(['vi', 'en']).default('vi') });
const monthQuerySchema = z.object({ month: monthSchema });
const yearSchema = z.coerce.number().int().min(2000).max(2100);
const formSchema = z.enum(['pdf', 'xlsx']);

/** What is told of meetings afterwards (REG-16, REG-17, REG-20), and what people thought of them. */
export function routeReports(parts: ApiParts, sessions: Sessions): Router {
  const { reports, reportFiles, readTicket } = parts;
  const router = Router();
  const requireAll = (request: Request) => sessions.require(request, 'readAllReports');
  /** A host unit is told of its own meetings alone; one that is of no unit, of none. */
  async function scopeOf(request: Request): Promise<string | undefined> {
    const { account } = await sessions.require(request, 'readReports');
    return mayAtDesk(account.roles, 'readAllReports') ? undefined : (account.hostUnit ?? '');
  }
  const wishOf = (request: Request, form: unknown) => ({
    form: parse(formSchema, form),
    ...parse(languageSchema, request.query),
  });

  router.get('/reports/meetings', async (request, response) => {
    const only = await scopeOf(request);
    response.json({ meetings: await reports.meetings(parse(betweenSchema, request.query), only) });
  });

  router.get('/reports/meetings/:id', async (request, response) => {
    const only = await scopeOf(request);
    response.json(await reports.minutes(parse(roomIdSchema, request.params.id), only));
  });

  router.get('/reports/meetings/:id/events', async (request, response) => {
    const only = await scopeOf(request);
    const { seqs } = parse(seqsSchema, request.query);
    response.json({ events: await reports.events(parse(roomIdSchema, request.params.id), seqs, only) });
  });

  router.get('/reports/meetings/:id/minutes.:form', async (request, response) => {
    const only = await scopeOf(request);
    const roomId = parse(roomIdSchema, request.params.id);
    const wish = wishOf(request, request.params.form);
    send(
      response,
      `minutes-${roomId}`,
      wish.form,
      await reportFiles.minutes(await reports.minutes(roomId, only), wish),
    );
  });

  router.get('/reports/usage', async (request, response) => {
    const only = await scopeOf(request);
    response.json(await reports.usage(parse(betweenSchema, request.query), only));
  });

  router.get('/reports/usage.:form', async (request, response) => {
    const only = await scopeOf(request);
    const wish = wishOf(request, request.params.form);
    const usage = await reports.usage(parse(betweenSchema, request.query), only);
    send(response, 'usage', wish.form, await reportFiles.usage(usage, wish));
  });

  router.get('/reports/carriers/:id', async (request, response) => {
    await requireAll(request);
    const { month } = parse(monthQuerySchema, request.query);
    response.json(await reports.carrier(parse(organisationIdSchema, request.params.id), month));
  });

  router.get('/reports/carriers/:id/report.:form', async (request, response) => {
    await requireAll(request);
    const wish = wishOf(request, request.params.form);
    const { month } = parse(monthQuerySchema, request.query);
    const report = await reports.carrier(parse(organisationIdSchema, request.params.id), month);
    const name = `${report.carrierId}-${month}`;
    send(response, name, wish.form, await reportFiles.carrier(report, month, wish));
  });

  router.get('/reports/years/:year', async (request, response) => {
    await requireAll(request);
    response.json(await reports.year(parse(yearSchema, request.params.year)));
  });

  router.get('/reports/years/:year/review.:form', async (request, response) => {
    await requireAll(request);
    const wish = wishOf(request, request.params.form);
    const review = await reports.year(parse(yearSchema, request.params.year));
    send(response, `review-${review.year}`, wish.form, await reportFiles.year(review, wish));
  });

  /** Every site of a meeting may come from one address. */
  const given = new AddressLimit(400, 600);
  router.post('/feedback', async (request, response) => {
    await given.count(request);
    const { ticket, ...opinion } = parse(giveFeedbackSchema, request.body);
    const { roomId, participantId, role, name, siteId } = await readTicket(ticket);
    // Whoever runs the system does not rate it.
    if (role === 'service' || role === 'operator') throw new Refused('notPermitted');
    await reports.give(roomId, { participantId, role, name, ...(siteId ? { siteId } : {}), ...opinion });
    response.json({});
  });
  return router;
}

const TYPES = { pdf: 'application/pdf', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };

/** A PDF is looked at, a sheet is saved. */
function send(response: Response, name: string, form: keyof typeof TYPES, bytes: Buffer): void {
  const how = form === 'pdf' ? 'inline' : 'attachment';
  response.type(TYPES[form]).set('Content-Disposition', `${how}; filename="${name}.${form}"`).send(bytes);
}
