import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { partFileSchema, streamIdSchema, stripFileSchema } from '../protocol/recording.ts';
import { parse } from '../protocol/refusals.ts';
import type { ApiParts, ServedBytes } from './ports.ts';
import type { RecordingVisitors } from './recording-visitors.ts';

/** RFC 8216bis 6.2.5: which part of the list is waited for. */
const awaitedSchema = z.object({
  _HLS_msn: z.coerce.number().int().nonnegative().optional(),
  _HLS_part: z.coerce.number().int().nonnegative().optional(),
});
const moment = z.coerce.number().int().nonnegative();
/** One part, or a stretch of the recording's own time, or all of it. */
const downloadSchema = z
  .object({ part: z.coerce.number().int().positive().optional(), from: moment.optional(), to: moment.optional() })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), { path: ['to'] })
  .refine(({ from = 0, to }) => to === undefined || to > from, { path: ['to'] });

/** What is played of a recording, and what is taken away. */
export function routeRecordingMedia({ recorded, logger }: ApiParts, visitors: RecordingVisitors): Router {
  const { library, serving, annotations } = recorded;
  const router = Router();

  router.get('/recordings/:id/:stream.m3u8', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const stream = parse(streamIdSchema, request.params.stream);
    const { _HLS_msn: segment, _HLS_part: fragment } = parse(awaitedSchema, request.query);
    const awaited = segment === undefined ? undefined : { segment, ...(fragment === undefined ? {} : { fragment }) };
    const { text } = await serving.playlist(doer.identity, recordingId, stream, awaited);
    await annotations.viewed(doer, recordingId, stream);
    response.type('application/vnd.apple.mpegurl').send(text);
  });

  router.get('/recordings/:id/streams/:stream', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const stream = parse(streamIdSchema, request.params.stream);
    const index = await serving.streamIndex(doer.identity, recordingId, stream);
    await annotations.viewed(doer, recordingId, stream);
    response.json(index);
  });

  router.get('/recordings/:id/files/:file', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const file = parse(partFileSchema, request.params.file);
    const served = await serving.file(doer.identity, recordingId, file, request.headers.range);
    await annotations.viewed(doer, recordingId, file.replace(/\.\d+\.\w+$/, ''));
    sendServed(request, response, served);
  });

  router.get('/recordings/:id/download', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const { part, from, to } = parse(downloadSchema, request.query);
    const stretch = from === undefined || to === undefined ? undefined : { from, to };
    const { title, startedAt } = await library.admit(doer.identity, recordingId, 'download');
    const wanted = { ...(part === undefined ? {} : { part }), ...(stretch ? { stretch } : {}) };
    const { bytes, open } = await serving.download(doer.identity, recordingId, wanted);
    const of = stretch ? `${stretch.from}–${stretch.to} ms` : part === undefined ? undefined : `${part}`;
    await annotations.record(doer, recordingId, 'downloaded', of);
    const day = new Date(startedAt + (stretch?.from ?? 0))
      .toISOString()
      .slice(0, stretch ? 16 : 10)
      .replace(':', '.');
    response.attachment(`${title} ${day}.mp4`).type('video/mp4');
    response.set('Content-Length', String(bytes));
    send(request, response, open);
  });

  router.get('/recordings/:id/inspection', async (request, response) => {
    const { recordingId, identity } = await visitors.doer(request);
    response.json(await serving.inspection(identity, recordingId));
  });

  router.get('/recordings/:id/strip/:n.jpg', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const file = parse(stripFileSchema, `strip-${request.params.n}.jpg`);
    const sheet = await serving.stripSheet(doer.identity, recordingId, file);
    await annotations.viewed(doer, recordingId, 'strip');
    response.type('image/jpeg').send(sheet);
  });

  router.get('/recordings/:id/video', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const served = await serving.earlierFile(doer.identity, recordingId, request.headers.range);
    await annotations.viewed(doer, recordingId, 'video');
    sendServed(request, response, served);
  });
  return router;

  function sendServed(request: Request, response: Response, { type, size, range, open }: ServedBytes): void {
    response.set({ 'Accept-Ranges': 'bytes', 'Cache-Control': 'private, no-store' }).type(type);
    // RFC 9110 15.5.17.
    if (!open) return void response.status(416).set('Content-Range', `bytes */${size}`).end();
    if (range) response.status(206).set('Content-Range', `bytes ${range.first}-${range.last}/${size}`);
    response.set('Content-Length', String(range ? range.last - range.first + 1 : size));
    send(request, response, open);
  }

  /** The headers are out: of what fails now the reader learns by the connection's end. */
  function send(request: Request, response: Response, open: () => Readable): void {
    if (request.method === 'HEAD') return void response.end();
    pipeline(open(), response, (error) => {
      if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.warn({ err: error }, 'a recording was not sent');
    });
  }
}
