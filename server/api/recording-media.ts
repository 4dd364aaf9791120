import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { partFileSchema, streamIdSchema, stripFileSchema } from '../protocol/recording.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { ApiParts } from './ports.ts';
import type { RecordingVisitors } from './recording-visitors.ts';

/** RFC 8216bis 6.2.5: which part of the list is waited for. */
const awaitedSchema = z.object({
  _HLS_msn: z.coerce.number().int().nonnegative().optional(),
  _HLS_part: z.coerce.number().int().nonnegative().optional(),
});
const downloadSchema = z.object({ part: z.coerce.number().int().positive().optional() });

/** What is played of a recording, and what is taken away. */
export function routeRecordingMedia(
  { recorded, recordingsDir, logger }: ApiParts,
  visitors: RecordingVisitors,
): Router {
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
    const { type, size, range, open } = await serving.file(doer.identity, recordingId, file, request.headers.range);
    await annotations.viewed(doer, recordingId, file.replace(/\.\d+\.\w+$/, ''));
    response.set({ 'Accept-Ranges': 'bytes', 'Cache-Control': 'private, no-store' }).type(type);
    // RFC 9110 15.5.17.
    if (!open) return void response.status(416).set('Content-Range', `bytes */${size}`).end();
    if (range) response.status(206).set('Content-Range', `bytes ${range.first}-${range.last}/${size}`);
    response.set('Content-Length', String(range ? range.last - range.first + 1 : size));
    send(request, response, open);
  });

  router.get('/recordings/:id/download', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const { part } = parse(downloadSchema, request.query);
    const { title, startedAt } = await library.admit(doer.identity, recordingId, 'download');
    const { bytes, open } = await serving.download(doer.identity, recordingId, part);
    await annotations.record(doer, recordingId, 'downloaded', part === undefined ? undefined : `${part}`);
    response.attachment(`${title} ${new Date(startedAt).toISOString().slice(0, 10)}.mp4`).type('video/mp4');
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

  router.get('/recordings/:id/video', async (request, response, next) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    const { file } = await library.admit(doer.identity, recordingId, 'see');
    if (file === undefined || doer.identity.as === 'share') throw new Refused('recordingUnknown', recordingId);
    await annotations.viewed(doer, recordingId, 'video');
    const options = { root: recordingsDir, cacheControl: false, headers: { 'Cache-Control': 'private, no-store' } };
    // Answers ranges (RFC 9110 14), so that a browser can jump in it.
    response.type('video/mp4').sendFile(file, options, (error) => {
      if (!error || response.headersSent) return;
      // RFC 9110 15.5.17; `Content-Range` with the length is set already.
      if ('status' in error && error.status === 416) return void response.status(416).end();
      const isGone = 'code' in error && error.code === 'ENOENT';
      next(isGone ? new Refused('recordingUnknown', recordingId) : error);
    });
  });
  return router;

  /** The headers are out: of what fails now the reader learns by the connection's end. */
  function send(request: Request, response: Response, open: () => Readable): void {
    if (request.method === 'HEAD') return void response.end();
    pipeline(open(), response, (error) => {
      if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') logger.warn({ err: error }, 'a recording was not sent');
    });
  }
}
