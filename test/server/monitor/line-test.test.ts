import { describe, expect, test } from 'vitest';
import { type Heard, judgeTest, type LineAgreed, type Tried } from '../../../server/monitor/line-test.ts';
import type { LineTestStage } from '../../../server/protocol/line-tests.ts';
import type { Sample } from '../../../server/protocol/monitor.ts';
import { LINE_NEEDS } from '../../../server/room/usual-rates.ts';

const CAMERA = { participantId: 'site-ba-be', source: 'camera' } as const;
let at = 0;
function heard(stage: LineTestStage, direction: 'up' | 'down', more: Partial<Sample>): Heard {
  at += 500;
  const by = direction === 'up' ? 'server' : 'client';
  return {
    stage,
    sample: { ...{ at, participantId: 'site-ba-be', direction, by, spanMs: 1_000, stream: CAMERA }, ...more },
  };
}
const calm = (up: Partial<Sample> = {}, down: Partial<Sample> = {}): Heard[] =>
  Array.from({ length: 5 }, () => [
    heard('both', 'up', { kbps: 250, packets: 100, loss: 0, jitterMs: 3, roundTripMs: 40, ...up }),
    heard('both', 'down', { kbps: 250, packets: 150, loss: 0, jitterMs: 4, ...down }),
  ]).flat();
const filled = (upKbps: number, downKbps: number): Heard[] => [
  ...[upKbps * 0.5, upKbps, upKbps * 0.9].map((kbps) => heard('up', 'up', { kbps })),
  ...[600, downKbps].map((kbps) => heard('down', 'down', { kbps, loss: 0.4 })),
];
const judge = (all: Heard[], tried: Tried = { up: 3_000, down: 4_000 }, agreed: LineAgreed = {}) =>
  judgeTest(all, { tried, agreed, needs: LINE_NEEDS });
const said = (result: ReturnType<typeof judge>) =>
  result.advice.map(({ advice, direction }) => `${advice} ${direction}`);

describe('REG-17 what a line test says', () => {
  test('a good line is good, and what was lost while it was filled does not count', () => {
    expect(judge([...calm(), ...filled(2_900, 3_900)])).toEqual({
      level: 'good',
      up: { kbps: 2_900, isFull: false, loss: 0, jitterMs: 3 },
      down: { kbps: 3_900, isFull: false, loss: 0, jitterMs: 4 },
      roundTripMs: 40,
      advice: [{ advice: 'fine' }],
    });
  });

  test('loss, jitter and round trip by their direction, the worst first', () => {
    const result = judge([
      ...calm({ loss: 0.03, roundTripMs: 420 }, { loss: 0.1, jitterMs: 60 }),
      ...filled(2_900, 3_900),
    ]);
    expect(result.level).toBe('poor');
    expect(said(result)).toEqual(['loss down', 'loss up', 'jitter down', 'roundTrip undefined']);
    expect(result.advice[0]).toEqual({ advice: 'loss', direction: 'down', value: 0.1, limit: 0.02 });
  });

  test.each([
    [2_000, 'good', ['mediumPicture up']],
    [500, 'strained', ['smallPicture up']],
    [150, 'poor', ['soundOnly up']],
    [20, 'down', ['nothing up']],
  ] as const)('a line of %i kbit/s on the way up is %s', (kbps, level, advice) => {
    const result = judge([...calm(), ...filled(kbps, 3_900)]);
    expect(result).toMatchObject({ level, up: { kbps, isFull: true } });
    expect(said(result)).toEqual(advice);
  });

  test('REG-17 what was agreed is held against what was measured', () => {
    const agreed = { upKbps: 4_000, downKbps: 2_000, targets: { loss: 0.5, jitterMs: 2, roundTripMs: 30 } };
    const result = judge([...calm({ loss: 0.01 }), ...filled(2_000, 1_990)], { up: 3_000, down: 2_000 }, agreed);
    expect(said(result)).toEqual([
      'aboveTargetRoundTrip undefined',
      'aboveTargetLoss up',
      'aboveTargetJitter up',
      'aboveTargetJitter down',
      'belowCapacity up',
      'mediumPicture up',
    ]);
    expect(result.level).toBe('strained');
  });

  test('what a computer did not send though the line would have borne it is not the line either', () => {
    const wide = heard('up', 'up', { by: 'client', availableKbps: 2_900 });
    expect(judge([...calm(), ...filled(1_000, 3_900), wide])).toMatchObject({
      up: { kbps: 1_000, isFull: false },
      advice: [{ advice: 'fine' }],
    });
  });

  test('what a browser begins with is not what it found', () => {
    const found = [3_000, 1_100, 1_020].map((availableKbps) => heard('up', 'up', { by: 'client', availableKbps }));
    expect(judge([...calm(), ...filled(1_000, 3_900), ...found]).up).toMatchObject({ kbps: 1_000, isFull: true });
  });

  test('a slow computer is not the line', () => {
    const slow = heard('up', 'up', { by: 'client', limited: 'processor' });
    expect(said(judge([...calm(), ...filled(1_000, 3_900), slow]))).toContain('processor up');
  });

  test('a call: both ways at the rates that it has, streams added up, and what came of what was sent', () => {
    const call = Array.from({ length: 4 }, (_, i) => {
      const common = { by: 'leg' as const, at: i * 2_000, packets: 100, loss: 0 };
      return [
        heard('both', 'up', { ...common, kbps: 900, jitterMs: 5 }),
        heard('both', 'up', { ...common, kbps: 80, jitterMs: 5, stream: { ...CAMERA, source: 'microphone' } }),
        heard('both', 'down', { ...common, kbps: 1_000, loss: 0.01, roundTripMs: 20 }),
      ];
    }).flat();
    const result = judge(call, {});
    expect(result).toMatchObject({
      up: { kbps: 980, isFull: false },
      down: { kbps: 990, loss: 0.01 },
      advice: [{ advice: 'fineCall' }],
    });
    const mute = judge(
      call.filter(({ sample }) => sample.direction === 'down'),
      {},
    );
    expect(said(mute)).toEqual(['nothingSent up']);
  });
});
