/** Whom to call: the SIP URIs that an operator may dial. */
import { Grammar, type URI } from 'sip.js/lib/core/index.js';

export interface Target {
  uri: URI;
  transport: 'udp' | 'tcp' | 'tls';
}

/** `sip:user@host[:port][;transport=udp|tcp|tls]` or `sips:…`, which is TLS; `undefined` for anything else. */
export function parseTarget(text: string): Target | undefined {
  if (text.length > 512 || !/^sips?:[^\s<>"]+$/i.test(text)) return undefined;
  const uri = Grammar.URIParse(text);
  if (!uri || uri.host === '') return undefined;
  const isSecure = uri.scheme === 'sips';
  const named = String(uri.getParam('transport') ?? (isSecure ? 'tls' : 'udp')).toLowerCase();
  if (named !== 'udp' && named !== 'tcp' && named !== 'tls') return undefined;
  if (isSecure && named === 'udp') return undefined; // RFC 3261 §26.2.2
  uri.clearHeaders();
  return { uri, transport: isSecure ? 'tls' : named };
}

/** A display name as it stands within quotes (RFC 3261 §25.1, quoted-string). */
export function quotable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  return name.replace(/[\0-\x1f\x7f]+/g, ' ').replace(/[\\"]/g, '\\$&');
}

/** A Route header value for a proxy: loose routing (RFC 3261 §19.1.1, `lr`), without which it would take the request for its own. */
export function routeTo(uri: string): string {
  return `<${/;lr\b/i.test(uri) ? uri : `${uri};lr`}>`;
}
