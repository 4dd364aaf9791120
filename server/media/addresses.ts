import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';

export interface LocalAddress {
  address: string;
  internal: boolean;
}

export function localAddresses(): LocalAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((infos) => infos ?? [])
    .map(({ address, internal }) => ({ address, internal }));
}

interface Listening {
  host: string;
  announced: string[];
  port: number;
}

interface Bound {
  ip: string;
  announced: boolean;
}

/**
 * Where one WebRtcServer listens: UDP and TCP on each bound address. An announced address that is not this machine's (a
 * NAT's) is announced by one of the bound ones. Throws when there are more of those than addresses to bind.
 */
export function listenInfosFor(
  { host, announced, port }: Listening,
  local: LocalAddress[],
): types.TransportListenInfo[] {
  const bound = boundAddresses(host, announced, local);
  const isInternal = (ip: string) => local.some((l) => l.address === ip && l.internal);
  const outside = announced.filter((a) => !local.some((l) => l.address === a));
  const carriers = bound.some((b) => !isInternal(b.ip)) ? bound.filter((b) => !isInternal(b.ip)) : bound;
  if (outside.length > carriers.length) {
    throw new Error(`${outside.length} addresses to announce, but only ${carriers.length} to listen on`);
  }
  return bound.flatMap(({ ip, announced: own }) => {
    const announcedAddress = outside[carriers.findIndex((c) => c.ip === ip)];
    const info = { ip, port, ...(announcedAddress ? { announcedAddress, exposeInternalIp: own } : {}) };
    return [
      { ...info, protocol: 'udp' as const },
      { ...info, protocol: 'tcp' as const },
    ];
  });
}

/** A wildcard cannot be bound beside a single address on the same port, so it is spelled out. */
function boundAddresses(host: string, announced: string[], local: LocalAddress[]): Bound[] {
  if (host !== '0.0.0.0' && host !== '::') return [{ ip: host, announced: announced.includes(host) }];
  const own = announced.filter((a) => local.some((l) => l.address === a));
  if (own.length > 0) return own.map((ip) => ({ ip, announced: true }));
  const family = host === '::' ? /:/ : /\./;
  const first = local.find((l) => !l.internal && family.test(l.address));
  return [{ ip: first?.address ?? '127.0.0.1', announced: false }];
}
