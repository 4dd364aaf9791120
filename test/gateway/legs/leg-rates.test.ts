import { expect, test } from 'vitest';
import type { LegStats, StreamStats } from '../../../gateway/engine/leg-protocol.ts';
import { LegRates } from '../../../gateway/legs/leg-rates.ts';

const SPAN_MS = 2_000;
const agreed = {};

function stream(sent: Partial<StreamStats['sent']>): StreamStats & { transcoding: boolean } {
  return {
    received: { packets: 0, bytes: 0, lost: 0, jitterMs: 0, lastPacketMs: null, lastRtcpMs: null, rejected: 0 },
    sent: { packets: 0, bytes: 0, fractionLost: 0, roundTripMs: 0, reportedHighest: 0, reportedLost: 0, ...sent },
    encrypted: false,
    transcoding: false,
  };
}
const stats = (video: Partial<StreamStats['sent']>): LegStats => ({
  audio: stream({}),
  video: stream(video),
  showing: 'program',
  residentBytes: 0,
});
/** Two seconds of a megabit a second: 250 packets of 1,000 octets with their headers. */
const sent = (times: number) => ({ packets: 250 * times, bytes: 240_000 * times });

test('an endpoint whose reports say that a third comes through is sent as much, and nothing before it reports', () => {
  const rates = new LegRates(undefined);
  expect(rates.of(agreed).main).toBe(Number.POSITIVE_INFINITY);
  const silent = [stats(sent(1)), stats(sent(2))] as const;
  expect(rates.learn(...silent, SPAN_MS, 2_000)).toBe(false);
  const first = stats({ ...sent(2), reportedHighest: 5_500, reportedLost: 0 });
  expect(rates.learn(silent[1], first, SPAN_MS, 4_000)).toBe(false);
  const second = stats({ ...sent(3), reportedHighest: 5_750, reportedLost: 167 });
  expect(rates.learn(first, second, SPAN_MS, 6_000)).toBe(true);
  const { main } = rates.of(agreed);
  expect(main).toBeGreaterThan(150);
  expect(main).toBeLessThan(250);
  // The same report once more says nothing new.
  expect(rates.learn(second, stats({ ...sent(4), reportedHighest: 5_750, reportedLost: 167 }), SPAN_MS, 12_000)).toBe(
    false,
  );
});

test('the least of what is configured, asked for and found out counts', () => {
  const rates = new LegRates({ downKbps: 600 });
  expect(rates.of(agreed).main).toBe(450);
  rates.ask(300);
  expect(rates.of(agreed).main).toBe(300);
});
