import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOTHING_WATCHED, watchIncidents } from '../../../server/monitor/incidents.ts';
import type { Incident } from '../../../server/protocol/incidents.ts';
import type { LineLevel, LineState } from '../../../server/protocol/lines.ts';
import { every } from './samples.ts';

const CARRIERS: Record<string, string> = { a: 'viettel', b: 'viettel', c: 'viettel', d: 'vnpt' };

function state(level: LineLevel, since: number): LineState {
  const reason = { measure: 'loss' as const, direction: 'up' as const, value: 0.2, since };
  return { level, since, reasons: level === 'good' ? [] : [{ ...reason, level }], up: {}, down: {} };
}

/** What is proposed, and when, while the lines are as `levelOf` says; nothing where there is no such line. */
function watch(until: number, levelOf: (at: number, id: string) => LineLevel | undefined, ids = ['a', 'b', 'c', 'd']) {
  const told: { told: 'open' | 'widen' | 'end'; at: number; incident: Incident }[] = [];
  const seen = new Set<string>();
  let known = NOTHING_WATCHED;
  for (const at of every(1_000, until)) {
    const lines = new Map<string, LineState>();
    for (const id of ids) {
      const level = levelOf(at, id);
      if (level) lines.set(id, state(level, at));
    }
    const { watch, changed } = watchIncidents(
      known,
      { lines, carrierOf: (id) => CARRIERS[id] },
      at,
      (n) => `${at}-${n}`,
    );
    known = watch;
    for (const incident of changed) {
      const isKnown = seen.has(incident.id);
      seen.add(incident.id);
      told.push({ told: incident.endedAt !== undefined ? 'end' : isKnown ? 'widen' : 'open', at, incident });
    }
  }
  return told;
}

describe('incidents', () => {
  test('a line that fails is one, from when it began to when it worked again', () => {
    const told = watch(60_000, (at, id) => (id === 'a' && at >= 10_000 && at < 30_000 ? 'poor' : 'good'));
    expect(told).toMatchObject([
      {
        told: 'open',
        at: 15_000,
        incident: { participantIds: ['a'], openedAt: 10_000, reason: { measure: 'loss' } },
      },
      { told: 'end', at: 40_000, incident: { endedAt: 30_000 } },
    ]);
  });

  test('several lines of one carrier at once are one; that of another carrier is its own', () => {
    const told = watch(30_000, (at, id) => (at >= 10_000 + (id === 'b' ? 3_000 : 0) ? 'down' : 'good'));
    const opened = told.flatMap((p) => (p.told === 'open' ? [p.incident] : []));
    expect(opened).toMatchObject([
      { participantIds: ['a', 'c', 'b'], carrierId: 'viettel' },
      { participantIds: ['d'] },
    ]);
    expect(opened[1]?.carrierId).toBeUndefined();
  });

  test('a line that follows within a minute widens it, a later one does not', () => {
    const starts: Record<string, number> = { a: 5_000, b: 30_000, c: 90_000 };
    const told = watch(120_000, (at, id) => (at >= (starts[id] ?? 1e9) ? 'poor' : 'good'));
    expect(told).toMatchObject([
      { told: 'open', incident: { participantIds: ['a'] } },
      { told: 'widen', at: 30_000, incident: { participantIds: ['a', 'b'], carrierId: 'viettel' } },
      { told: 'open', incident: { participantIds: ['c'] } },
    ]);
  });

  test.each<[string, (at: number) => LineLevel]>([
    ['a strained line', () => 'strained'],
    ['a moment', (at) => (at >= 10_000 && at < 13_000 ? 'down' : 'good')],
  ])('%s is none', (_, level) => {
    expect(watch(60_000, (at, id) => (id === 'a' ? level(at) : 'good'))).toEqual([]);
  });

  test('who has left has no line that fails', () => {
    const told = watch(60_000, (at) => (at < 20_000 ? 'poor' : undefined), ['a']);
    expect(told.map((one) => one.told)).toEqual(['open', 'end']);
  });

  test('whatever the lines do: every incident ends once, after it was opened, and no line is in two at once', () => {
    const level = fc.constantFrom<LineLevel>('good', 'strained', 'poor', 'down');
    const runs = fc.array(fc.record({ levels: fc.array(level, { minLength: 4, maxLength: 4 }), seconds: fc.nat(20) }));
    fc.assert(
      fc.property(runs, (course) => {
        const each = course.flatMap(({ levels, seconds }) => Array.from({ length: seconds }, () => levels));
        const until = (each.length + 30) * 1_000;
        const told = watch(until, (at, id) => each[at / 1_000 - 1]?.['abcd'.indexOf(id)] ?? 'good');
        const open = new Map<string, readonly string[]>();
        for (const { told: what, incident } of told) {
          if (what === 'end') expect(open.delete(incident.id)).toBe(true);
          else {
            expect(open.has(incident.id)).toBe(what === 'widen');
            open.set(incident.id, incident.participantIds);
          }
          const failing = [...open.values()].flat();
          expect(new Set(failing).size).toBe(failing.length);
        }
        expect(open.size).toBe(0);
      }),
    );
  });
});
