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

it('announces an address of IPv6 by one of IPv6, and one of IPv4 by one of IPv4', () => {
  const both = [...LOCAL, { address: 'fe80::1', internal: false }, { address: '2001:db8::7', internal: false }];
  const told = (announced: string[], host = '::') =>
    listenInfosFor({ host, announced, port: 44_400 }, both)
      .filter(({ protocol }) => protocol === 'udp')
      .map(({ ip, announcedAddress }) => [ip, announcedAddress]);
  expect(told(['2001:db8::7', '10.1.2.3'])).toEqual([
    ['2001:db8::7', undefined],
    ['10.1.2.3', undefined],
  ]);
  expect(told(['203.0.113.9', '2001:db8::7', '10.1.2.3'])).toEqual([
    ['2001:db8::7', undefined],
    ['10.1.2.3', '203.0.113.9'],
  ]);
  // The address behind the NAT need not be named.
  expect(told(['2001:db8::7', '203.0.113.9'])).toEqual([
    ['2001:db8::7', undefined],
    ['10.1.2.3', '203.0.113.9'],
  ]);
  expect(told(['centre.example'])).toEqual([['2001:db8::7', 'centre.example']]);
  expect(() => udp('0.0.0.0', ['10.1.2.3', '2001:db8::9'])).toThrow('2001:db8::9');
});
