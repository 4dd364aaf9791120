/** Answers and readings of single messages that need no transaction. Pure. */
import { createHash } from 'node:crypto';
import { allowedMethods } from '../library.ts';
import { bracket } from './via.ts';
import {
  type Address,
  type Header,
  headerOf,
  type Refused,
  replyTo,
  type WireRequest,
  type WireResponse,
} from './wire.ts';

/** The same answer to the same request, also when it is repeated (RFC 3261 §8.2.7). */
export function statelessReply(
  request: WireRequest | Refused,
  status: number,
  reason: string,
  extra: Header[],
): WireResponse {
  const identity = `${headerOf(request.headers, 'Via')}${headerOf(request.headers, 'Call-ID')}`;
  const tag = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  const allow = { name: 'Allow', value: allowedMethods.join(', ') };
  return replyTo(request, status, reason, tag, status === 405 ? [allow, ...extra] : extra);
}

/** Many endpoints leave Contact out of a 180; the library would drop the response. A mere address serves until the 200. */
export function withContact(response: WireResponse, method: string, from: Address): WireResponse {
  const needed = method === 'INVITE' && response.status > 100 && response.status < 300;
  if (!needed || headerOf(response.headers, 'Contact')) return response;
  const contact = { name: 'Contact', value: `<sip:${bracket(from.ip)}:${from.port}>` };
  return { ...response, headers: [...response.headers, contact] };
}

/** The library cannot read `Contact: *`, and drops a whole REGISTER for one contact that it does not understand. */
export function withoutContacts(request: WireRequest): WireRequest {
  return { ...request, headers: request.headers.filter(({ name }) => name !== 'Contact') };
}
