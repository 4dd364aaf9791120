import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Allocation, allocate, costOf, NOTHING_GIVEN, type Want } from '../../../server/media/allocate.ts';
import { RECORDED_LAYERS, RECORDED_LINE } from './recorded-line.ts';

const CAMERA = [150, 500, 1_500];
const speaker: Want = { key: 'speaker', rank: 'speaker', layer: 2, kbps: CAMERA };
const content: Want = { key: 'content', rank: 'content', layer: 0, kbps: [800] };
const thumbnails = Array.from(
  { length: 6 },
  (_, i): Want => ({ key: `site ${i}`, rank: 'thumbnail', layer: 0, kbps: CAMERA }),
);
const meeting = [speaker, ...thumbnails];
const SOUND = 40;

interface Second {
  at: number;
  estimateKbps: number;
  allocation: Allocation;
}

/**
 * A line of a given capacity each second, and an estimate that does as those of congestion control do: down at once when
 * more is sent than passes, up by a third a second, and no further than mediasoup lets it, 1.35 times what is sent.
 */
function play(capacities: readonly number[], wants: readonly Want[] = meeting): Second[] {
  let allocation = NOTHING_GIVEN;
  let estimateKbps = 1_500;
  return capacities.map((capacity, second) => {
    const at = second * 1_000;
    allocation = allocate(wants, { estimateKbps, soundKbps: SOUND }, allocation, at);
    const sent = costOf(wants, allocation.layers) + SOUND;
    const probed = Math.max(1_500, sent * 1.35);
    if (estimateKbps > capacity) estimateKbps = capacity * 0.9;
    else estimateKbps = Math.max(estimateKbps, Math.min(estimateKbps * 1.3, capacity * 0.95, probed));
    return { at, estimateKbps, allocation };
  });
}

const seconds = (kbps: number, n: number) => Array.from({ length: n }, () => kbps);
const changes = (trace: Second[]) =>
  trace.filter(({ allocation }, i) => {
    const before = trace[i - 1]?.allocation.layers;
    return before && [...allocation.layers].some(([key, layer]) => before.get(key) !== layer);
  });
const given = (second: Second | undefined, key: string) => second?.allocation.layers.get(key);

describe('one line', () => {
  test('that bears everything gives everything, from the first second', () => {
    const trace = play(seconds(10_000, 30));
    expect(trace.every((s) => given(s, 'speaker') === 2 && given(s, 'site 5') === 0)).toBe(true);
  });

  test('that bears everything holds nothing of a province back, while its estimate is still on its way up', () => {
    const province = Array.from(
      { length: 130 },
      (_, i): Want => ({ ...speaker, key: `${i}`, rank: 'thumbnail', layer: 0 }),
    );
    const trace = play(seconds(60_000, 60), [speaker, ...province]);
    expect(trace.every((s) => province.every(({ key }) => given(s, key) === 0))).toBe(true);
  });

  test('of 4 Mbit/s that falls to 500 kbit/s and comes back: down within seconds, up again, without swinging', () => {
    const trace = play([...seconds(4_000, 30), ...seconds(500, 60), ...seconds(4_000, 90)]);
    expect(given(trace[29], 'speaker')).toBe(2);
    const low = trace.slice(35, 90);
    expect(low.every((s) => costOf(meeting, s.allocation.layers) + SOUND <= 500)).toBe(true);
    expect(low.every((s) => given(s, 'speaker') !== null)).toBe(true);
    expect(changes(low).length).toBeLessThanOrEqual(2);
    const back = trace.slice(90);
    expect(given(back.at(-1), 'speaker')).toBe(2);
    expect(given(back.at(-1), 'site 5')).toBe(0);
    expect(changes(back).length).toBeLessThanOrEqual(10);
  });

  test('of 300 kbit/s still shows the speaker', () => {
    const trace = play([...seconds(4_000, 10), ...seconds(300, 60)]).slice(14);
    expect(trace.every((s) => given(s, 'speaker') === 0)).toBe(true);
    expect(trace.every((s) => costOf(meeting, s.allocation.layers) + SOUND <= 300)).toBe(true);
  });

  test.each([64, 15])('of %i kbit/s gives no thumbnail, and everything again when it is over', (kbps) => {
    const trace = play([...seconds(4_000, 20), ...seconds(kbps, 20), ...seconds(4_000, 60)]);
    const narrow = trace.slice(24, 40);
    expect(narrow.every((s) => thumbnails.every(({ key }) => given(s, key) === null))).toBe(true);
    expect(narrow.every((s) => given(s, 'speaker') === 0)).toBe(true);
    expect(given(trace.at(-1), 'speaker')).toBe(2);
  });

  test('gives all again within seconds where it becomes far better than what was tried in vain', () => {
    const failed = {
      layers: new Map([['site 0', null]]),
      wanted: [{ key: 'site 0', rank: 'thumbnail' as const, layer: 0 }],
      isShort: true,
      failures: 5,
    };
    const at = (ms: number, estimateKbps: number, before: Allocation) =>
      allocate(thumbnails.slice(0, 1), { estimateKbps, soundKbps: SOUND }, before, ms);
    const narrow = at(10_000, 200, at(0, 200, failed));
    expect(narrow.layers.get('site 0')).toBe(null);
    expect(at(14_000, 1_500, at(11_000, 1_500, narrow)).layers.get('site 0')).toBe(0);
  });

  test('that swings every ten seconds leads to fewer and fewer raises', () => {
    const trace = play(Array.from({ length: 600 }, (_, i) => (Math.floor(i / 10) % 2 ? 600 : 2_500)));
    const raises = (part: Second[]) => new Set(part.map((s) => s.allocation.raisedAt).filter(Boolean)).size;
    expect(raises(trace.slice(300))).toBeLessThanOrEqual(4);
  });

  test('of a configured capacity is never filled beyond it, however large the estimate', () => {
    const bearing = { capacityKbps: 1_000, estimateKbps: 50_000, soundKbps: SOUND };
    let allocation = NOTHING_GIVEN;
    for (let at = 0; at < 60_000; at += 1_000) {
      allocation = allocate(meeting, bearing, allocation, at);
      expect(costOf(meeting, allocation.layers) + SOUND).toBeLessThanOrEqual(1_000);
    }
    expect(allocation.layers.get('speaker')).toBe(1);
  });
});

