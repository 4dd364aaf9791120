import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { languageQuerySchema } from '../../protocol/api.ts';
import { Refused } from '../../protocol/refusals.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/version.ts';
import type { ApiParts } from '../ports.ts';
import { type Answer, KnownAnswers } from './answers.ts';
import { describeApi, type Language } from './description.ts';
import { type Call, type Handled, handlersOf } from './handlers.ts';
import { type BodyOf, OPERATIONS, type Operation, type QueryOf } from './operations.ts';
import { parseSent, problemOf } from './problems.ts';
import { Programs } from './programs.ts';

/** Of the interface; it rises with what it can do, and the address with what would break its users. */
const VERSION = '1.0.0';
/** A sheet of two thousand sites has about half of it. */
const MOST_SHEET = '4mb';
const KEY = /^[\x21-\x7e]{1,255}$/;

/** The interface for programs, `/api/v1`: one route for each operation of the table. */
export function routeV1(parts: ApiParts): Router {
  const programs = new Programs(parts);
  const known = new KnownAnswers(parts);
  const handlers = handlersOf(parts);
  const router = Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.use(express.json({ limit: MAX_MESSAGE_BYTES }));
  router.get(OPERATIONS.describe.path, (request, response) => {
    response.json(describeApi(parseSent(languageQuerySchema, request.query).language, VERSION));
  });
  for (const id of Object.keys(handlers) as Handled[]) {
    const operation: Operation = OPERATIONS[id];
    // The table has tied what is parsed to what is handled.
    const handle = handlers[id] as (call: Call<Handled>) => Promise<Answer>;
    const path = operation.path.replace(/\{(\w+)\}/g, ':$1');
    const sheet = express.raw({ type: [...(operation.files ?? [])], limit: MOST_SHEET });
    router[operation.method](path, ...(operation.files ? [sheet] : []), async (request, response) => {
      response.locals.path = operation.path;
      const program = await programs.require(request, response, operation.scope);
      const call = { program, ...parsedCall(operation, request) };
      const key = operation.keyed ? keyOf(request) : undefined;
      const perform = (requestId?: string) => handle({ ...call, requestId });
      if (key === undefined) return send(response, operation, await perform());
      const asked = { tokenId: program.token.tokenId, key, request: [id, request.path, JSON.stringify(call.body)] };
      const language = languageOf(request);
      send(
        response,
        operation,
        await known.once(asked, (requestId) => settled(() => perform(requestId), language, operation.path)),
      );
    });
  }
  router.use((request: Request, response: Response) => {
    const { problem } = problemOf(new Refused('malformed', request.path), languageOf(request));
    response.status(404).json(problem);
  });
  router.use(answerProblems(parts));
  return router;
}

function parsedCall(operation: Operation, request: Request): Omit<Call<Handled>, 'program' | 'requestId'> {
  const { bookingId = '', siteId = '' } = request.params;
  const ifMatch = request.get('if-match') ?? '';
  if (operation.guarded && ifMatch === '') throw new Refused('ifMatchRequired');
  const query = operation.query && parseSent(operation.query, request.query);
  const body = operation.body && parseSent(operation.body, request.body ?? {});
  return {
    query: query as QueryOf<Handled>,
    body: body as BodyOf<Handled>,
    bookingId: String(bookingId),
    siteId: String(siteId),
    ifMatch,
    file: Buffer.isBuffer(request.body) ? request.body : undefined,
  };
}

function keyOf(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key !== undefined && !KEY.test(key)) throw new Refused('malformed', 'Idempotency-Key');
  return key;
}

/** A refusal is an answer too, and the same one when the request comes again; a fault of ours is not. */
async function settled(perform: () => Promise<Answer>, language: Language, path: string): Promise<Answer> {
  try {
    return await perform();
  } catch (error) {
    const { status, problem } = problemOf(error, language, path);
    if (status >= 500) throw error;
    return { status, body: problem };
  }
}

function send(response: Response, { answer }: Operation, { status, body, text, etag }: Answer): void {
  response.status(status);
  if (etag !== undefined) response.set('ETag', etag);
  if (text === undefined) response.json(body);
  else response.type(`${answer.type}; charset=utf-8`).send(text);
}

function languageOf(request: Request): Language {
  return request.acceptsLanguages('vi', 'en') === 'en' ? 'en' : 'vi';
}

function answerProblems({ logger }: ApiParts): ErrorRequestHandler {
  return (error, request, response, next) => {
    const language = languageOf(request);
    const { status, problem } = problemOf(error, language, response.locals.path);
    if (problem.error.code === 'internal') logger.error({ err: error, path: request.path }, 'a request failed');
    if (response.headersSent) return next(error);
    response.status(status).set('Content-Language', language).json(problem);
  };
}
