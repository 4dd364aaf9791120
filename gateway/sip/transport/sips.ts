/** `sips:` URIs (RFC 3261 §19.1, RFC 5630): the library knows only `sip:`, so they are translated on the way in and out. */
import type { Header, WireRequest } from './wire.ts';

/**
 * The request as the library can read it. `isSecure`: our Contact in the answer has to be a `sips:` URI, because the Request-URI
 * is one, or the top Record-Route, or without that the Contact (RFC 3261 §12.1.1).
 */
export function withoutSips(request: WireRequest): { request: WireRequest; isSecure: boolean } {
  const back = request.headers.find(({ name }) => name === 'Record-Route') ?? contactOf(request.headers);
  const isSecure = /^sips:/i.test(request.uri) || /^[^<]*<?sips:/i.test(back?.value ?? '');
  return { request: { ...request, uri: request.uri.replace(/^sips:/i, 'sip:') }, isSecure };
}

/** Headers whose Contact, ours, is a `sips:` URI; its transport follows from the scheme (RFC 5630 §3.1.4). */
export function secureContact(headers: readonly Header[]): Header[] {
  return headers.map((header) =>
    header.name === 'Contact' ? { name: 'Contact', value: header.value.replace(/<sip:([^>]*)>/i, secured) } : header,
  );
}

const secured = (_match: string, rest: string): string => `<sips:${rest.replace(/;transport=tls\b/i, '')}>`;

const contactOf = (headers: readonly Header[]): Header | undefined => headers.find(({ name }) => name === 'Contact');
