/**
 * Who is calling: by digest on the INVITE (RFC 3261 §22.2), by the connection of a live registration, by its TLS certificate. The
 * source of a datagram proves nothing, as anybody can write it: who has registered over UDP is asked for its password again.
 */
import type { IncomingRequestMessage } from 'sip.js/lib/core/index.js';
import type { Identity } from '../dialog/dialog.ts';
import type { Listener } from '../listener.ts';
import type { Authentication } from './authentication.ts';
import { addressIn } from './contacts.ts';
import { type Asker, askerOf } from './offers.ts';
import type { SipRegistrar } from './registrar.ts';

export interface Caller {
  identity: Identity;
  asker: Asker;
  /** It has tried to prove something with a nonce that no longer holds. */
  isStale: boolean;
  /** It comes from where an account is registered over UDP, and has not tried to prove that it is that account. */
  isUnprovenAccount: boolean;
}

export interface CallersOptions {
  authentication: Authentication;
  registrar: SipRegistrar;
}

/** Rejects only if the `account` hook does. */
export async function identify(
  message: IncomingRequestMessage,
  listener: Listener,
  { authentication, registrar }: CallersOptions,
): Promise<Caller> {
  const source = listener.sourceOf(message);
  const asker = askerOf((name) => message.getHeader(name), source);
  const certificate = listener.certificateOf(message);
  const known = certificate ? { certificate } : {};
  const authorization = message.getHeaders('Authorization');
  if (authentication.isClaimed(authorization)) {
    const toUri = addressIn(message.getHeader('To') ?? '');
    const claim = {
      method: message.method,
      requestUri: message.ruri?.toRaw() ?? '',
      toUri,
      authorization,
      asker,
    };
    const proof = await authentication.check(claim);
    const account = proof.kind === 'proven' ? { account: proof.account.user } : {};
    const isStale = proof.kind === 'unproven' && proof.stale;
    return { identity: { ...known, ...account }, asker, isStale, isUnprovenAccount: false };
  }
  // Behind a proxy anybody comes from the proxy's address.
  const isDirect = message.getHeaders('Via').length === 1;
  const account = isDirect ? registrar.accountAt(source, asker.user) : undefined;
  const isProven = account !== undefined && source.transport !== 'udp';
  const identity = isProven ? { ...known, account } : known;
  return { identity, asker, isStale: false, isUnprovenAccount: account !== undefined && !isProven };
}
