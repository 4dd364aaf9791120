import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budgetOf, type Plan, type PlannedSite } from '../../../server/media/budget.ts';
import { layoutNameSchema } from '../../../server/protocol/layouts.ts';
import type { Layout } from '../../../server/protocol/records.ts';
import { defaultSlots, type FixedLayout } from '../../../server/room/geometry.ts';

const COMPOSED = [
  { width: 1280, height: 720, framesPerSecond: 25 },
  { width: 640, height: 360, framesPerSecond: 25 },
];
const layout = (name: FixedLayout): Layout => ({ name, slots: defaultSlots(name) });
const plan = (which: FixedLayout | Layout, more: Partial<Plan> = {}): Plan => ({
  ...{ layout: typeof which === 'string' ? layout(which) : which, presents: false, composed: COMPOSED },
  ...more,
});
const site = (siteId: string, more: Partial<PlannedSite> = {}): PlannedSite => ({
  ...{ siteId, name: siteId, way: 'browser' },
  ...more,
});
/** So many of which nothing is known. */
const crowd = (count: number) => Array.from({ length: count }, (_, i) => site(`zz-${i}`));
const only = (sites: PlannedSite[], with_: Plan) => {
  const found = budgetOf(sites, with_).find(({ siteId }) => siteId === 'ba-be');
  if (!found) throw new Error('not there');
  return found;
};

describe('REG-18 what a layout needs on a line', () => {
  test('a browser: every picture at the layer of its tile, and the sounds; up, all layers of its camera', () => {
    const { down, up, given, remedy } = only([site('ba-be'), ...crowd(9)], plan('1+5'));
    // One of two thirds of 1,080 lines, five of one third.
    expect(down).toEqual({ needKbps: 90 + 1_700 + 5 * 500, bears: true, givenKbps: 90 + 1_700 + 5 * 500 });
    expect(up.needKbps).toBe(45 + 150 + 500 + 1_700);
    expect(given).toMatchObject({ wantedSpeaker: 720, speaker: 720, wantedOthers: 5, others: 5 });
    expect(remedy).toBe('none');
  });

  test('who cannot bear it hears, sees the speaker, and gives up small pictures first', () => {
    const short = only([site('ba-be', { downKbps: 2_000, upKbps: 800 }), ...crowd(9)], plan('1+5'));
    expect(short).toMatchObject({ remedy: 'less', sends: 360 });
    expect(short.given).toMatchObject({ speaker: 720, wantedOthers: 5 });
    expect(short.given?.others).toBeLessThan(5);
    const narrow = only([site('ba-be', { downKbps: 300, upKbps: 300 }), ...crowd(9)], plan('1+5'));
    expect(narrow).toMatchObject({ remedy: 'less', sends: 180, given: { speaker: 180, others: 0 } });
    const hopeless = only([site('ba-be', { downKbps: 100, upKbps: 2_000 }), ...crowd(9)], plan('1+5'));
    expect(hopeless.remedy).toBe('telephone');
  });

  test('what is presented comes after the speaker and before the others', () => {
    const { given } = only(
      [site('ba-be', { downKbps: 2_500, upKbps: 9_000 }), ...crowd(9)],
      plan('content+speakers', { presents: true }),
    );
    expect(given).toMatchObject({ wantedContent: true, content: true });
    expect(given?.speaker).not.toBeNull();
  });

  test('a codec: one composed picture in a size that its line bears', () => {
    const codec = (more: Partial<PlannedSite>) =>
      only([site('ba-be', { way: 'codec', ...more }), ...crowd(3)], plan('2x2'));
    expect(codec({}).down).toEqual({ needKbps: 1_889, givenKbps: 1_889, bears: true });
    expect(codec({ downKbps: 4_000, upKbps: 4_000 })).toMatchObject({ remedy: 'none', composed: { height: 720 } });
    expect(codec({ downKbps: 1_024, upKbps: 1_024 })).toMatchObject({
      ...{ remedy: 'less', sends: 360 },
      composed: { wantedHeight: 720, height: 360 },
    });
    // A picture is made for it alone, of what is left beside the sound.
    expect(codec({ downKbps: 256, upKbps: 2_000 })).toMatchObject({ remedy: 'less', down: { givenKbps: 256 } });
    expect(codec({ downKbps: 128, upKbps: 128 }).remedy).toBe('telephone');
  });

  test('a codec that sees what is presented in a second picture needs room for both, and no slides are a reason to telephone', () => {
    const codec = (more: Partial<PlannedSite>) =>
      only([site('ba-be', { way: 'codec', ...more }), ...crowd(3)], plan('2x2', { presents: true }));
    const { down, composed } = codec({});
    expect(down.needKbps).toBeGreaterThan(2 * 1_610);
    expect(composed).toEqual({ wantedHeight: 720, height: 720, contentHeight: 720 });
    expect(codec({ downKbps: 4_000, upKbps: 4_000 })).toMatchObject({
      ...{ remedy: 'less', composed: { height: 720, contentHeight: 360 } },
    });
    expect(codec({ downKbps: 200, upKbps: 4_000 })).toMatchObject({ remedy: 'less', down: { givenKbps: 200 } });
    expect(codec({ downKbps: 128, upKbps: 4_000 }).remedy).toBe('telephone');
  });

  test('by itself it arranges as many as there are; what is presented has its own arrangement', () => {
    const auto = (others: number, presents: boolean) =>
      only([site('ba-be'), ...crowd(others)], plan({ name: 'auto', slots: [] }, { presents })).down.needKbps;
    // Two side by side, nine of a third, sixteen of a quarter: the viewer has a place as well; twenty-five of a fifth.
    expect(auto(1, false)).toBe(90 + 1_700);
    expect(auto(8, false)).toBe(90 + 8 * 500);
    expect(auto(15, false)).toBe(90 + 15 * 500);
    expect(auto(60, false)).toBe(90 + 25 * 150);
    // The speaker and three more beside what is presented, however many there are.
    for (const others of [8, 60]) expect(auto(others, true)).toBe(90 + 1_500 + 4 * 500);
  });

  test('a saved layout: its own tiles at their own sizes, and whoever is named in it is there', () => {
    const tiles = [
      { x: 0, y: 0, w: 0.8, h: 0.8 },
      { x: 0.8, y: 0, w: 0.2, h: 0.2 },
      { x: 0.8, y: 0.2, w: 0.2, h: 0.2 },
      { x: 0.8, y: 0.4, w: 0.2, h: 0.2 },
    ];
    const slots = [
      { show: 'speaker' as const },
      { show: 'participant' as const, participantId: 'site-cho-moi' },
      { show: 'auto' as const },
      { show: 'empty' as const },
    ];
    const saved = plan({ name: 'custom', slots, tiles });
    expect(only([site('ba-be'), ...crowd(5)], saved).down.needKbps).toBe(90 + 1_700 + 2 * 150);
    const short = only([site('ba-be', { downKbps: 800 }), ...crowd(5)], saved);
    expect(short.given).toMatchObject({ speaker: 360, wantedOthers: 2 });
  });

  test('those that cannot bear it stand first, the shortest before all', () => {
    const sites = [
      site('c', { downKbps: 9_000 }),
      site('b', { downKbps: 1_000 }),
      site('a', { downKbps: 2_000 }),
      site('d'),
    ];
    expect(budgetOf(sites, plan('2x2')).map(({ siteId }) => siteId)).toEqual(['b', 'a', 'c', 'd']);
  });

  test('of nobody there is nothing to say', () => {
    expect(budgetOf([], plan('1'))).toEqual([]);
  });
});

