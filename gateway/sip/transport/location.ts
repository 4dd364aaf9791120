/** Where a SIP server is by its domain name (RFC 3263 §4): NAPTR, then SRV, then A or AAAA, as far as its URI leaves it open. */
import { lookup, Resolver } from 'node:dns/promises';
import type { Source } from '../dialog/dialog.ts';
import type { Hop } from './routing.ts';
import type { Address } from './wire.ts';

/** One place where a request may go. `name`: what its URI calls it, which is what its certificate must bear (RFC 5922 §4). */
export type Located = Source & Required<Pick<Address, 'name'>>;

/** What is asked of the DNS. Each rejects where there is nothing of the kind. */
export interface Names {
  naptr(
    name: string,
  ): Promise<{ order: number; preference: number; flags: string; service: string; replacement: string }[]>;
  srv(name: string): Promise<{ priority: number; weight: number; name: string; port: number }[]>;
  addresses(name: string, family: 4 | 6): Promise<string[]>;
}

export interface LocationOptions {
  names: Names;
  /** What there is here, the preferred one first. */
  transports: readonly Source['transport'][];
  family: 4 | 6;
  /** From 0 to 1: for servers of one priority. */
  random?: () => number;
}

/** More than these are not tried, nor asked for. */
const most = { servers: 8, places: 8 };
const services: Record<string, Source['transport']> = { 'sip+d2u': 'udp', 'sip+d2t': 'tcp', 'sips+d2t': 'tls' };
const labels: Record<Source['transport'], string> = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp' };

/** This machine's own: addresses also from its file of hosts. A DNS server that is away holds a call up for some seconds only. */
export function systemNames(): Names {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  return {
    naptr: (name) => resolver.resolveNaptr(name),
    srv: (name) => resolver.resolveSrv(name),
    addresses: async (name, family) => (await lookup(name, { family, all: true })).map(({ address }) => address),
  };
}

/** In the order in which they are to be tried; none where the name is unknown or nothing there can be spoken to. Never rejects. */
export async function locate(hop: Hop, options: LocationOptions): Promise<Located[]> {
  const { host, port, isSecure } = hop;
  const found = port === undefined && host.includes('.') ? await serversOf(hop, options) : undefined;
  const transport = hop.transport ?? (isSecure ? 'tls' : 'udp');
  const servers = found ?? [{ transport, name: host, port: port ?? (transport === 'tls' ? 5061 : 5060) }];
  const places: Located[] = [];
  for (const { transport, name, port } of servers.slice(0, most.servers)) {
    if (!options.transports.includes(transport)) continue;
    const addresses = await options.names.addresses(name, options.family).catch(() => []);
    places.push(...addresses.map((ip) => ({ transport, ip, port, name: host })));
  }
  return places.slice(0, most.places);
}

interface Server {
  transport: Source['transport'];
  name: string;
  port: number;
}

/** By SRV; `undefined` where the domain has no such record, so that the name is a host's (§4.2). */
async function serversOf(hop: Hop, options: LocationOptions): Promise<Server[] | undefined> {
  const named = hop.transport === undefined ? await servicesOf(hop, options) : [];
  const usual = hop.transport ? [hop.transport] : hop.isSecure ? (['tls'] as const) : (['udp', 'tcp'] as const);
  const asked =
    named.length > 0 ? named : usual.map((transport) => ({ transport, at: `${labels[transport]}.${hop.host}` }));
  const spoken = asked.filter(({ transport }) => options.transports.includes(transport));
  const answers = await Promise.all(
    spoken.map(async ({ transport, at }) => {
      const records = await options.names.srv(at).catch(() => []);
      return inOrder(records, options.random ?? Math.random).map(({ name, port }) => ({ transport, name, port }));
    }),
  );
  const all = answers.flat();
  return all.length > 0 ? all.filter(({ name }) => name !== '' && name !== '.') : undefined; // RFC 2782: "." is not offered
}

/** §4.1: the transports that the domain itself prefers. */
async function servicesOf({ host, isSecure }: Hop, { names }: LocationOptions) {
  const records = await names.naptr(host).catch(() => []);
  return records
    .filter(({ flags }) => flags.toLowerCase() === 's')
    .sort((one, other) => one.order - other.order || one.preference - other.preference)
    .flatMap(({ service, replacement }) => {
      const transport = services[service.toLowerCase()];
      return transport === undefined || (isSecure && transport !== 'tls') ? [] : { transport, at: replacement };
    });
}

/** RFC 2782: by priority, and within one by lot, weighted. */
function inOrder<R extends { priority: number; weight: number }>(records: readonly R[], random: () => number): R[] {
  const left = [...records].sort((one, other) => one.priority - other.priority || one.weight - other.weight);
  const ordered: R[] = [];
  for (let [first] = left; first !== undefined; [first] = left) {
    const { priority } = first;
    const equals = left.filter((record) => record.priority === priority);
    let lot = random() * equals.reduce((sum, { weight }) => sum + weight, 0);
    const drawn = equals.find(({ weight }) => {
      lot -= weight;
      return lot <= 0;
    });
    ordered.push(...left.splice(left.indexOf(drawn ?? first), 1));
  }
  return ordered;
}
