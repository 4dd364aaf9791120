import { expect, test } from 'vitest';
import { isRtcp, readBitrateLimits, splitCompound, writeBitrateNotice } from '../../../../gateway/engine/job/rtcp.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
const emptyReport = '80c90001 00000061';
/** 8 bits of exponent and mantissa: 500 000 = 125 000 · 2²; overhead 40 (RFC 5104 4.2.1.1). */
const tuple = ((2 * 2 ** 26 + 125_000 * 2 ** 9 + 40) >>> 0).toString(16).padStart(8, '0');
const limit = `83cd0004 00000061 00000000 0000beef ${tuple}`;

test('a request for less (TMMBR) is found in its compound', () => {
  expect(readBitrateLimits(bytes(emptyReport + limit))).toEqual([
    { sender: 0x61, target: 0xbeef, bitsPerSecond: 500_000, overhead: 40 },
  ]);
});

test('several tuples, large exponents', () => {
  const most = (63 * 2 ** 26 + 1 * 2 ** 9).toString(16);
  const packet = `83cd0006 00000061 00000000 0000beef ${tuple} 0000cafe ${most}`;
  expect(readBitrateLimits(bytes(packet)).map(({ target, bitsPerSecond }) => [target, bitsPerSecond])).toEqual([
    [0xbeef, 500_000],
    [0xcafe, 2 ** 63],
  ]);
});

test.each(['', '80', '83cd', '83cd0004 00000061', '83cdffff 00000061 00000000', '00000000 00000000', 'ff'.repeat(40)])(
  'garbage says nothing: %s',
  (hex) => expect(readBitrateLimits(bytes(hex))).toEqual([]),
);

test('the notice is a complete compound that repeats the limit with its owner (TMMBN, RFC 5104 4.2.2)', () => {
  const notice = writeBitrateNotice(0xbeef, 'leg-1a', {
    sender: 0x61,
    target: 0xbeef,
    bitsPerSecond: 500_000,
    overhead: 40,
  });
  const packets = splitCompound(notice);
  expect(packets.map(({ type, format }) => [type, format])).toEqual([
    [201, 0],
    [202, 1],
    [205, 4],
  ]);
  expect(packets.reduce((sum, { bytes: { length } }) => sum + length, 0)).toBe(notice.length);
  expect(Buffer.from(packets[1]?.bytes ?? []).toString('latin1')).toContain('leg-1a');
  expect(Buffer.from(packets[2]?.bytes ?? []).toString('hex')).toBe(
    bytes(`84cd0004 0000beef 00000000 00000061 ${tuple}`).reduce(
      (hex, byte) => hex + byte.toString(16).padStart(2, '0'),
      '',
    ),
  );
});

test('RTP is told from RTCP on a shared port (RFC 5761 4)', () => {
  expect(isRtcp(bytes(emptyReport))).toBe(true);
  expect(isRtcp(bytes('8008000100000001'))).toBe(false);
  expect(isRtcp(bytes('80c9'))).toBe(false);
});
