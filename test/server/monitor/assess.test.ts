import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Assessment, assess } from '../../../server/monitor/assess.ts';
import type { LineState } from '../../../server/protocol/lines.ts';
import type { Sample } from '../../../server/protocol/monitor.ts';
import { cameraOf, every, second } from './samples.ts';

type Figures = Partial<Sample>;

/** The states of each second of a meeting whose samples are those that `measure` gives. */
function watch(
  ids: string[],
  until: number,
  measure: (at: number, id: string) => Figures[],
  presence: (at: number, id: string) => 'present' | 'away' = () => 'present',
): Map<number, ReadonlyMap<string, LineState>> {
  const states = new Map<number, ReadonlyMap<string, LineState>>();
  let assessment: Assessment = new Map();
  for (const at of every(1_000, until)) {
    const samples = ids.flatMap((id) => measure(at, id).map((figures) => second(id, at, figures)));
    assessment = assess(assessment, new Map(ids.map((id) => [id, presence(at, id)])), samples, at);
    states.set(at, new Map([...assessment].map(([id, { line }]) => [id, line])));
  }
  return states;
}

const one = (until: number, measure: (at: number) => Figures[]) =>
  [...watch(['a'], until, measure)].map(([at, lines]) => ({ at, line: lines.get('a') as LineState }));
const camera = (figures: Figures): Figures => ({ stream: cameraOf('a'), packets: 150, ...figures });

