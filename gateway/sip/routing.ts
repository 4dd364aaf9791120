/** Where a request goes (RFC 3261 §8.1.2): the first Route, else the Request-URI. SRV records are not asked for. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { unbracket } from './via.ts';
import { type Address, headerOf, type WireRequest } from './wire.ts';

/**
 * At once for an address literal, so that messages leave in the order they were made: an ACK must not be overtaken by the
 * re-INVITE behind it. Throws or rejects when there is no way. `family`: that of the socket it will leave by.
 */
export function routeOf(request: WireRequest, family: 4 | 6): Address | Promise<Address> {
  const next = hostOf(headerOf(request.headers, 'Route') ?? request.uri);
  if (!next) throw new Error('request without a destination');
  const { host, port } = next;
  return isIP(host) ? { ip: host, port } : lookup(host, { family }).then((found) => ({ ip: found.address, port }));
}

/** Host and port of the first SIP URI in a header value; the port of SIP where none is given. */
export function hostOf(text: string): { host: string; port: number } | undefined {
  const match = /sips?:(?:[^@<>\s]*@)?(\[[^\]]+\]|[^:;?<>,\s]+)(?::(\d{1,5}))?/i.exec(text);
  return match ? { host: unbracket(match[1] ?? ''), port: Number(match[2] ?? 5060) } : undefined;
}