test('a recorded line of 4,000, 500, 4,000, 300, 64 and 4,000 kbit/s: down once each time, up once, never without the speaker', () => {
  const camera: Want = { key: 'speaker', rank: 'speaker', layer: 1, kbps: RECORDED_LAYERS };
  let allocation = NOTHING_GIVEN;
  let at = 0;
  const stages = RECORDED_LINE.map(({ kbps, estimates }) => {
    const layers = estimates.map((estimateKbps) => {
      at += 1_000;
      allocation = allocate([camera], { estimateKbps, soundKbps: SOUND }, allocation, at);
      return allocation.layers.get('speaker');
    });
    return { kbps, course: layers.filter((layer, i) => i === 0 || layer !== layers[i - 1]) };
  });
  expect(stages).toEqual([
    { kbps: 4_000, course: [1] },
    { kbps: 500, course: [1, 0] },
    { kbps: 4_000, course: [0, 1] },
    { kbps: 300, course: [1, 0] },
    { kbps: 64, course: [0] },
    { kbps: 4_000, course: [0, 1] },
  ]);
});

describe('the order', () => {
  const narrowed = (wants: Want[], kbps: number) =>
    allocate(wants, { capacityKbps: kbps, soundKbps: 0 }, NOTHING_GIVEN, 0).layers;

  test.each([
    [3_500, 2, 0, 6],
    [2_500, 2, 0, 1],
    [2_350, 2, 0, 0],
    [1_500, 1, 0, 1],
    [960, 0, 0, 0],
    [100, 0, 0, 0],
  ])('%i kbit/s: speaker in layer %i, content in layer %i, %i thumbnails', (kbps, layer, contentLayer, count) => {
    const layers = narrowed([...thumbnails, content, speaker], kbps);
    expect(layers.get('speaker')).toBe(layer);
    expect(layers.get('content')).toBe(contentLayer);
    expect(thumbnails.filter(({ key }) => layers.get(key) === 0)).toHaveLength(count);
  });

  test('another speaker has the large picture at once, also on a short line', () => {
    const before = play([...seconds(4_000, 10), ...seconds(800, 30)]).at(-1);
    const [first] = thumbnails;
    const others: Want[] = [
      { ...speaker, rank: 'thumbnail', layer: 0 },
      ...thumbnails.map((want): Want => (want === first ? { ...want, rank: 'speaker', layer: 2 } : want)),
    ];
    const bearing = { estimateKbps: 760, soundKbps: SOUND };
    const after = allocate(others, bearing, before?.allocation ?? NOTHING_GIVEN, 41_000);
    expect(after.layers.get('site 0')).toBe(1);
  });
});

describe('for every line and every wish', () => {
  const want = fc.record({
    rank: fc.constantFrom('speaker' as const, 'content' as const, 'thumbnail' as const),
    layer: fc.integer({ min: 0, max: 2 }),
    kbps: fc.constantFrom([150], [150, 500], CAMERA),
  });
  const wants = fc.array(want, { maxLength: 12 }).map((all) => all.map((one, i): Want => ({ ...one, key: `${i}` })));

  test('nothing is given that was not wanted, and what must not be held back is not', () => {
    fc.assert(
      fc.property(wants, fc.array(fc.integer({ min: 10, max: 5_000 }), { maxLength: 60 }), (all, line) => {
        for (const { allocation } of play(line, all)) {
          expect([...allocation.layers.keys()].sort()).toEqual(all.map(({ key }) => key).sort());
          for (const { key, rank, layer, kbps } of all) {
            const got = allocation.layers.get(key) ?? null;
            if (got === null) expect(rank).toBe('thumbnail');
            else expect(got).toBeLessThanOrEqual(Math.min(layer, kbps.length - 1));
          }
        }
      }),
    );
  });

  test('a thumbnail that has a larger layer than its smallest means that speaker and content have all they want', () => {
    fc.assert(
      fc.property(wants, fc.integer({ min: 10, max: 8_000 }), (all, kbps) => {
        const { layers } = allocate(all, { capacityKbps: kbps, soundKbps: 0 }, NOTHING_GIVEN, 0);
        const isRaised = all.some(({ key, rank }) => rank === 'thumbnail' && (layers.get(key) ?? 0) > 0);
        const lacks = all.some(
          (one) =>
            one.rank !== 'thumbnail' &&
            (layers.get(one.key) ?? -1) < Math.min(one.layer, one.kbps.length - 1) &&
            costOf(all, layers) + (one.kbps[(layers.get(one.key) ?? -1) + 1] ?? 0) <= kbps,
        );
        expect(isRaised && lacks).toBe(false);
      }),
    );
  });

  test('on a line that does not change, layers come to rest', () => {
    fc.assert(
      fc.property(wants, fc.integer({ min: 10, max: 5_000 }), (all, kbps) => {
        expect(changes(play(seconds(kbps, 400), all).slice(200)).length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 60 },
    );
  });
});