describe('a line', () => {
  test.each<[string, Figures, LineState['level'], string, 'up' | 'down']>([
    ['4 % loss', camera({ loss: 0.04 }), 'strained', 'loss', 'up'],
    ['15 % loss', camera({ loss: 0.15 }), 'poor', 'loss', 'up'],
    ['4 % loss on the way down', { direction: 'down', packets: 300, loss: 0.04 }, 'strained', 'loss', 'down'],
    ['jitter', camera({ loss: 0, jitterMs: 60 }), 'strained', 'jitter', 'up'],
    ['a round trip of a second', { direction: 'down', roundTripMs: 1_000 }, 'poor', 'roundTrip', 'down'],
    ['half of what is wanted', { direction: 'down', given: 0.5, availableKbps: 700 }, 'strained', 'bandwidth', 'down'],
    ['a picture that stands still', { direction: 'down', by: 'client', frozenMs: 400 }, 'poor', 'frozen', 'down'],
    ['sound made up', { direction: 'down', by: 'client', concealed: 0.06 }, 'strained', 'concealed', 'down'],
    ['a slow processor', { ...camera({}), by: 'client', limited: 'processor' }, 'strained', 'processor', 'up'],
  ])('%s', (_, figures, level, measure, direction) => {
    const last = one(20_000, () => [figures]).at(-1)?.line;
    expect(last?.level).toBe(level);
    expect(last?.reasons[0]).toMatchObject({ level, measure, direction });
  });

  test.each<[string, Figures[]]>([
    ['clean', [camera({ loss: 0, jitterMs: 4, roundTripMs: 20 })]],
    ['1 % loss', [camera({ loss: 0.01 })]],
    ['of nothing measured', []],
    ['whose sender is limited by the line', [{ ...camera({}), by: 'client', limited: 'bandwidth' }]],
  ])('%s is good', (_, figures) => {
    const states = one(30_000, () => figures);
    expect(states.every(({ line }) => line.level === 'good')).toBe(true);
  });

  test('REG-18: that loses is not called narrow for what loss takes of its estimate', () => {
    const line = {
      direction: 'down' as const,
      packets: 300,
      loss: 0.05,
      given: 0.3,
      availableKbps: 200,
      roundTripMs: 40,
    };
    const last = one(30_000, () => [line]).at(-1)?.line;
    expect(last?.reasons.map(({ measure }) => measure)).toEqual(['loss']);
  });

  test.each<[string, Figures]>([
    ['keeps packets waiting as well', { loss: 0.05, roundTripMs: 560 }],
    ['loses none any more once less is sent', { loss: 0, roundTripMs: 40 }],
  ])('that is full and %s is called narrow', (_, figures) => {
    const line = { direction: 'down' as const, packets: 300, given: 0.3, availableKbps: 60, ...figures };
    const last = one(30_000, () => [line]).at(-1)?.line;
    expect(last?.reasons.map(({ measure }) => measure)).toContain('bandwidth');
  });

  test('of few packets, of which one is lost now and then, is good', () => {
    const states = one(30_000, (at) => [camera({ packets: 3, loss: at % 6_000 === 0 ? 0.25 : 0 })]);
    expect(states.every(({ line }) => line.level === 'good')).toBe(true);
  });

  test('says since when: "loss 4 % from there, 12 s"', () => {
    const states = one(30_000, (at) => [camera({ loss: at < 10_000 ? 0 : 0.04 })]);
    const bad = states.find(({ line }) => line.level === 'strained');
    expect(bad?.at).toBeLessThanOrEqual(16_000);
    const reason = states.at(-1)?.line.reasons[0];
    expect(reason?.value).toBeCloseTo(0.04, 2);
    expect(reason?.since).toBeGreaterThanOrEqual(10_000);
    expect(reason?.since).toBeLessThanOrEqual(14_000);
  });

  test('is good again ten seconds after the last trouble, not before', () => {
    const states = one(60_000, (at) => [camera({ loss: at > 10_000 && at <= 20_000 ? 0.2 : 0 })]);
    const good = states.filter(({ at, line }) => at > 20_000 && line.level === 'good').map(({ at }) => at);
    expect(good[0]).toBeGreaterThanOrEqual(30_000);
    expect(good[0]).toBeLessThanOrEqual(42_000);
  });

  test('from which nothing comes is poor, then down', () => {
    const states = one(30_000, (at) => [{ silentMs: Math.max(0, at - 10_000) }]);
    const first = (level: string) => states.find(({ line }) => line.level === level)?.at;
    expect(first('poor')).toBe(14_000);
    expect(first('down')).toBe(18_000);
    expect(states.at(-1)?.line.reasons[0]).toMatchObject({ measure: 'silence', direction: 'up' });
  });

  test('of who lost the connection is down at once, for that reason alone, and back soon after the return', () => {
    const presence = (at: number) => (at >= 10_000 && at < 20_000 ? ('away' as const) : ('present' as const));
    const states = watch(['a'], 30_000, (at) => [{ silentMs: at >= 10_000 && at < 20_000 ? 9_000 : 0 }], presence);
    const at = (time: number) => states.get(time)?.get('a');
    expect(at(10_000)).toMatchObject({ level: 'down', reasons: [{ measure: 'connection' }] });
    expect(at(10_000)?.reasons).toHaveLength(1);
    expect(at(25_000)?.level).toBe('good');
  });

  test('has the opinion of what it carries', () => {
    const [, , , state] = one(6_000, () => [
      {
        stream: { participantId: 'a', source: 'microphone' },
        codec: 'opus',
        loss: 0,
        jitterMs: 3,
        packets: 50,
        kbps: 32,
      },
      { direction: 'down', by: 'client', stream: cameraOf('b'), kbps: 1_500, height: 720, frames: 30, packets: 150 },
    ]);
    expect(state?.line.up.speech).toBeGreaterThan(4.2);
    expect(state?.line.up.kbps).toBe(32);
    expect(state?.line.down.picture).toBeGreaterThan(3.3);
    expect(state?.line.down.kbps).toBe(1_500);
  });
});

