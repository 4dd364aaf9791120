import { z } from 'zod';
import { type LinkInfo, linkInfoSchema, type Ticket, ticketSchema } from '../../server/protocol/http.ts';
import type { RoomId } from '../../server/protocol/ids.ts';
import { Refused, readRefusal } from './refused.ts';

export interface ApiCall<Schema extends z.ZodType> {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api`, with a leading slash. */
  path: string;
  body?: unknown;
  /** Sent as it is, in the place of `body`. */
  file?: Blob;
  answer: Schema;
}

const errorSchema = z.object({ error: z.unknown() });

/**
 * One call of the HTTP interface (`server/protocol/http.ts`); the cookie goes along. Throws `Refused`: `retry` when the
 * server cannot be reached, `internal` when it answers what this version does not understand.
 */
export async function callApi<Schema extends z.ZodType>(call: ApiCall<Schema>): Promise<z.output<Schema>> {
  const { method = 'GET', path, body, file, answer } = call;
  const response = await fetch(`/api${path}`, {
    method,
    credentials: 'same-origin',
    ...(file ? { body: file, headers: { 'content-type': 'application/octet-stream' } as const } : {}),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } as const }),
  }).catch(() => {
    throw new Refused('retry');
  });
  const content: unknown = await response.json().catch(() => null);
  if (!response.ok) throw readFailure(response.status, content);
  const parsed = answer.safeParse(content);
  if (!parsed.success) throw new Refused('internal', path);
  return parsed.data;
}

function readFailure(status: number, content: unknown): Refused {
  const parsed = errorSchema.safeParse(content);
  const refusal = parsed.success ? readRefusal(parsed.data.error) : null;
  if (refusal) return new Refused(refusal.code, refusal.detail);
  // A proxy's own page, for instance while the server behind it restarts.
  return status >= 502 ? new Refused('retry') : new Refused('internal', String(status));
}

export function openLink(token: string): Promise<LinkInfo> {
  return callApi({ method: 'POST', path: '/link', body: { token }, answer: linkInfoSchema });
}

export function join(token: string, name?: string): Promise<Ticket> {
  const body = { token, ...(name === undefined ? {} : { name }) };
  return callApi({ method: 'POST', path: '/join', body, answer: ticketSchema });
}

/** The way into a room of whoever has signed in. */
export function enterRoom(roomId: RoomId, as: 'operator' | 'chair' = 'operator'): Promise<Ticket> {
  const path = `/rooms/${encodeURIComponent(roomId)}/ticket`;
  return callApi({ method: 'POST', path, body: { as }, answer: ticketSchema });
}
