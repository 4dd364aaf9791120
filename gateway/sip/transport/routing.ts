/** Where a request goes (RFC 3261 §8.1.2): the first Route, else the Request-URI. `location.ts` finds where a name is. */
import type { Source } from '../dialog/dialog.ts';
import { unbracket } from './via.ts';
import { headerOf, type WireRequest } from './wire.ts';

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
