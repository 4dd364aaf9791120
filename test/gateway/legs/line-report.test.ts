import { describe, expect, test } from 'vitest';
import type { LegStats, StreamStats } from '../../../gateway/engine/leg-protocol.ts';
import { samplesOf } from '../../../gateway/legs/line-report.ts';
import { reportedSampleSchema } from '../../../server/protocol/monitor.ts';

type Changes = { received?: Partial<StreamStats['received']>; sent?: Partial<StreamStats['sent']> };

function stream({ received, sent }: Changes = {}): StreamStats & { transcoding: boolean } {
  return {
    received: {
      packets: 0,
      bytes: 0,
      lost: 0,
      jitterMs: 0,
      lastPacketMs: null,
      lastRtcpMs: null,
      rejected: 0,
      ...received,
    },
    sent: { packets: 0, bytes: 0, fractionLost: 0, roundTripMs: 0, reportedHighest: 0, reportedLost: 0, ...sent },
    encrypted: false,
    transcoding: false,
  };
}
const stats = (audio: Changes, video?: Changes): LegStats => ({
  audio: stream(audio),
  ...(video ? { video: stream(video) } : {}),
  showing: 'program',
  residentBytes: 0,
});
const whose = { id: 'site-ba-be', codec: 'g722' as const };

describe('what a leg reports of a codec’s line', () => {
  const before = stats({}, {});
  const after = stats(
    { received: { packets: 98, bytes: 16_000, lost: 2, jitterMs: 5, lastPacketMs: 12, lastRtcpMs: 900 } },
    {
      received: { packets: 285, bytes: 375_000, lost: 15, lastPacketMs: 20 },
      sent: { packets: 300, bytes: 250_000, fractionLost: 0.04, roundTripMs: 60 },
    },
  );
  const samples = samplesOf(before, after, 2_000, whose);

  test('each stream that comes, with what is lost of it', () => {
    expect(samples).toContainEqual({
      ...{ agoMs: 0, spanMs: 2_000, direction: 'up', stream: { participantId: 'site-ba-be', source: 'microphone' } },
      ...{ codec: 'g722', packets: 98, kbps: 64, jitterMs: 5, loss: 0.02, unrepaired: 0.02 },
    });
    expect(samples.find((s) => s.stream?.source === 'camera')).toMatchObject({ kbps: 1_500, loss: 0.05 });
  });

  test('what goes there, as its RTCP says; nothing of what is not sent', () => {
    const down = samples.filter(({ direction }) => direction === 'down');
    expect(down).toMatchObject([{ stream: { source: 'program' }, kbps: 1_000, loss: 0.04, roundTripMs: 60 }]);
  });

  test('REG-5 what the centre took of the sound that it has played back, once it was', () => {
    const looped = { ...after, ...(after.audio ? { audio: { ...after.audio, loopMs: 81.5 } } : {}) };
    const loops = samplesOf(before, looped, 2_000, whose).map(({ stream: of, loopMs }) => [of?.source, loopMs]);
    expect(loops.filter(([, ms]) => ms !== undefined)).toEqual([['microphone', 81.5]]);
  });

  test('how long ago anything came', () => {
    expect(samples.at(-1)).toEqual({ agoMs: 0, spanMs: 2_000, direction: 'up', silentMs: 12 });
    expect(samplesOf(before, before, 2_000, whose).some(({ silentMs }) => silentMs !== undefined)).toBe(false);
  });

  test('in the form that the server takes', () => {
    for (const sample of samples) expect(reportedSampleSchema.safeParse(sample).success).toBe(true);
    expect(samplesOf(before, after, 100_000, whose)).toEqual([]);
  });
});
