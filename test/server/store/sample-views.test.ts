import { describe, expect, test } from 'vitest';
import type { Step } from '../../../server/store/sample-file.ts';
import { rowOfJudged, rowOfSample } from '../../../server/store/sample-rows.ts';
import { SECONDS } from '../../../server/store/sample-tiers.ts';
import { chartOf, courseOf, momentOf, nameOfStream, readStreamName } from '../../../server/store/sample-views.ts';

const AT = 1_800_000_000_000;
const grid = { tier: SECONDS, step: 1, first: AT / 1000, last: AT / 1000 + 8 };
const line = { participantId: 'ba-be', roomId: '600100' };
type Judged = Parameters<typeof rowOfJudged>[0] & { direction: 'up' | 'down' };

function judged(second: number, { direction = 'up', ...more }: Partial<Judged> = {}, of = line): Step {
  const row = rowOfJudged({ level: 'good', figures: { kbps: 1_000 }, ...more });
  return { ...row, ...of, at: AT + second * 1000, stream: nameOfStream({ direction }) };
}
function measured(second: number, sample: Partial<Parameters<typeof rowOfSample>[0]>): Step {
  const whole = { at: AT, participantId: 'ba-be', direction: 'up', by: 'server', spanMs: 1_000, ...sample } as const;
  return { ...rowOfSample(whole), ...line, at: AT + second * 1000, stream: nameOfStream(whole) };
}
const loss = { level: 'poor', measure: 'loss', value: 0.12 } as const;
const camera = { participantId: 'ba-be', source: 'camera' as const };

