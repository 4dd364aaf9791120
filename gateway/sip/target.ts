/** Whom to call: the SIP URIs that an operator may dial. */
import { Grammar, type URI } from 'sip.js/lib/core/index.js';

export interface Target {
  uri: URI;
  transport: 'udp' | 'tcp';
}

/** `sip:user@host[:port][;transport=udp|tcp]`; `undefined` for anything else. */
export function parseTarget(text: string): Target | undefined {
  if (text.length > 512 || !/^sip:[^\s<>"]+$/i.test(text)) return undefined;
  const uri = Grammar.URIParse(text);
  if (uri?.scheme !== 'sip' || uri.host === '') return undefined;
  const transport = String(uri.getParam('transport') ?? 'udp').toLowerCase();
  if (transport !== 'udp' && transport !== 'tcp') return undefined;
  uri.clearHeaders();
  return { uri, transport };
}

/** A display name as it stands within quotes (RFC 3261 §25.1, quoted-string). */
export function quotable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
  return name.replace(/[\0-\x1f\x7f]+/g, ' ').replace(/[\\"]/g, '\\$&');
}
