import { describe, expect, it } from 'vitest';
import { limitsOf, parseProfileLevel, preferenceOf } from '../../../../gateway/sip/sdp/h264.ts';

const format = (fmtp: Record<string, string>) => ({
  payloadType: 97,
  codec: 'h264',
  clockRate: 90_000,
  channels: 1,
  fmtp,
});

describe('H.264', () => {
  it.each([
    ['42e01f', 'constrainedBaseline', 31],
    ['42C014', 'constrainedBaseline', 20],
    ['428020', 'baseline', 32],
    ['4d001f', 'main', 31],
    ['4d801f', 'constrainedBaseline', 31],
    ['640028', 'high', 40],
    ['42f00b', 'constrainedBaseline', 9],
    ['nonsense', 'baseline', 10],
    [undefined, 'baseline', 10],
  ])('reads %s as %s, level %i (RFC 6184 §8.1)', (value, profile, level) => {
    expect(parseProfileLevel(value)).toMatchObject({ profile, level });
  });

  it('knows what a level allows, and what widens it', () => {
    expect(limitsOf(format({ 'profile-level-id': '42e01f' }))).toEqual({
      maxMbps: 108_000,
      maxFs: 3_600,
      maxBitrate: 14_000_000,
    });
    const widened = { 'profile-level-id': '420016', 'max-br': '5000', 'max-mbps': '245000', 'max-fs': '9000' };
    expect(limitsOf(format(widened))).toEqual({ maxMbps: 245_000, maxFs: 9_000, maxBitrate: 5_000_000 });
    expect(limitsOf(format({ 'profile-level-id': '42e01f', 'max-fs': '99' })).maxFs).toBe(3_600);
  });

  it('prefers mode 1, then the simpler profile; High last; nothing interleaved', () => {
    const rank = (id: string, mode?: string) =>
      preferenceOf(format({ 'profile-level-id': id, ...(mode === undefined ? {} : { 'packetization-mode': mode }) }));
    const order = [rank('42e01f', '1'), rank('42001f', '1'), rank('4d001f', '1'), rank('42e01f'), rank('64001f', '1')];
    expect(order).toEqual(order.toSorted((a, b) => (a ?? 99) - (b ?? 99)));
    expect(rank('42e01f', '2')).toBeUndefined();
    expect(rank('f4001f', '1')).toBeUndefined();
  });
});
