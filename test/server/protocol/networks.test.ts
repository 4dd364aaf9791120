import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withinNetworks } from '../../../server/protocol/networks.ts';
import { networkSchema } from '../../../server/protocol/wire.ts';

const octet = fc.constantFrom(0, 1, 10, 127, 128, 255);
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const group = fc.constantFrom('0', '1', 'fd00', 'ffff', 'FE80', '00a0');
const whole = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
const short = fc.tuple(fc.array(group, { maxLength: 3 }), fc.array(group, { maxLength: 3 }));
const shortened = short.map(([head, tail]) => `${head.join(':')}::${tail.join(':')}`);
const ipv6 = fc.oneof(
  whole,
  shortened,
  ipv4.map((address) => `::ffff:${address}`),
);
const network4 = fc
  .tuple(ipv4, fc.option(fc.nat(32)))
  .map(([address, length]) => ({ address, length, family: 'ipv4' as const }));
const network6 = fc
  .tuple(fc.oneof(whole, shortened), fc.option(fc.nat(128)))
  .map(([address, length]) => ({ address, length, family: 'ipv6' as const }));

describe('who is within networks', () => {
  it('is whom Node finds there', () => {
    const asked = fc.oneof(
      ipv4.map((ip) => ({ ip, family: 'ipv4' as const })),
      ipv6.map((ip) => ({ ip, family: 'ipv6' as const })),
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(network4, network6), { maxLength: 4 }),
        fc.array(asked, { minLength: 1 }),
        (networks, all) => {
          const list = new BlockList();
          const texts = networks.map(({ address, length, family }) => {
            if (length === null) list.addAddress(address, family);
            else list.addSubnet(address, length, family);
            return length === null ? address : `${address}/${length}`;
          });
          expect(texts.every((text) => networkSchema.safeParse(text).success)).toBe(true);
          const isWithin = withinNetworks(texts);
          for (const { ip, family } of all)
            expect([texts, ip, isWithin(ip)]).toEqual([texts, ip, list.check(ip, family)]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is nobody by a name, by nothing, or by what is no address', () => {
    const isWithin = withinNetworks(['0.0.0.0/0', '::/0']);
    for (const text of ['', 'babe', '1.2.3', '1.2.3.256', '1:2', '1::2::3', ':', '::g', '1:2:3:4:5:6:7:8:9']) {
      expect([text, isWithin(text)]).toEqual([text, false]);
    }
    expect([isWithin('1.2.3.4'), isWithin('fe80::1%eth0'), withinNetworks([])('1.2.3.4')]).toEqual([true, true, false]);
  });
});
