/** Where a request goes (RFC 3261 §8.1.2): the first Route, else the Request-URI. SRV records are not asked for. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Source } from '../dialog/dialog.ts';
import { unbracket } from './via.ts';
import { type Address, headerOf, type WireRequest } from './wire.ts';

/** The next hop as its URI names it. */
export interface Hop {
  host: string;
  port: number | undefined;
  /** `undefined`: whatever the sender prefers. */
  transport: Source['transport'] | undefined;
  /** A `sips:` URI: TLS or nothing. */
  isSecure: boolean;
}

/** Throws when the request names no SIP URI to go to. */
export function nextHopOf(request: WireRequest): Hop {
  const hop = hopOf(headerOf(request.headers, 'Route') ?? request.uri);
  if (!hop) throw new Error('request without a destination');
  return hop;
}

/** The first SIP URI in a header value. */
export function hopOf(text: string): Hop | undefined {
  const match = /(sips?):(?:[^@<>\s]*@)?(\[[^\]]+\]|[^:;?<>,\s]+)(?::(\d{1,5}))?([^>?,\s]*)/i.exec(text);
  if (!match) return undefined;
  const isSecure = match[1]?.toLowerCase() === 'sips';
  const named = /;transport=(udp|tcp|tls)\b/i.exec(match[4] ?? '')?.[1]?.toLowerCase();
  return {
    host: unbracket(match[2] ?? ''),
    port: match[3] === undefined ? undefined : Number(match[3]),
    transport: isSecure || named === 'tls' ? 'tls' : named === 'tcp' || named === 'udp' ? named : undefined,
    isSecure,
  };
}

/**
 * Its address. At once for an address literal, so that messages leave in the order they were made: an ACK must not be overtaken by
 * the re-INVITE behind it. Rejects when the name is unknown. `family`: that of the socket it will leave by.
 */
export function resolveHop(hop: Hop, by: Source['transport'], family: 4 | 6): Address | Promise<Address> {
  const port = hop.port ?? (by === 'tls' ? 5061 : 5060);
  if (isIP(hop.host)) return { ip: hop.host, port };
  return lookup(hop.host, { family }).then((found) => ({ ip: found.address, port, name: hop.host }));
}