describe('whose fault it is', () => {
  test('what a site loses on its way up is not the fault of those who receive it', () => {
    const states = watch(['far', 'near'], 30_000, (_, id) =>
      id === 'far'
        ? [{ stream: cameraOf('far'), packets: 150, loss: 0.1, unrepaired: 0.08 }]
        : [{ direction: 'down', stream: cameraOf('far'), packets: 150, loss: 0.08, concealed: 0.08, frozenMs: 300 }],
    );
    expect(states.get(29_000)?.get('far')).toMatchObject({
      level: 'poor',
      reasons: [{ direction: 'up', measure: 'loss' }],
    });
    expect(states.get(29_000)?.get('near')?.level).toBe('good');
  });

  test('nor of what a receiver makes up of a moment that he tells of seconds later', () => {
    const lines = watch(['a', 'b'], 30_000, (at, id) => {
      // The sender is late for two seconds of ten; the receiver tells every five seconds of all five.
      const isLate = at % 10_000 < 2_000;
      if (id === 'a') return [camera({ loss: 0, jitterMs: isLate ? 200 : 2 })];
      const told = { direction: 'down' as const, by: 'client' as const, stream: cameraOf('a'), spanMs: 5_000 };
      return at % 5_000 === 4_000 ? [{ ...told, concealed: at % 10_000 === 4_000 ? 0.08 : 0, packets: 250 }] : [];
    });
    for (const states of lines.values()) expect(states.get('b')?.reasons).toEqual([]);
  });

  test('nor is what comes to the centre late, or not at all for a while', () => {
    const states = watch(['far', 'near'], 30_000, (at, id) => {
      const stream = cameraOf('far');
      if (id === 'near')
        return [{ direction: 'down', stream, packets: 150, jitterMs: 200, concealed: 0.2, frozenMs: 500 }];
      return [{ stream, packets: (at / 1_000) % 3 === 0 ? 0 : 150, loss: 0, unrepaired: 0, jitterMs: 200 }];
    });
    expect(states.get(29_000)?.get('far')).toMatchObject({
      level: 'poor',
      reasons: [{ direction: 'up', measure: 'jitter' }],
    });
    expect(states.get(29_000)?.get('near')?.level).toBe('good');
  });

  test('what only one of several receives badly is', () => {
    const states = watch(['a', 'b', 'c'], 30_000, (_, id) => [
      { stream: cameraOf(id), packets: 150, loss: 0, unrepaired: 0 },
      { direction: 'down', stream: cameraOf('a'), packets: 150, loss: id === 'c' ? 0.05 : 0 },
    ]);
    const levels = [...(states.get(29_000) ?? [])].map(([id, line]) => [id, line.level]);
    expect(levels).toEqual([
      ['a', 'good'],
      ['b', 'good'],
      ['c', 'strained'],
    ]);
  });

  test('one still picture among several does not make a line poor', () => {
    const states = one(30_000, () =>
      ['b', 'c', 'd'].map((id) => ({
        direction: 'down' as const,
        by: 'client' as const,
        stream: cameraOf(id),
        frozenMs: id === 'b' ? 1_000 : 0,
      })),
    );
    expect(states.at(-1)?.line.level).toBe('good');
  });
});

describe('for every course of a line', () => {
  const loss = fc.constantFrom(0, 0.01, 0.021, 0.04, 0.09, 0.3);

  test('the state does not flap: it gets better only after ten seconds without trouble', () => {
    fc.assert(
      fc.property(fc.array(loss, { minLength: 60, maxLength: 200 }), (course) => {
        const states = one(course.length * 1_000, (at) => [camera({ loss: course[at / 1_000] ?? 0 })]);
        const changes = states.filter(({ line }, i) => i > 0 && line.level !== states[i - 1]?.line.level);
        // Up by two levels and down again takes twelve seconds at least.
        expect(changes.length).toBeLessThanOrEqual((course.length / 12) * 4 + 4);
        for (const { at, line } of changes) {
          if (line.level !== 'good') continue;
          const lately = course.slice(Math.max(0, at / 1_000 - 8), at / 1_000 + 1);
          expect(lately.reduce<number>((sum, one) => sum + one, 0) / lately.length).toBeLessThan(0.05);
        }
      }),
    );
  });

  test('a loss that comes and goes each second is one state, not many', () => {
    const states = one(120_000, (at) => [camera({ loss: (at / 1_000) % 2 ? 0.08 : 0 })]).slice(15);
    expect(new Set(states.map(({ line }) => line.level)).size).toBe(1);
  });

  test('the level is that of the worst reason, and good means none', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ loss, jitterMs: fc.constantFrom(0, 50, 200) }), { maxLength: 60 }), (course) => {
        for (const { line } of one(course.length * 1_000, (at) => [camera(course[at / 1_000] ?? {})])) {
          expect(line.reasons[0]?.level ?? 'good').toBe(line.level);
        }
      }),
    );
  });
});
