import { isIP, isIPv6 } from 'node:net';
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
 * NAT's) is announced by one of the bound ones, of its own family where it is a literal. Throws when there are more of
 * those than addresses to bind.
 */
export function listenInfosFor(
  { host, announced, port }: Listening,
  local: LocalAddress[],
): types.TransportListenInfo[] {
  const bound = boundAddresses(host, announced, local);
  const carried = carry(outsideOf(announced, local), bound, local);
  return bound.flatMap(({ ip, announced: own }) => {
    const announcedAddress = carried.get(ip);
    const info = { ip, port, ...(announcedAddress ? { announcedAddress, exposeInternalIp: own } : {}) };
    return [
      { ...info, protocol: 'udp' as const },
      { ...info, protocol: 'tcp' as const },
    ];
  });
}

function outsideOf(announced: string[], local: LocalAddress[]): string[] {
  return announced.filter((address) => !local.some((one) => one.address === address));
}

/** Of each bound address the one outside that it announces: one that faces the network, where there is such a one. */
function carry(outside: string[], bound: Bound[], local: LocalAddress[]): Map<string, string> {
  const carried = new Map<string, string>();
  const isInternal = ({ ip }: Bound) => local.some(({ address, internal }) => address === ip && internal);
  const facing = bound.some((one) => !isInternal(one)) ? bound.filter((one) => !isInternal(one)) : bound;
  for (const address of outside) {
    const carrier = facing.find(({ ip }) => !carried.has(ip) && isMet(address, ip));
    if (!carrier) {
      throw new Error(`${outside.length} addresses to announce, but only ${facing.length} to listen on for ${address}`);
    }
    carried.set(carrier.ip, address);
  }
  return carried;
}

/** Whether who goes to `address` may come to `ip`; a name may be of either family. */
function isMet(address: string, ip: string): boolean {
  return isIP(address) === 0 || isIPv6(address) === isIPv6(ip);
}

/** A wildcard cannot be bound beside a single address on the same port, so it is spelled out. */
function boundAddresses(host: string, announced: string[], local: LocalAddress[]): Bound[] {
  if (host !== '0.0.0.0' && host !== '::') return [{ ip: host, announced: announced.includes(host) }];
  const own = announced.filter((a) => local.some((l) => l.address === a));
  const unmet = outsideOf(announced, local).filter((address) => !own.some((ip) => isMet(address, ip)));
  const facing = new Set(unmet.map((address) => firstOf(isIP(address) === 0 ? host : address, local)));
  const bound = [...own.map((ip) => ({ ip, announced: true })), ...[...facing].map((ip) => ({ ip, announced: false }))];
  return bound.length > 0 ? bound : [{ ip: firstOf(host, local), announced: false }];
}

/** The first address of a family that faces the network. */
function firstOf(family: string, local: LocalAddress[]): string {
  const isOne = ({ address, internal }: LocalAddress) =>
    !internal && isIPv6(address) === isIPv6(family) && !address.startsWith('fe80:');
  return local.find(isOne)?.address ?? '127.0.0.1';
}
