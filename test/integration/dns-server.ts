/** A DNS server on loopback that knows a few names (RFC 1035 §4, RFC 2782, RFC 3403 §4.1), and who asks nobody else. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import type { SipSettings } from '../../gateway/sip/index.ts';

export interface Zone {
  a: Record<string, string>;
  srv: Record<string, { priority: number; port: number; name: string }[]>;
  naptr: Record<string, { order: number; service: string; replacement: string }[]>;
}

const types = { a: 1, srv: 33, naptr: 35 } as const;

const domain = (name: string): Buffer =>
  Buffer.concat([...name.split('.').flatMap((label) => text(label)), Buffer.of(0)]);
const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value, 'latin1')]);
const numbers = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.of(value >> 8, value & 0xff)));

function recordsOf({ a, srv, naptr }: Zone, name: string, type: number): Buffer[] {
  const ip = a[name];
  if (type === types.a) return ip === undefined ? [] : [Buffer.from(ip.split('.').map(Number))];
  if (type === types.srv) {
    return (srv[name] ?? []).map((one) => Buffer.concat([numbers(one.priority, 0, one.port), domain(one.name)]));
  }
  if (type !== types.naptr) return [];
  return (naptr[name] ?? []).map(({ order, service, replacement }) =>
    Buffer.concat([numbers(order, 0), text('s'), text(service), text(''), domain(replacement)]),
  );
}

function answerTo(query: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const end = at + 5;
  const type = query.readUInt16BE(at + 1);
  const found = recordsOf(zone, labels.join('.').toLowerCase(), type);
  const head = numbers(query.readUInt16BE(0), found.length > 0 ? 0x8180 : 0x8183, 1, found.length, 0, 0);
  const answers = found.map((record) => Buffer.concat([numbers(0xc00c, type, 1, 0, 60, record.length), record]));
  return Buffer.concat([head, query.subarray(12, end), ...answers]);
}

/** `zone` may change while it runs. */
export async function openDnsServer(zone: Zone): Promise<{ names: NonNullable<SipSettings['names']>; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => socket.send(answerTo(query, zone), port, address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    names: {
      naptr: (name) => resolver.resolveNaptr(name),
      srv: (name) => resolver.resolveSrv(name),
      addresses: (name) => resolver.resolve4(name),
    },
    close: () => void socket.close(),
  };
}
