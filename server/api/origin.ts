import type { Request, RequestHandler } from 'express';
import { Refused } from '../protocol/refusals.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Where people reach us: by setting, else as this request did. Without a path. */
export function originOf(request: Request, publicUrl: string | undefined): string {
  const host = request.headers.host ?? 'localhost';
  return publicUrl ?? (URL.canParse(`https://${host}`) ? new URL(`https://${host}`).origin : 'https://localhost');
}

/**
 * Refuses a change that another site's page asked for. Browsers name the page's origin with every such request
 * (https://fetch.spec.whatwg.org/#origin-header); what is no browser sends none and holds no cookie by accident.
 */
export function refuseForeignOrigin(publicUrl: string | undefined): RequestHandler {
  return (request, _response, next) => {
    const { origin } = request.headers;
    if (READING.has(request.method) || origin === undefined || origin === publicUrl) return next();
    // By host alone: behind the development server, and only there, the page comes over plain HTTP.
    const isOurs = URL.canParse(origin) && new URL(origin).host === request.headers.host;
    next(isOurs ? undefined : new Refused('notPermitted', 'origin'));
  };
}
