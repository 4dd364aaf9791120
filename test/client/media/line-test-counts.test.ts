import { expect, test } from 'vitest';
import { countedOf, sampleOfDown } from '../../../client/media/line-test-counts.ts';

const inbound = (more: object) => ({ type: 'inbound-rtp', jitter: 0.004, ...more });

test('what came between two readings counts with what carries it', () => {
  const before = countedOf(
    [inbound({ packetsReceived: 100, packetsLost: 0, bytesReceived: 10_000, headerBytesReceived: 0 })],
    [],
  );
  const after = countedOf(
    [inbound({ packetsReceived: 195, packetsLost: 5, bytesReceived: 19_500, headerBytesReceived: 2_000 })],
    [
      { type: 'candidate-pair', state: 'succeeded', currentRoundTripTime: 0.05, availableOutgoingBitrate: 800_000 },
      { type: 'candidate-pair', state: 'waiting', currentRoundTripTime: 0.001 },
      { type: 'outbound-rtp', qualityLimitationReason: 'cpu' },
    ],
  );
  expect(sampleOfDown(before, after, 1_000)).toEqual({
    packets: 95,
    kbps: ((9_500 + 2_000 + 95 * 38) * 8) / 1_000,
    jitterMs: 4,
    loss: 0.05,
  });
  expect(after).toMatchObject({ roundTripMs: 50, availableKbps: 800, isSlow: true });
});

test('of nothing there is no loss', () => {
  const none = countedOf([], []);
  expect(none).toEqual({ packets: 0, lost: 0, bytes: 0, jitterMs: 0, isSlow: false });
  expect(sampleOfDown(none, none, 1_000)).toEqual({ packets: 0, kbps: 0, jitterMs: 0 });
});
