import { expect, test } from 'vitest';
import { readRtp, writeRtp } from '../../../../gateway/engine/job/rtp-packet.ts';

const packet = {
  marker: true,
  payloadType: 101,
  sequence: 65_535,
  timestamp: 0xfffffff0,
  ssrc: 0x80000001,
  payload: Uint8Array.of(1, 2, 3, 4),
};

test('what is written is read again', () => {
  expect(readRtp(writeRtp(packet))).toEqual(packet);
});

test('contributing sources, extension and padding are no payload (RFC 3550 5.1, 5.3.1)', () => {
  const hex = 'b1650001 00000002 00000003 000000cc bede0001 11223344 0a0b 0002';
  const read = readRtp(new Uint8Array(Buffer.from(hex.replace(/ /g, ''), 'hex')));
  expect(read).toMatchObject({ marker: false, payloadType: 101, sequence: 1, timestamp: 2, ssrc: 3 });
  expect([...(read?.payload ?? [])]).toEqual([10, 11]);
});

test.each([
  '',
  '80',
  '00'.repeat(12),
  '8f'.repeat(12),
  '9065000100000002000000030000ffff',
  'a06500010000000200000003ff',
])('no RTP: %s', (hex) => expect(readRtp(new Uint8Array(Buffer.from(hex, 'hex')))).toBeUndefined());
