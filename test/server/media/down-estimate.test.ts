import { describe, expect, test } from 'vitest';
import { DownEstimate } from '../../../server/media/down-estimate.ts';
import { LineShare } from '../../../server/media/line-share.ts';
import { wantsOf } from '../../../server/media/wants.ts';

const SOUND = 45;
const camera = { participantId: 'ba-be', source: 'camera' as const };

/**
 * A good line, as it was recorded behind `test/e2e/shaped-line.ts`, while the line of the one site that was seen on it was at 15 kbit/s
 * and became good again: what mediasoup (3.27) took it to bear, and what the layers cost that came to the centre; kbit/s.
 */
const RECORDED: readonly { estimateKbps: number; kbps: readonly [number, number] }[] = [
  ...[378, 376, 364, 347, 330].map((large) => ({ estimateKbps: 1_404, kbps: [130, large] as const })),
  ...[1_404, 1_404, 1_404, 1_404, 310, 335, 363, 393, 426, 78, 78].map((estimateKbps) => ({
    estimateKbps,
    kbps: [0, 0] as const,
  })),
  ...[78, 78, 78, 81, 87, 97].map((estimateKbps) => ({ estimateKbps, kbps: [125, 125] as const })),
  ...[105, 115, 123, 135, 146, 153].map((estimateKbps) => ({ estimateKbps, kbps: [125, 305] as const })),
];

/** What part of what was wanted the line was given each second, where `said` is what mediasoup would have said. */
function givenBy(said: (recordedKbps: number, floorKbps: number) => number): number[] {
  const share = new LineShare();
  let floor = 0;
  return RECORDED.map(({ estimateKbps, kbps }, second) => {
    const at = second * 1_000;
    const availableKbps = said(estimateKbps, floor);
    const wants = wantsOf([{ from: camera, spatialLayer: 1 }], () => kbps, { speaker: null });
    share.review(wants, { estimateKbps: availableKbps, soundKbps: SOUND }, at);
    floor = Math.max(floor, share.floorFor(availableKbps) ?? 0);
    return share.given;
  });
}

test('a good line on which nothing came for a while is not short of what comes again', () => {
  const forgotten = givenBy((recordedKbps) => recordedKbps);
  expect(Math.min(...forgotten)).toBeLessThan(0.5);
  const kept = givenBy((recordedKbps, floorKbps) => Math.max(recordedKbps, floorKbps));
  expect(kept).toEqual(RECORDED.map(() => 1));
});

describe('what a line bore with pictures on it', () => {
  test('holds while none come, and no longer', () => {
    const estimate = new DownEstimate();
    expect(estimate.review({ availableKbps: 700, wantedKbps: 500 })).toBe(undefined);
    expect(estimate.review({ availableKbps: 690, wantedKbps: 0 })).toBe(700);
    expect(estimate.review({ availableKbps: 700, wantedKbps: 0 })).toBe(undefined);
    expect(estimate.review({ availableKbps: 700, wantedKbps: 500 })).toBe(0);
  });

  test('is not more than a line has shown, nor more than is of use', () => {
    const [weak, wide, unknown] = [new DownEstimate(), new DownEstimate(), new DownEstimate()];
    weak.review({ availableKbps: 90, wantedKbps: 50 });
    expect(weak.review({ availableKbps: 60, wantedKbps: 0 })).toBe(90);
    wide.review({ availableKbps: 9_000, wantedKbps: 5_000 });
    expect(wide.review({ availableKbps: 9_000, wantedKbps: 0 })).toBe(1_000);
    expect(unknown.review({ availableKbps: 60, wantedKbps: 0 })).toBe(undefined);
  });
});
