import { Router } from 'express';
import { z } from 'zod';
import { participantIdSchema, roomIdSchema } from '../protocol/ids.ts';
import { parse } from '../protocol/refusals.ts';
import type { MonitorPort } from './ports.ts';
import type { Sessions } from './sessions.ts';

const DAY_MS = 86_400_000;
const rangeSchema = z.object({
  roomId: roomIdSchema.optional(),
  from: z.coerce.number().int().nonnegative(),
  to: z.coerce.number().int().nonnegative(),
});
const moment = z.coerce.number().int().nonnegative().optional();
const momentsSchema = z.object({ at: moment, from: moment, to: moment });
const FIGURES = [
  ...['level', 'spanMs', 'kbps', 'packets', 'loss', 'unrepaired', 'jitterMs', 'roundTripMs', 'nacks', 'plis', 'firs'],
  ...['resent', 'availableKbps', 'given', 'silentMs', 'codec', 'frames', 'height', 'frozenMs', 'concealed', 'limited'],
  ...['speech', 'picture', 'layer', 'reason'],
];

/** Lines now and in the past. */
export function routeMonitor(
  { monitor, now, rooms }: { monitor: MonitorPort; now: () => number; rooms: { get(roomId: string): unknown } },
  sessions: Sessions,
): Router {
  const router = Router();

  router.get('/rooms/:id/lines', async (request, response) => {
    await sessions.require(request, 'readLines');
    const roomId = parse(roomIdSchema, request.params.id);
    const lines = rooms.get(roomId) ? monitor.lines().find((room) => room.roomId === roomId)?.lines : undefined;
    response.json({ lines: Object.fromEntries(lines ?? []) });
  });

  router.get('/rooms/:id/course', async (request, response) => {
    await sessions.require(request, 'readLines');
    const { from, to } = parse(momentsSchema, request.query);
    const wanted = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    response.json(await monitor.course(parse(roomIdSchema, request.params.id), wanted));
  });

  router.get('/rooms/:id/line-tree', async (request, response) => {
    await sessions.require(request, 'readLines');
    const { at } = parse(momentsSchema, request.query);
    response.json(await monitor.tree(parse(roomIdSchema, request.params.id), at));
  });

  router.get('/lines/:participantId/chart', async (request, response) => {
    await sessions.require(request, 'readLines');
    response.json(await monitor.chart(wantedOf(request.params.participantId, request.query)));
  });

  router.get('/lines/:participantId/samples', async (request, response) => {
    await sessions.require(request, 'readLines');
    response.json(await find(request.params.participantId, request.query));
  });

  router.get('/lines/:participantId/samples.csv', async (request, response) => {
    await sessions.require(request, 'readLines');
    const { samples } = await find(request.params.participantId, request.query);
    const head = ['at', 'roomId', 'stream', ...FIGURES];
    const rows = samples.map(({ at, roomId, stream, ...figures }) => [
      new Date(at).toISOString(),
      roomId,
      stream,
      ...FIGURES.map((name) => figures[name] ?? ''),
    ]);
    response.type('text/csv').attachment(`${request.params.participantId}.csv`);
    response.send([head, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join(''));
  });

  function find(participantId: string, query: unknown) {
    return monitor.find(wantedOf(participantId, query));
  }

  /** The last hour, where nothing else is said. */
  function wantedOf(id: string, query: unknown) {
    const given = z.record(z.string(), z.unknown()).parse(query);
    const { from, to, roomId } = parse(rangeSchema, { from: now() - DAY_MS / 24, to: now(), ...given });
    const participantId = parse(participantIdSchema, id);
    return { participantId, from, to, ...(roomId ? { roomId } : {}) };
  }

  return router;
}

/** RFC 4180 2. Ids and numbers: no spreadsheet takes one for a formula but for a leading sign. */
function cellOf(value: unknown): string {
  const text = String(value);
  const safe = /^[=+@\t\r-]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
