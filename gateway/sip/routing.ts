/** Where a request goes (RFC 3261 §8.1.2): the first Route, else the Request-URI. SRV records are not asked for. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { unbracket } from './via.ts';
import { type Address, headerOf, type WireRequest } from './wire.ts';

/** Rejects when a host name cannot be resolved. `family`: that of the socket it will leave by. */
export async function routeOf(request: WireRequest, family: 4 | 6): Promise<Address> {
  const next = hostOf(headerOf(request.headers, 'Route') ?? request.uri);
  if (!next) throw new Error('request without a destination');
  const ip = isIP(next.host) ? next.host : (await lookup(next.host, { family })).address;
  return { ip, port: next.port };
}

/** Host and port of the first SIP URI in a header value; the port of SIP where none is given. */
export function hostOf(text: string): { host: string; port: number } | undefined {
  const match = /sips?:(?:[^@<>\s]*@)?(\[[^\]]+\]|[^:;?<>,\s]+)(?::(\d{1,5}))?/i.exec(text);
  return match ? { host: unbracket(match[1] ?? ''), port: Number(match[2] ?? 5060) } : undefined;
}
