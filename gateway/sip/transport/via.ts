/** The Via header: where a request came from and where its response goes (RFC 3261 §18.2, RFC 3581). */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Source } from '../dialog/dialog.ts';
import type { Address, Header } from './wire.ts';

export interface Via {
  transport: string;
  host: string;
  port: number | undefined;
  /** Parameter names in lower case; a flag has the value ''. */
  params: Map<string, string>;
}

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

/** The headers with another top Via. */
export function withTopVia(headers: readonly Header[], via: Via): Header[] {
  const top = headers.findIndex(({ name }) => name === 'Via');
  return headers.map((header, index) => (index === top ? { name: 'Via', value: formatVia(via) } : header));
}

/**
 * sip.js hands a response over as text only, so the Via of the request is our memory of where to send it. These parameters are
 * ours: they are set on arrival and taken off again before the response leaves.
 */
const own = { by: 'x-by', branch: 'x-branch', unasked: 'x-unasked', secure: 'x-secure' } as const;

export interface Arrival {
  from: Address;
  transport: Source['transport'];
  /** Our Contact in the answer has to be a `sips:` URI. */
  isSecure: boolean;
  method: string;
}

/**
 * Writes the true source of a request into its top Via, and a branch that no other client has by chance: sip.js tells
 * transactions apart by the branch alone, RFC 3261 §17.2.3 also by who sent it, and by the method but for CANCEL and ACK.
 * `undefined` when the Via cannot be read.
 */
export function stampSource(
  headers: readonly Header[],
  { from, transport, isSecure, method }: Arrival,
): Header[] | undefined {
  const via = topVia(headers);
  const branch = via?.params.get('branch');
  if (!via || branch === undefined) return undefined;
  for (const name of Object.values(own)) via.params.delete(name);
  if (!via.params.has('rport')) via.params.set(own.unasked, '');
  via.params.set('received', from.ip);
  via.params.set('rport', String(from.port));
  const group = method === 'CANCEL' || method === 'ACK' ? 'INVITE' : method;
  const sender = `${via.host} ${via.port} ${from.ip} ${group} ${branch}`;
  via.params.set('branch', `z9hG4bK${createHash('sha256').update(sender).digest('hex').slice(0, 24)}`);
  via.params.set(own.branch, branch);
  via.params.set(own.by, transport);
  if (isSecure) via.params.set(own.secure, '');
  return withTopVia(headers, via);
}

export interface Return {
  /** As the sender of the request expects them. */
  headers: Header[];
  from: string;
  /** On a connection where the request came from; on UDP the sender's own port unless `rport` was asked for (RFC 3581 §4). */
  to: Address;
  /** Where to if there is no such connection any more (RFC 3261 §18.2.2). */
  otherwise: Address;
  by: Source['transport'];
  isSecure: boolean;
}

/** The reverse of `stampSource`, for a response that leaves. */
export function takeOffSource(headers: readonly Header[]): Return | undefined {
  const via = topVia(headers);
  const ip = via?.params.get('received');
  const port = Number(via?.params.get('rport'));
  const by = via?.params.get(own.by);
  if (!via || ip === undefined || !Number.isInteger(port)) return undefined;
  if (by !== 'udp' && by !== 'tcp' && by !== 'tls') return undefined;
  const isSecure = via.params.has(own.secure);
  const asked = !via.params.has(own.unasked);
  via.params.set('branch', via.params.get(own.branch) ?? '');
  for (const name of Object.values(own)) via.params.delete(name);
  const sentBy = { ip, port: via.port ?? (by === 'tls' ? 5061 : 5060) };
  if (!asked) {
    via.params.delete('rport');
    if (unbracket(via.host) === ip) via.params.delete('received'); // RFC 3261 §18.2.1: only where it differs
  }
  const to = asked || by !== 'udp' ? { ip, port } : sentBy;
  return { headers: withTopVia(headers, via), from: ip, to, otherwise: by === 'udp' ? to : sentBy, by, isSecure };
}

/** `[::1]` → `::1`; anything else as it is. */
export function unbracket(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** An address literal as it stands in a URI or Via: IPv6 in brackets. */
export function bracket(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
