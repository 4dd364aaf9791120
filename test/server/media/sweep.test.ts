import { describe, expect, test } from 'vitest';
import { MOST_PER_SECOND, mostUrgent, urgencyOf, WEIGHTS } from '../../../server/media/sweep.ts';

describe('what is measured next', () => {
  const subjects = Array.from({ length: 1_000 }, (_, i) => ({ name: i, weight: i < 20 ? 5 : 1, measuredAt: 0 }));

  test('is everything where it fits', () => {
    const all = subjects.slice(0, 30).map((subject) => ({ subject, urgency: 1 }));
    expect(mostUrgent(all, 30)).toEqual(all);
  });

  test('in a large room: lines every third second or so, streams in turn, those of a line that is strained as often as lines', () => {
    const stream = { participantId: 'ba-be', source: 'camera' } as const;
    const site = (isStrained: boolean) => [
      ...Array.from({ length: 2 }, () => ({
        kind: 'line',
        weight: WEIGHTS.line,
        isStrained,
        measuredAt: 0,
        longest: 0,
      })),
      ...Array.from({ length: 8 }, () => {
        const kind = isStrained ? 'of a strained one' : 'stream';
        return { kind, stream, weight: WEIGHTS.received, isStrained, measuredAt: 0, longest: 0 };
      }),
    ];
    const all = Array.from({ length: 130 }, (_, i) => site(i < 5)).flat();
    for (let at = 1; at <= 120; at++) {
      const due = all.map((one) => ({ one, urgency: urgencyOf(one, at - one.measuredAt, one.isStrained) }));
      for (const { one } of mostUrgent(due, MOST_PER_SECOND)) {
        one.longest = Math.max(one.longest, at - one.measuredAt);
        one.measuredAt = at;
      }
    }
    const longest = (wanted: string) =>
      Math.max(...all.flatMap(({ kind, longest }) => (kind === wanted ? longest : [])));
    expect(longest('line')).toBeLessThanOrEqual(4);
    expect(longest('of a strained one')).toBeLessThanOrEqual(6);
    expect(longest('stream')).toBeLessThanOrEqual(45);
    expect(Math.min(...all.map(({ longest }) => longest))).toBeGreaterThan(0);
  });
});
