import { Router } from 'express';
import { z } from 'zod';
import {
  changeRecordingSchema,
  issueShareSchema,
  openReviewSchema,
  type RecordingSummary,
  writeCommentSchema,
} from '../protocol/recording.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { originOf } from './origin.ts';
import type { ApiParts } from './ports.ts';
import { AddressLimit } from './recording-limits.ts';
import { routeRecordingMedia } from './recording-media.ts';
import { RecordingVisitors } from './recording-visitors.ts';
import type { Sessions } from './sessions.ts';

const querySchema = z.object({ q: z.string().max(200).optional() });

/** What was recorded: listed and kept by operators, seen by whoever the policy of recordings lets see it. */
export function routeRecordings(parts: ApiParts, sessions: Sessions): Router {
  const { recorded, logger } = parts;
  const { library, annotations, removal } = recorded;
  const visitors = new RecordingVisitors(parts, sessions);
  const tokensShown = new AddressLimit(60, 600);
  const written = new AddressLimit(120, 60);
  const searched = new AddressLimit(120, 60);
  const router = Router();

  router.get('/recordings', async (request, response) => {
    const operator = await visitors.operator(request);
    const { q } = parse(querySchema, request.query);
    if (q) await searched.count(request);
    response.json({ recordings: await library.list(operator, q) });
  });

  router.post('/review', async (request, response) => {
    await tokensShown.count(request);
    const { token } = parse(openReviewSchema, request.body);
    const identity = await visitors.open(token);
    const recordings: RecordingSummary[] = await library.seenBy(identity);
    if (recordings.length === 0) throw new Refused('recordingUnknown');
    await tokensShown.forgive(request);
    for (const { recordingId } of recordings) visitors.admit(response, token, recordingId);
    response.json({ recordings });
  });

  router.get('/recordings/:id', async (request, response) => {
    const { recordingId, identity } = await visitors.doer(request);
    response.json(await library.detail(identity, recordingId));
  });

  router.patch('/recordings/:id', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    await annotations.change(doer, recordingId, parse(changeRecordingSchema, request.body));
    response.json(library.summarise(await library.admit(doer.identity, recordingId, 'manage')));
  });

  router.delete('/recordings/:id', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    await removal.remove(doer, recordingId);
    logger.info({ recordingId }, 'a recording was deleted');
    response.json({});
  });

  router.post('/recordings/:id/comments', async (request, response) => {
    await written.count(request);
    const { recordingId, ...doer } = await visitors.doer(request);
    const comment = parse(writeCommentSchema, request.body);
    response.status(201).json(await annotations.comment(doer, recordingId, comment));
  });

  router.delete('/recordings/:id/comments/:commentId', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    await annotations.removeComment(doer, recordingId, request.params.commentId);
    response.json({});
  });

  router.get('/recordings/:id/shares', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    response.json({ shares: await annotations.shares(doer, recordingId) });
  });

  router.post('/recordings/:id/shares', async (request, response) => {
    await written.count(request);
    const { recordingId, ...doer } = await visitors.doer(request);
    const { share, token } = await annotations.share(doer, recordingId, parse(issueShareSchema, request.body));
    // Behind the '#' it stays out of request logs.
    response.status(201).json({ ...share, url: `${originOf(request, parts.publicUrl)}/review#${token}` });
  });

  router.delete('/recordings/:id/shares/:shareId', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    await annotations.revokeShare(doer, recordingId, request.params.shareId);
    response.json({});
  });

  router.get('/recordings/:id/acts', async (request, response) => {
    const { recordingId, ...doer } = await visitors.doer(request);
    response.json({ acts: await annotations.acts(doer, recordingId) });
  });

  router.use(routeRecordingMedia(parts, visitors));
  return router;
}
