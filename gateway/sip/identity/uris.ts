/** SIP URIs as far as identity depends on them (RFC 3261 §19.1). Pure; nothing here throws. */
import { unbracket } from '../transport/via.ts';

export interface SipUri {
  scheme: 'sip' | 'sips';
  /** Decoded; empty where there is none. A password in it is dropped. */
  user: string;
  /** Lower case, IPv6 without brackets. */
  host: string;
  port: number | undefined;
  /** Names in lower case; a flag has the value ''. */
  params: ReadonlyMap<string, string>;
}

export function readSipUri(text: string): SipUri | undefined {
  const match =
    /^(sips?):(?:([^@<>\s"]{1,128})@)?(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?((?:;[^\s<>"?]{0,256})?)(?:\?\S*)?$/i.exec(
      text,
    );
  if (!match) return undefined;
  const [, scheme = '', userinfo = '', host = '', port, tail = ''] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  const params = new Map<string, string>();
  for (const part of tail.split(';').slice(1)) {
    const [name = '', value = ''] = part.split('=');
    if (name !== '') params.set(name.toLowerCase(), value);
  }
  return {
    scheme: scheme.toLowerCase() === 'sips' ? 'sips' : 'sip',
    user: decoded(userinfo.split(':')[0] ?? ''),
    host: unbracket(host).toLowerCase(),
    port: port === undefined ? undefined : Number(port),
    params,
  };
}

function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

export function transportOf(uri: SipUri): 'udp' | 'tcp' | 'tls' | undefined {
  const named = uri.params.get('transport')?.toLowerCase();
  if (uri.scheme === 'sips' || named === 'tls') return 'tls';
  if (named === undefined || named === 'udp') return 'udp';
  return named === 'tcp' ? 'tcp' : undefined;
}

export function portOf(uri: SipUri): number {
  return uri.port ?? (transportOf(uri) === 'tls' ? 5061 : 5060);
}

/** RFC 3261 §19.1.4 for what may differ between two contacts of one account. */
export function isSameContact(a: string, b: string): boolean {
  const [left, right] = [readSipUri(a), readSipUri(b)];
  if (!left || !right) return a === b;
  return (
    left.user === right.user &&
    left.host === right.host &&
    portOf(left) === portOf(right) &&
    transportOf(left) === transportOf(right)
  );
}

/**
 * Is this what the credentials were made for (RFC 7616 §3.4.6)? The user part has to be that of the Request-URI, or missing: SIPp and
 * its like name the host alone. The host may also be one of `others`: a proxy on the way may have put our address in the place of
 * the domain that the client knows.
 */
export function isSameTarget(claimed: string, requestUri: string, others: readonly string[]): boolean {
  const uri = readSipUri(claimed);
  const target = readSipUri(requestUri);
  if (!uri || !target || (uri.user !== '' && uri.user !== target.user)) return false;
  return [target, ...others.map(readSipUri)].some((other) => other?.host === uri.host && portOf(other) === portOf(uri));
}
