import { describe, expect, test } from 'vitest';
import { type StreamStats, sampleOf } from '../../../client/media/reporting.ts';
import { reportedSampleSchema } from '../../../server/protocol/monitor.ts';

const stream = { participantId: 'a', source: 'camera' as const };
const down = (kind: 'audio' | 'video', entry: Record<string, unknown>): StreamStats => ({
  ...{ direction: 'down', stream, kind },
  entries: [{ id: 'one', ...entry }],
});

describe('what a browser reports of a stream', () => {
  test('a picture: frames, size, and how long it stood still', () => {
    const before = down('video', {
      packetsReceived: 100,
      bytesReceived: 50_000,
      framesDecoded: 30,
      totalFreezesDuration: 1,
    });
    const after = down('video', {
      ...{ packetsReceived: 580, packetsLost: 20, bytesReceived: 675_000, framesDecoded: 150, frameHeight: 720 },
      ...{ totalFreezesDuration: 1.5, jitter: 0.012, nackCount: 7, pliCount: 1 },
    });
    const sample = sampleOf(before, after, 5_000);
    expect(sample).toMatchObject({ packets: 480, loss: 0.04, kbps: 1_000, frames: 120, height: 720, frozenMs: 500 });
    expect(sample).toMatchObject({ jitterMs: 12, nacks: 7, plis: 1 });
    expect(reportedSampleSchema.safeParse(sample).success).toBe(true);
  });

  test('a sound: what was made up of it, silences apart', () => {
    const before = down('audio', { totalSamplesReceived: 0 });
    const after = down('audio', {
      totalSamplesReceived: 240_000,
      concealedSamples: 16_800,
      silentConcealedSamples: 2_400,
    });
    expect(sampleOf(before, after, 5_000)).toMatchObject({ codec: 'opus', concealed: 0.06 });
  });

  test.each([
    [['none', 'cpu'], 'processor'],
    [['bandwidth', 'none'], 'bandwidth'],
    [['none'], undefined],
  ])('what limits a sender whose layers say %j', (reasons, limited) => {
    const entries = reasons.map((qualityLimitationReason) => ({ qualityLimitationReason }));
    const up: StreamStats = { direction: 'up', stream, kind: 'video', entries };
    expect(sampleOf(up, up, 5_000)?.limited).toBe(limited);
  });

  test('nothing of a stream that began anew, or after a long sleep', () => {
    const before = down('audio', {});
    expect(sampleOf(before, { ...before, entries: [{ id: 'two' }] }, 5_000)).toBeUndefined();
    expect(sampleOf(before, before, 3_600_000)).toBeUndefined();
  });
});