describe('whatever the layout and the lines', () => {
  const fixed = layoutNameSchema.options.filter((name): name is FixedLayout => name !== 'auto' && name !== 'custom');
  const slots = [{ show: 'speaker' as const }, { show: 'participant' as const, participantId: 'site-x' }];
  const own: Layout = { name: 'custom', slots, tiles: [0, 0.5].map((x) => ({ x, y: 0, w: 0.5, h: 1 })) };
  const layouts: Layout[] = [...fixed.map(layout), { name: 'auto', slots: [] }, own];
  const kbps = fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined });
  const planned = fc.record({ way: fc.constantFrom('browser', 'codec'), upKbps: kbps, downKbps: kbps } as const);
  const cases = fc.record({
    which: fc.constantFrom(...layouts),
    presents: fc.boolean(),
    lines: fc.array(planned, { minLength: 1, maxLength: 40 }),
  });
  const run = ({ which, presents, lines }: typeof cases extends fc.Arbitrary<infer T> ? T : never) =>
    budgetOf(
      lines.map((line, i) => site(`s-${i}`, line)),
      plan(which, { presents }),
    );

  test('nobody is given more than he needs, nor, but for sound and the least picture, than his line bears', () => {
    fc.assert(
      fc.property(cases, (one) => {
        for (const { down, up, remedy } of run(one)) {
          for (const half of [down, up]) {
            expect(half.givenKbps).toBeLessThanOrEqual(half.needKbps);
            expect(half.bears).toBe(half.capacityKbps === undefined || half.needKbps <= half.capacityKbps);
            if (half.bears) expect(half.givenKbps).toBe(half.needKbps);
            else if (remedy !== 'telephone') expect(half.givenKbps).toBeLessThanOrEqual(half.capacityKbps ?? 0);
          }
          expect(remedy === 'none').toBe(down.bears && up.bears);
        }
      }),
    );
  });

  test('a wider line never gets less', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 5_000 }), (one, more) => {
        const wider = one.lines.map((line) => ({
          ...line,
          ...(line.downKbps === undefined ? {} : { downKbps: line.downKbps + more }),
          ...(line.upKbps === undefined ? {} : { upKbps: line.upKbps + more }),
        }));
        const before = new Map(run(one).map((budget) => [budget.siteId, budget]));
        for (const { siteId, given, sends, composed } of run({ ...one, lines: wider })) {
          const was = before.get(siteId);
          expect(given?.speaker ?? 0).toBeGreaterThanOrEqual(was?.given?.speaker ?? 0);
          expect(sends ?? 0).toBeGreaterThanOrEqual(was?.sends ?? 0);
          expect(composed?.height ?? 0).toBeGreaterThanOrEqual(was?.composed?.height ?? 0);
        }
      }),
    );
  });

  test('who cannot bear it comes before who can', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const bear = run(one).map(({ down, up }) => Number(down.bears && up.bears));
        expect(bear).toEqual(bear.toSorted());
      }),
    );
  });
});
