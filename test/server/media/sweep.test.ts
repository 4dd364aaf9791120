import { describe, expect, test } from 'vitest';
import { mostUrgent } from '../../../server/media/sweep.ts';

describe('what is measured next', () => {
  const subjects = Array.from({ length: 1_000 }, (_, i) => ({ name: i, weight: i < 20 ? 5 : 1, measuredAt: 0 }));

  test('is everything where it fits', () => {
    const all = subjects.slice(0, 30).map((subject) => ({ subject, urgency: 1 }));
    expect(mostUrgent(all, 30)).toEqual(all);
  });

  test('in a large room: what matters each other second, the rest in turn, nobody never', () => {
    const counts = new Map<number, number>();
    for (let at = 1; at <= 60; at++) {
      const all = subjects.map((subject) => ({ subject, urgency: subject.weight * (at - subject.measuredAt) }));
      for (const { subject } of mostUrgent(all, 300)) {
        subject.measuredAt = at;
        counts.set(subject.name, (counts.get(subject.name) ?? 0) + 1);
      }
    }
    const each = subjects.map(({ name }) => counts.get(name) ?? 0);
    expect(Math.min(...each.slice(0, 20))).toBeGreaterThanOrEqual(30);
    expect(Math.min(...each.slice(20))).toBeGreaterThanOrEqual(12);
  });
});
