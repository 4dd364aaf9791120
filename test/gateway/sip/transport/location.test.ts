import { expect, it } from 'vitest';
import { type LocationOptions, locate, type Names, systemNames } from '../../../../gateway/sip/transport/location.ts';
import { hopOf } from '../../../../gateway/sip/transport/routing.ts';

type Zone = {
  naptr?: Record<string, [order: number, preference: number, flags: string, service: string, replacement: string][]>;
  srv?: Record<string, [priority: number, weight: number, port: number, name: string][]>;
  a?: Record<string, string[]>;
};

/** Where a URI is by this zone, as `transport ip:port`. */
async function found(uri: string, zone: Zone, more: Partial<LocationOptions> = {}): Promise<string[]> {
  const of = <R>(records: Record<string, R[]> | undefined, name: string): R[] => {
    const own = records?.[name];
    if (!own) throw new Error(`no ${name}`);
    return own;
  };
  const names: Names = {
    naptr: async (name) =>
      of(zone.naptr, name).map(([order, preference, flags, service, replacement]) => ({
        order,
        preference,
        flags,
        service,
        replacement,
      })),
    srv: async (at) => of(zone.srv, at).map(([priority, weight, port, name]) => ({ priority, weight, port, name })),
    addresses: async (name) => of(zone.a, name),
  };
  const hop = hopOf(uri);
  if (!hop) throw new Error(`no URI: ${uri}`);
  const all = await locate(hop, { names, transports: ['udp', 'tcp', 'tls'], family: 4, ...more });
  expect(new Set(all.map(({ name }) => name)).size).toBeLessThan(2); // that of the URI, for the certificate
  return all.map(({ transport, ip, port }) => `${transport} ${ip}:${port}`);
}

const hosts = { 'a.vn': ['10.0.0.1'], 'b.vn': ['10.0.0.2', '10.0.0.3'], 'tinh.vn': ['10.0.0.9'] };
const services: Zone = {
  naptr: {
    'tinh.vn': [
      [20, 1, 's', 'SIP+D2U', '_sip._udp.tinh.vn'],
      [10, 2, 'S', 'sip+d2t', '_sip._tcp.tinh.vn'],
      [10, 1, 's', 'SIPS+D2T', '_sips._tcp.tinh.vn'],
      [1, 1, 's', 'SIP+D2S', '_sip._sctp.tinh.vn'],
      [1, 1, 'u', 'SIP+D2U', ''],
    ],
  },
  srv: {
    '_sip._udp.tinh.vn': [[1, 0, 5060, 'a.vn']],
    '_sip._tcp.tinh.vn': [[1, 0, 5070, 'b.vn']],
    '_sips._tcp.tinh.vn': [[1, 0, 5061, 'a.vn']],
  },
  a: hosts,
};

it('asks the domain for its transports, and speaks those that there are here', async () => {
  const [tls, tcp, udp] = ['tls 10.0.0.1:5061', ['tcp 10.0.0.2:5070', 'tcp 10.0.0.3:5070'], 'udp 10.0.0.1:5060'];
  expect(await found('sip:a@tinh.vn', services)).toEqual([tls, ...tcp, udp]);
  expect(await found('sip:a@tinh.vn', services, { transports: ['udp', 'tcp'] })).toEqual([...tcp, udp]);
  expect(await found('sips:a@tinh.vn', services)).toEqual([tls]);
  expect(await found('sip:a@tinh.vn;transport=udp', services)).toEqual([udp]);
});

it('asks for services where the domain tells no transports, and for the host where it has no service', async () => {
  const { srv, a } = { srv: {}, a: {}, ...services };
  expect(await found('sip:a@tinh.vn', { srv, a })).toEqual([
    'udp 10.0.0.1:5060',
    'tcp 10.0.0.2:5070',
    'tcp 10.0.0.3:5070',
  ]);
  expect(await found('sips:a@tinh.vn', { srv, a })).toEqual(['tls 10.0.0.1:5061']);
  expect(await found('sip:a@tinh.vn', { a })).toEqual(['udp 10.0.0.9:5060']);
  expect(await found('sips:a@tinh.vn', { a })).toEqual(['tls 10.0.0.9:5061']);
  expect(await found('sip:a@tinh.vn;transport=tcp', { a })).toEqual(['tcp 10.0.0.9:5060']);
});

it('asks for the host alone where the port is told, or the name is one of this network', async () => {
  expect(await found('sip:a@tinh.vn:5080', services)).toEqual(['udp 10.0.0.9:5080']);
  expect(await found('sip:a@codec;transport=tls', { srv: services.srv ?? {}, a: { codec: ['10.0.0.7'] } })).toEqual([
    'tls 10.0.0.7:5061',
  ]);
});

it('takes servers by priority, and within one by weight', async () => {
  const srv = {
    '_sip._udp.tinh.vn': [
      [20, 9, 5060, 'c.vn'],
      [10, 30, 5060, 'b.vn'],
      [10, 10, 5060, 'a.vn'],
    ],
  } as Zone['srv'];
  const a = { 'a.vn': ['10.0.0.1'], 'b.vn': ['10.0.0.2'], 'c.vn': ['10.0.0.3'] };
  const order = async (lot: number) =>
    (await found('sip:a@tinh.vn;transport=udp', { srv, a } as Zone, { random: () => lot })).map((one) =>
      one.slice(11, 12),
    );
  expect([await order(0.1), await order(0.3), await order(0.99)]).toEqual([
    ['1', '2', '3'],
    ['2', '1', '3'],
    ['2', '1', '3'],
  ]);
});

it('finds nothing where there is no such name, or the service is not offered', async () => {
  expect(await found('sip:a@tinh.vn', {})).toEqual([]);
  expect(await found('sip:a@tinh.vn', { srv: { '_sip._udp.tinh.vn': [[0, 0, 0, '.']] }, a: hosts })).toEqual([]);
});

it('knows the file of hosts', async () => {
  expect(await systemNames().addresses('localhost', 4)).toEqual(['127.0.0.1']);
});
