/** What RFC 3261 §8.2 asks a UAS to check and sip.js leaves out; and the request in the form that sip.js can read. */
import { findSessionBody, withSdpType } from '../dialog/bodies.ts';
import type { Header, WireRequest } from './wire.ts';

export interface Refusal {
  kind: 'refusal';
  status: number;
  reason: string;
  extra: Header[];
}

/** Extensions that a peer may insist on (§8.2.2.3). */
const understood = new Set(['timer', '100rel']);
const carriesDescription = new Set(['INVITE', 'UPDATE', 'ACK']);

/** The request, its body reduced to the session description in it; or the answer it gets instead. */
export function admit(request: WireRequest): WireRequest | Refusal {
  if (!/^sip:/i.test(request.uri)) return refusal(416, 'Unsupported URI Scheme');
  const unsupported = request.method === 'ACK' || request.method === 'CANCEL' ? [] : unsupportedExtensions(request);
  if (unsupported.length > 0) {
    return refusal(420, 'Bad Extension', [{ name: 'Unsupported', value: unsupported.join(', ') }]);
  }
  if (!carriesDescription.has(request.method)) return request;
  const found = findSessionBody(request.headers, request.body);
  if (found.kind === 'sdp') return { ...request, headers: withSdpType(request.headers), body: found.sdp };
  if (found.kind === 'none' || request.method === 'ACK') return { ...request, body: '' };
  return refusal(415, 'Unsupported Media Type', [{ name: 'Accept', value: 'application/sdp' }]);
}

function unsupportedExtensions(request: WireRequest): string[] {
  return request.headers
    .filter(({ name }) => name === 'Require')
    .flatMap(({ value }) => value.split(',').map((tag) => tag.trim()))
    .filter((tag) => tag !== '' && !understood.has(tag.toLowerCase()));
}

function refusal(status: number, reason: string, extra: Header[] = []): Refusal {
  return { kind: 'refusal', status, reason, extra };
}
