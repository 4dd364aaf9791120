import { type Request, Router, raw } from 'express';
import { z } from 'zod';
import {
  type Organisation,
  type SaveOrganisation,
  saveOrganisationSchema,
  sheetFormatSchema,
} from '../protocol/directory.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** A sheet of two thousand sites has about half of it. */
const MOST_SHEET = '4mb';
const MOST_CHANGES = 200;
const SHEET_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

const exportQuerySchema = z.object({ format: sheetFormatSchema, language: z.enum(['vi', 'en']).default('vi') });
const importQuerySchema = z.object({ format: sheetFormatSchema, save: z.enum(['true', 'false']).default('false') });
const changesQuerySchema = z.object({ subject: z.string().max(64).optional() });

/** Carriers and host units, the directory as a sheet, and who changed what (REG-15, REG-17). */
export function routeDirectory(parts: ApiParts, sessions: Sessions): Router {
  const { directory, organisations, directoryChanges, logger } = parts;
  const router = Router();
  const readerOf = (request: Request) => sessions.require(request, 'readDirectory');
  const writerOf = async (request: Request) => (await sessions.require(request, 'changeDirectory')).by;

  router.get('/sites/sheet', async (request, response) => {
    const { note } = await readerOf(request);
    const { format, language } = parse(exportQuerySchema, request.query);
    await parts.audit.append(note('listDownloaded', 'sites', { format }));
    const bytes = await directory.exportSheet(format, language);
    response
      .attachment(`${language === 'vi' ? 'diem-cau' : 'sites'}.${format}`)
      .type(SHEET_TYPES[format])
      .send(bytes);
  });

  router.post('/sites/sheet', raw({ type: () => true, limit: MOST_SHEET }), async (request, response) => {
    const by = await writerOf(request);
    const { format, save } = parse(importQuerySchema, request.query);
    if (!Buffer.isBuffer(request.body)) throw new Refused('malformed', 'body');
    const report = await directory.importSheet(request.body, format, { save: save === 'true', by });
    if (report.saved) logger.info({ username: by.username, rows: report.rows }, 'a sheet of sites was imported');
    response.json(report);
  });

  router.get('/organisations', async (request, response) => {
    await readerOf(request);
    response.json({ organisations: await organisations.list() });
  });

  router.post('/organisations', async (request, response) => {
    const by = await writerOf(request);
    const saved = await organisations.add(parse(saveOrganisationSchema, request.body), by);
    logger.info({ username: by.username, organisation: saved.organisationId }, 'an organisation was added');
    response.status(201).json(saved);
  });

  router.put('/organisations/:id', async (request, response) => {
    const by = await writerOf(request);
    const saved: SaveOrganisation = parse(saveOrganisationSchema, request.body);
    const organisation: Organisation = { organisationId: request.params.id, ...saved };
    response.json(await organisations.change(organisation, by));
    logger.info({ username: by.username, organisation: organisation.organisationId }, 'an organisation was changed');
  });

  router.delete('/organisations/:id', async (request, response) => {
    const by = await writerOf(request);
    await organisations.remove(request.params.id, by);
    logger.info({ username: by.username, organisation: request.params.id }, 'an organisation was removed');
    response.json({});
  });

  router.get('/directory/changes', async (request, response) => {
    await readerOf(request);
    const { subject } = parse(changesQuerySchema, request.query);
    const filter = { most: MOST_CHANGES, ...(subject === undefined ? {} : { subject }) };
    response.json({ changes: await directoryChanges.list(filter) });
  });
  return router;
}
