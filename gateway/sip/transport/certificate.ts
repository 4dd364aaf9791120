/** What a TLS peer has shown of itself. */
import type { PeerCertificate } from 'node:tls';
import type { Identity } from '../dialog/dialog.ts';

export type Certificate = NonNullable<Identity['certificate']>;

/** `undefined` where the peer presented none. `trusted`: its chain ends at the authority of the settings. */
export function certificateFrom(peer: Partial<PeerCertificate>, trusted: boolean): Certificate | undefined {
  if (!peer.fingerprint256) return undefined;
  const common = peer.subject?.CN;
  const names = [...alternativeNames(peer.subjectaltname ?? ''), ...(common === undefined ? [] : [common].flat())];
  return {
    fingerprint256: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
    names: [...new Set(names)],
    trusted,
  };
}

/** DNS names, URIs and addresses of RFC 5280 §4.2.1.6 in Node's writing: `DNS:a.vn, URI:sip:a.vn, IP Address:10.0.0.5`. */
function alternativeNames(text: string): string[] {
  return text
    .split(', ')
    .map((entry) => /^(?:DNS|URI|IP Address):(?!")(.{1,255})$/.exec(entry)?.[1])
    .filter((name) => name !== undefined);
}
