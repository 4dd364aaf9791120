import { type Request, Router } from 'express';
import { z } from 'zod';
import { recordNoticeSchema, templatesSchema } from '../protocol/notices.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { BookingPeople } from './booking-people.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

const languageSchema = z.object({ language: z.enum(['vi', 'en']).default('vi') });

/** Who is told of a meeting and what came of it (REG-1, REG-3, REG-4), and the words that are used. */
export function routeNotices(parts: ApiParts, sessions: Sessions): Router {
  const { notices, bookings, logger } = parts;
  const router = Router();
  const people = new BookingPeople(parts, sessions);
  const readerOf = (request: Request) => sessions.require(request, 'readMeetings');
  const writerOf = async (request: Request) => (await sessions.require(request)).by;

  router.get('/bookings/:id/notices', async (request, response) => {
    await people.read(request, request.params.id);
    response.json(await notices.list(request.params.id));
  });

  router.post('/bookings/:id/announce', async (request, response) => {
    const by = await writerOf(request);
    response.json(await notices.announce(request.params.id, by));
    logger.info({ username: by.username, booking: request.params.id }, 'a meeting was announced');
  });

  router.post('/bookings/:id/notices', async (request, response) => {
    const by = await writerOf(request);
    const told = parse(recordNoticeSchema, request.body);
    response.status(201).json(await notices.record(request.params.id, told, by));
  });

  router.post('/notices/:id/retry', async (request, response) => {
    response.json(await notices.retry(request.params.id, await writerOf(request)));
  });

  router.get('/bookings/:id/notice.pdf', async (request, response) => {
    await people.read(request, request.params.id);
    const { name, bytes } = await notices.pdf(request.params.id, parse(languageSchema, request.query).language);
    response.type('application/pdf').set('Content-Disposition', `inline; filename="${name}"`).send(bytes);
  });

  router.get('/bookings/:id/meeting.ics', async (request, response) => {
    await people.read(request, request.params.id);
    const file = await notices.calendar(request.params.id);
    response.attachment('meeting.ics').type('text/calendar; charset=utf-8').send(file);
  });

  router.get('/notice-templates', async (request, response) => {
    await readerOf(request);
    response.json(await notices.templates());
  });

  router.put('/notice-templates', async (request, response) => {
    const { by } = await sessions.require(request);
    response.json(await notices.saveTemplates(parse(templatesSchema, request.body), by));
    logger.info({ username: by.username }, 'the words of the notices were changed');
  });

  async function requireWebhook(webhookId: string): Promise<string> {
    const { webhooks } = await bookings.settings();
    if (!webhooks.some((each) => each.webhookId === webhookId)) throw new Refused('malformed', 'webhookId');
    return webhookId;
  }

  router.get('/webhooks/:id/secret', async (request, response) => {
    const { note } = await sessions.require(request);
    const webhookId = await requireWebhook(request.params.id);
    await parts.audit.append(note('webhookSecretShown', webhookId));
    response.json({ secret: notices.webhookSecret(webhookId) });
  });

  router.get('/webhooks/:id/deliveries', async (request, response) => {
    await writerOf(request);
    response.json({ notices: await notices.toProgram(await requireWebhook(request.params.id)) });
  });

  router.post('/webhooks/:id/trial', async (request, response) => {
    await writerOf(request);
    response.json(await notices.tryProgram(await requireWebhook(request.params.id)));
  });
  return router;
}
