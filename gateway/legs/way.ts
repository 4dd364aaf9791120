import { SIP_REALM } from '../../server/protocol/wire.ts';

/** Our account at an outside registrar. `uri` is that registrar's, without a user. */
export interface Trunk {
  uri: string;
  user: string;
  password: string;
}

export interface Way {
  target: string;
  credentials?: { user: string; password: string };
}

/**
 * How an address is called: an account of ours where it is registered, a telephone number through the trunk, anything else
 * as it stands.
 */
export function wayTo(address: string, account: string | undefined, trunk: Trunk | undefined): Way {
  if (account !== undefined) return { target: `sip:${account}@${SIP_REALM}` };
  const bare = address.trim().replace(/^sips?:/i, '');
  if (trunk && /^\+?[\d.-]{2,20}$/.test(bare) && !isAddress(bare)) {
    const number = bare.replace(/[.-]/g, '');
    const { user, password } = trunk;
    return { target: trunk.uri.replace(/^sip:/i, `sip:${number}@`), credentials: { user, password } };
  }
  return { target: /^sips?:/i.test(address) ? address : `sip:${bare}` };
}

/** The IPv6 literal in an address; other hosts are met on IPv4. */
export function literalOf(address: string): string | undefined {
  return /\[([0-9a-f:]+)\]/i.exec(address)?.[1];
}

/** `10.0.0.5` is no telephone number. */
function isAddress(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text);
}