test('the names of streams are read as they were written', () => {
  const streams = [
    { participantId: 'ba-be', source: 'camera' },
    { participantId: 'composer', source: 'program', tier: '720p25' },
    { participantId: 'composer', source: 'mixMinus', for: 'site-na-ri' },
    { participantId: 'composer', source: 'program', for: 'codecs', tier: '360p15' },
  ] as const;
  for (const stream of streams) {
    const named = { direction: 'down', by: 'leg', stream } as const;
    expect(readStreamName(nameOfStream(named))).toEqual(named);
  }
  expect(readStreamName('line down')).toEqual({ direction: 'down' });
  expect(readStreamName('up server')).toEqual({ direction: 'up', by: 'server' });
  expect([readStreamName(''), readStreamName('sideways server x/y'), readStreamName('up server x/y')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

describe('a chart', () => {
  test('has a value for each step, and none where the line was in no meeting', () => {
    const chart = chartOf({ ...grid, last: grid.first + 12 }, [
      ...[judged(0), judged(1), judged(8), judged(10, { figures: { kbps: 400, loss: 0.031 } })],
    ]);
    expect(chart.times).toHaveLength(12);
    // A second that is missing among others is a busy machine's.
    expect(chart.up.kbps).toEqual([1_000, 1_000, ...Array(6).fill(null), 1_000, 1_000, 400, null]);
    expect(chart.up.loss[10]).toBe(0.031);
    expect(chart.down.kbps).toEqual(Array.from({ length: 12 }).fill(null));
    expect(chart.stretches.map(({ from, to }) => [from - AT, to - AT])).toEqual([
      [0, 2_000],
      [8_000, 11_000],
    ]);
  });

  test('says why the line was not good, with the worst value; REG-17', () => {
    const bad = (second: number, value: number) => judged(second, { level: 'poor', reason: { ...loss, value } });
    const { stretches } = chartOf(grid, [judged(0), bad(1, 0.09), bad(2, 0.12), bad(3, 0.1), judged(4)]);
    expect(stretches.map(({ level }) => level)).toEqual(['good', 'poor', 'good']);
    expect(stretches[1]).toEqual({
      from: AT + 1_000,
      to: AT + 4_000,
      level: 'poor',
      cause: { level: 'poor', measure: 'loss', direction: 'up', value: 0.12 },
    });
  });

  test('shows streams by layer, as the server measured them rather than the browser, the largest first', () => {
    const down = { direction: 'down', stream: { participantId: 'na-ri', source: 'camera' } } as const;
    const { flows } = chartOf(grid, [
      ...[0, 3].map((second) => measured(second, { stream: camera, kbps: 800, layersKbps: [100, 700] })),
      measured(0, { ...down, by: 'client', kbps: 999 }),
      measured(1, { ...down, kbps: 500 }),
      measured(2, { ...down, by: 'client', kbps: 999 }),
    ]);
    expect(flows.map(({ direction, layer }) => [direction, layer])).toEqual([
      ['up', 1],
      ['up', 0],
      ['down', undefined],
    ]);
    expect(flows[0]?.kbps).toEqual([700, 700, 700, 700, null, null, null, null]);
    expect(flows[2]?.kbps).toEqual([null, 500, null, null, null, null, null, null]);
  });

  test('shows how large each picture came: as it was decoded, else by its layer or tier', () => {
    const down = { direction: 'down', stream: { participantId: 'na-ri', source: 'camera' } } as const;
    const tier = { participantId: 'composer', source: 'program', tier: '360p25' } as const;
    const { flows } = chartOf(grid, [
      measured(0, { ...down, kbps: 1_700, layer: 2 }),
      measured(1, { ...down, kbps: 500, layer: 1 }),
      measured(1, { ...down, by: 'client', kbps: 500, height: 352 }),
      // Held back: nothing comes.
      measured(4, { ...down, kbps: 0 }),
      measured(6, { ...down, kbps: 140, layer: 0 }),
      measured(0, { direction: 'down', stream: tier, kbps: 400 }),
      measured(0, { direction: 'down', stream: { participantId: 'na-ri', source: 'microphone' }, kbps: 40 }),
    ]);
    const heights = new Map(flows.map(({ stream, heights }) => [stream.source, heights]));
    expect(heights.get('camera')?.filter((_, place) => [0, 1, 4, 6].includes(place))).toEqual([720, 352, 0, 180]);
    expect(heights.get('program')?.[0]).toBe(360);
    expect(heights.get('microphone')).toBeUndefined();
  });

  test('has only the largest of many streams', () => {
    const many = Array.from({ length: 40 }, (_, n) =>
      measured(0, { direction: 'down', stream: { participantId: `s${n}`, source: 'camera' }, kbps: n + 1 }),
    );
    const { flows } = chartOf(grid, many);
    expect(flows).toHaveLength(8);
    expect(flows[0]?.stream.participantId).toBe('s39');
  });
});

test('a course has the state of every line, and no figures', () => {
  const other = { participantId: 'na-ri', roomId: '600100' };
  const { lines, from, to } = courseOf(grid, [judged(0), judged(0, {}, other), judged(1, { level: 'down' }, other)]);
  expect([from, to]).toEqual([AT, AT + 8_000]);
  expect(lines.map(({ participantId, stretches }) => [participantId, stretches.map((s) => s.level)])).toEqual([
    ['ba-be', ['good']],
    ['na-ri', ['good', 'down']],
  ]);
});

test('a moment has everyone’s figures, reasons and streams', () => {
  const [node, ...others] = momentOf({ ...grid, last: grid.first + 1 }, [
    judged(0, { level: 'poor', reason: loss, figures: { kbps: 900, loss: 0.12, speech: 2.9 } }),
    judged(0, { level: 'poor', direction: 'down', figures: { kbps: 650 } }),
    measured(0, { stream: camera, kbps: 800, layersKbps: [100, 700], codec: 'vp8' }),
    measured(0, { direction: 'down', stream: { ...camera, participantId: 'na-ri' }, kbps: 600, layer: 1 }),
    measured(0, {
      direction: 'down',
      by: 'client',
      stream: { ...camera, participantId: 'na-ri' },
      kbps: 1,
      height: 360,
    }),
    { ...measured(0, { stream: camera, kbps: 5 }), participantId: 'composer' },
  ]);
  expect(others).toEqual([]);
  expect(node).toMatchObject({
    participantId: 'ba-be',
    level: 'poor',
    reasons: [{ level: 'poor', measure: 'loss', direction: 'up', value: 0.12 }],
    up: { kbps: 900, loss: 0.12, speech: 2.9 },
    down: { kbps: 650 },
  });
  expect(node?.flows).toEqual([
    { direction: 'up', stream: camera, kbps: 800, layersKbps: [100, 700], codec: 'vp8' },
    { direction: 'down', stream: { ...camera, participantId: 'na-ri' }, kbps: 600, layer: 1, height: 360 },
  ]);
});

test('a moment is as the line was then, not as it was seconds before; who has left is not in it', () => {
  const other = { participantId: 'na-ri', roomId: '600100' };
  const rows = [
    judged(0, { level: 'down' }),
    judged(0, {}, other),
    measured(4, { stream: camera, kbps: 300 }),
    judged(7, { level: 'strained', reason: { ...loss, level: 'strained' } }),
  ];
  const [node, ...others] = momentOf(grid, rows);
  expect(others).toEqual([]);
  expect(node).toMatchObject({ participantId: 'ba-be', level: 'strained', flows: [{ kbps: 300 }] });
});
