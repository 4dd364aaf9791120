import { expect, it } from 'vitest';
import { listenInfosFor } from '../../../server/media/addresses.ts';

const LOCAL = [
  { address: '127.0.0.1', internal: true },
  { address: '::1', internal: true },
  { address: '10.1.2.3', internal: false },
  { address: '192.168.7.7', internal: false },
];
const udp = (host: string, announced: string[]) =>
  listenInfosFor({ host, announced, port: 44_400 }, LOCAL)
    .filter((info) => info.protocol === 'udp')
    .map(({ protocol: _, ...info }) => info);

it('listens on UDP and TCP', () => {
  expect(listenInfosFor({ host: '127.0.0.1', announced: ['127.0.0.1'], port: 5000 }, LOCAL)).toEqual([
    { ip: '127.0.0.1', port: 5000, protocol: 'udp' },
    { ip: '127.0.0.1', port: 5000, protocol: 'tcp' },
  ]);
});

it('spells a wildcard out, as far as it is announced', () => {
  expect(udp('0.0.0.0', ['10.1.2.3', '127.0.0.1'])).toEqual([
    { ip: '10.1.2.3', port: 44_400 },
    { ip: '127.0.0.1', port: 44_400 },
  ]);
});

it('keeps to one address where one is given', () => {
  expect(udp('192.168.7.7', ['10.1.2.3', '192.168.7.7'])).toEqual([{ ip: '192.168.7.7', port: 44_400 }]);
});

it('announces the address of a NAT by an address that faces the network', () => {
  expect(udp('0.0.0.0', ['127.0.0.1', '10.1.2.3', '203.0.113.9'])).toEqual([
    { ip: '127.0.0.1', port: 44_400 },
    { ip: '10.1.2.3', port: 44_400, announcedAddress: '203.0.113.9', exposeInternalIp: true },
  ]);
  expect(udp('0.0.0.0', ['centre.example'])).toEqual([
    { ip: '10.1.2.3', port: 44_400, announcedAddress: 'centre.example', exposeInternalIp: false },
  ]);
});

it('does not start with more addresses to announce than to listen on', () => {
  expect(() => udp('10.1.2.3', ['203.0.113.9', '203.0.113.10'])).toThrow('2 addresses to announce, but only 1');
});
