import { Router } from 'express';
import { recordingIdSchema } from '../protocol/ids.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { ApiParts } from './ports.ts';
import type { Sessions } from './sessions.ts';

/** What was recorded, for operators alone. */
export function routeRecordings({ recordings, recordingsDir }: ApiParts, sessions: Sessions): Router {
  const router = Router();

  router.get('/recordings', async (request, response) => {
    await sessions.require(request);
    response.json({ recordings: await recordings.list() });
  });

  router.get('/recordings/:id/video', async (request, response, next) => {
    await sessions.require(request);
    const recordingId = parse(recordingIdSchema, request.params.id);
    const file = await recordings.fileOf(recordingId);
    if (!file) throw new Refused('recordingUnknown', recordingId);
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
}
