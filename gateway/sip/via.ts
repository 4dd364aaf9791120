/** The Via header: where a request came from and where its response goes (RFC 3261 §18.2, RFC 3581). */
import { isIP } from 'node:net';
import type { Address, Header } from './wire.ts';

export interface Via {
  transport: string;
  host: string;
  port: number | undefined;
  /** Parameter names in lower case; a flag has the value ''. */
  params: Map<string, string>;
}

/** Our own mark on a Via whose sender did not ask for `rport`; taken off again before the response leaves. */
const unasked = 'x-unasked';

export function parseVia(value: string): Via | undefined {
  const match =
    /^SIP\s*\/\s*2\.0\s*\/\s*(\w+)\s+(\[[^\]]{1,64}\]|[^:;\s]{1,255})\s*(?::\s*(\d{1,5}))?\s*((?:;.*)?)$/i.exec(value);
  if (!match) return undefined;
  const params = new Map<string, string>();
  for (const part of (match[4] ?? '').split(';').slice(1)) {
    const [name = '', ...rest] = part.split('=');
    if (name.trim() !== '') params.set(name.trim().toLowerCase(), rest.join('=').trim());
  }
  const port = match[3] === undefined ? undefined : Number(match[3]);
  return { transport: (match[1] ?? '').toUpperCase(), host: match[2] ?? '', port, params };
}

export function formatVia(via: Via): string {
  const params = [...via.params].map(([name, value]) => (value === '' ? `;${name}` : `;${name}=${value}`));
  return `SIP/2.0/${via.transport} ${via.host}${via.port === undefined ? '' : `:${via.port}`}${params.join('')}`;
}

/** The topmost Via of a message, parsed. */
export function topVia(headers: readonly Header[]): Via | undefined {
  const header = headers.find(({ name }) => name === 'Via');
  return header && parseVia(header.value);
}

function withTopVia(headers: readonly Header[], via: Via): Header[] {
  const top = headers.findIndex(({ name }) => name === 'Via');
  return headers.map((header, index) => (index === top ? { name: 'Via', value: formatVia(via) } : header));
}

/**
 * Writes the true source of a request into its top Via. sip.js hands a response over as text only, so the Via is also our
 * memory of where to send it: the port is kept there always, and removed by `takeOffSource` where the sender did not ask for it.
 * `undefined` when the Via cannot be read.
 */
export function stampSource(headers: readonly Header[], from: Address): Header[] | undefined {
  const via = topVia(headers);
  if (!via) return undefined;
  if (!via.params.has('rport')) via.params.set(unasked, '');
  via.params.set('received', from.ip);
  via.params.set('rport', String(from.port));
  return withTopVia(headers, via);
}

/**
 * The reverse of `stampSource`, for a response that leaves: its headers as the sender expects them, and its destination.
 * On a connection that is where the request came from; on UDP the sender's own port unless `rport` was asked for (RFC 3581 §4).
 */
export function takeOffSource(
  headers: readonly Header[],
  reliable: boolean,
): { headers: Header[]; to: Address } | undefined {
  const via = topVia(headers);
  const ip = via?.params.get('received');
  const port = Number(via?.params.get('rport'));
  if (!via || ip === undefined || !Number.isInteger(port)) return undefined;
  const asked = !via.params.delete(unasked);
  if (asked) return { headers: withTopVia(headers, via), to: { ip, port } };
  via.params.delete('rport');
  if (unbracket(via.host) === ip) via.params.delete('received'); // RFC 3261 §18.2.1: only where it differs
  return { headers: withTopVia(headers, via), to: { ip, port: reliable ? port : (via.port ?? 5060) } };
}

/** `[::1]` → `::1`; anything else as it is. */
export function unbracket(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** An address literal as it stands in a URI or Via: IPv6 in brackets. */
export function bracket(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
