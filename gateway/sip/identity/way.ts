/** How a registered codec is reached. Pure. */
import type { Source } from '../dialog/dialog.ts';
import type { BoundContact } from './bindings.ts';
import { readSipUri, transportOf } from './uris.ts';

export interface Way {
  /** The URI to call: its Contact. */
  contact: string;
  /** Where to send it to, whatever the Contact says. */
  pinned?: Source;
}

/**
 * The way to the freshest contact that has one. A Contact is only a claim: an account could name somebody else's address in it, and
 * have us ring there. So we go where the REGISTER came from, or to another port of the same address, and nowhere else: over the
 * connection while it stands (RFC 5626 §5.3), through the NAT that a datagram came by, else to the Contact.
 */
export function wayTo(bound: readonly BoundContact[]): Way | undefined {
  for (const { binding, isConnected } of bound) {
    const { contact, source } = binding;
    const uri = readSipUri(contact);
    const isAtHome = uri?.host === source.ip;
    if (source.transport !== 'udp' && isConnected) return { contact, pinned: source };
    // A contact for another transport than UDP, or one of its own port: it is the same machine.
    if (isAtHome && uri && transportOf(uri) !== undefined) return { contact };
    if (source.transport === 'udp') return { contact, pinned: source };
  }
  return undefined;
}

export interface OwnAddress {
  realm: string;
  hosts: readonly string[];
  ports: readonly number[];
}

/**
 * The account that is meant by `sip:account@our-host`, or nothing. Without a port our host is meant only if the account is
 * registered or we are at SIP's own port: a codec may stand at port 5060 of the same machine.
 */
export function accountIn(
  target: string,
  own: OwnAddress,
  isRegistered: (user: string) => boolean,
): string | undefined {
  const uri = readSipUri(target);
  if (!uri || uri.user === '') return undefined;
  const isOurPort = uri.port === undefined ? undefined : own.ports.includes(uri.port);
  if (uri.host === own.realm.toLowerCase()) return isOurPort === false ? undefined : uri.user;
  if (!own.hosts.some((host) => host.toLowerCase() === uri.host)) return undefined;
  const isOurs = isOurPort ?? (own.ports.includes(5_060) || isRegistered(uri.user));
  return isOurs ? uri.user : undefined;
}
