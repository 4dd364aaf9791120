/** Finds the session description in a message body (RFC 3261 §7.4, RFC 2046 §5.1). */
import { type Header, headerOf } from '../transport/wire.ts';

export type SessionBody =
  | { kind: 'none' }
  | { kind: 'sdp'; sdp: string }
  /** A body whose type we do not read and that may not be ignored: 415. */
  | { kind: 'unsupported' };

/** Looks at Content-Type, and into a multipart body for its first application/sdp part. */
export function findSessionBody(headers: readonly Header[], body: string): SessionBody {
  if (body.trim() === '') return { kind: 'none' };
  const type = headerOf(headers, 'Content-Type') ?? '';
  const encoding = (headerOf(headers, 'Content-Encoding') ?? 'identity').toLowerCase();
  if (encoding !== 'identity') return { kind: 'unsupported' };
  if (/^application\/sdp\b/i.test(type)) return { kind: 'sdp', sdp: body };
  const boundary = /^multipart\/.*;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type);
  if (boundary) return findPart(body, boundary[1] ?? boundary[2] ?? '');
  return /;\s*handling=optional/i.test(headerOf(headers, 'Content-Disposition') ?? '')
    ? { kind: 'none' }
    : { kind: 'unsupported' };
}

function findPart(body: string, boundary: string): SessionBody {
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, 17);
  for (const part of parts) {
    const split = part.indexOf('\r\n\r\n');
    if (split < 0 || part.startsWith('--')) continue;
    if (!/^\s*(?:Content-Type|c)\s*:\s*application\/sdp\b/im.test(part.slice(0, split))) continue;
    return { kind: 'sdp', sdp: `${part.slice(split + 4)}\r\n` };
  }
  return { kind: 'unsupported' };
}

/** The headers of a message whose body was reduced to its session description. */
export function withSdpType(headers: readonly Header[]): Header[] {
  const others = headers.filter(({ name }) => !['Content-Type', 'Content-Disposition', 'MIME-Version'].includes(name));
  return [...others, { name: 'Content-Type', value: 'application/sdp' }];
}
