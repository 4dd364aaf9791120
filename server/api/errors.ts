import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { REFUSALS, type Refusal, type RefusalCode, Refused, refuse } from '../protocol/refusals.ts';

/** Where the category's status does not say it well enough. */
const STATUS: Partial<Record<RefusalCode, number>> = {
  notSignedIn: 401,
  wrongPassword: 401,
  codeRequired: 401,
  codeWrong: 401,
  accountUnknown: 404,
  sessionUnknown: 404,
  deviceUnknown: 404,
  notEnrolled: 401,
  messageTooLarge: 413,
  roomUnknown: 404,
  recordingUnknown: 404,
  commentUnknown: 404,
  shareUnknown: 404,
  layoutNotSaved: 404,
  bookingUnknown: 404,
  noticeUnknown: 404,
  tokenUnknown: 404,
  internal: 500,
};
const STATUS_OF_CATEGORY: Record<Refusal['category'], number> = {
  input: 400,
  permission: 403,
  state: 409,
  limit: 429,
  server: 503,
};

/** For paths that do not exist. */
export const refuseUnknownPath: RequestHandler = (request, response) => {
  response.status(404).json({ error: refuse('malformed', request.path) });
};

/** The one place where what was thrown becomes an answer: `{error: Refusal}`. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal') logger.error({ err: error, path: request.path }, 'a request failed');
    // Half an answer cannot become another one; express then cuts the connection.
    if (response.headersSent) return next(error);
    if (refusal.code === 'tooManyAttempts' && refusal.detail) response.set('Retry-After', refusal.detail);
    response.status(statusOfRefusal(refusal.code)).json({ error: refusal });
  };
}

export function statusOfRefusal(code: RefusalCode): number {
  return STATUS[code] ?? STATUS_OF_CATEGORY[REFUSALS[code]];
}

/** What was thrown, as a refusal; what is nobody's to blame is `internal`. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return refuse('messageTooLarge');
  // body-parser's and express's own: broken JSON, a broken percent-encoding.
  if (typeof status === 'number' && status >= 400 && status < 500) return refuse('malformed');
  return refuse('internal');
}
