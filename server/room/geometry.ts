import type { Layout, LayoutName, Rectangle, Slot } from '../protocol/layouts.ts';

/** Layouts whose tiles are always the same. */
export type FixedLayout = Exclude<LayoutName, 'auto' | 'custom'>;

const FULL: Rectangle = { x: 0, y: 0, w: 1, h: 1 };
/** Between the small picture of `pip` and the border. */
const MARGIN = 1 / 40;

/** One rectangle for each slot, each of the whole picture's shape. Only in `pip` one lies over another. */
export const LAYOUTS: Readonly<Record<FixedLayout, readonly Rectangle[]>> = {
  '1': [FULL],
  'side-by-side': [
    { x: 0, y: 1 / 4, w: 1 / 2, h: 1 / 2 },
    { x: 1 / 2, y: 1 / 4, w: 1 / 2, h: 1 / 2 },
  ],
  pip: [FULL, { x: 3 / 4 - MARGIN, y: 3 / 4 - MARGIN, w: 1 / 4, h: 1 / 4 }],
  '2x2': grid(2),
  '1+5': oneLarge(3),
  '1+7': oneLarge(4),
  '3x3': grid(3),
  '4x4': grid(4),
  '5x5': grid(5),
  'content+speaker': [
    { x: 0, y: 1 / 8, w: 3 / 4, h: 3 / 4 },
    { x: 3 / 4, y: 3 / 8, w: 1 / 4, h: 1 / 4 },
  ],
  'content+speakers': [
    { x: 0, y: 1 / 8, w: 3 / 4, h: 3 / 4 },
    ...[0, 1, 2, 3].map((row) => ({ x: 3 / 4, y: row / 4, w: 1 / 4, h: 1 / 4 })),
  ],
};

function grid(n: number): Rectangle[] {
  return Array.from({ length: n * n }, (_, i) => ({ x: (i % n) / n, y: Math.floor(i / n) / n, w: 1 / n, h: 1 / n }));
}

/** One that leaves a column at the right and a row below, in fields of an n-th. */
function oneLarge(n: number): Rectangle[] {
  const large = { x: 0, y: 0, w: (n - 1) / n, h: (n - 1) / n };
  return [large, ...grid(n).filter((_, i) => i % n === n - 1 || i >= n * (n - 1))];
}

/** What a layout's slots are when nothing was chosen yet: the speaker (or the content) large, the others in turn. */
export function defaultSlots(name: FixedLayout): Slot[] {
  const [first, second] = FIRST_SLOTS[name] ?? [];
  return LAYOUTS[name].map((_, i): Slot => (i === 0 && first) || (i === 1 && second) || { show: 'auto' });
}

const FIRST_SLOTS: Partial<Record<FixedLayout, Slot[]>> = {
  '1': [{ show: 'speaker' }],
  '1+5': [{ show: 'speaker' }],
  '1+7': [{ show: 'speaker' }],
  pip: [{ show: 'speaker' }],
  'content+speaker': [{ show: 'content' }, { show: 'speaker' }],
  'content+speakers': [{ show: 'content' }, { show: 'speaker' }],
};

/** A layout as it is drawn. */
export interface Drawn {
  slots: readonly Slot[];
  /** One for each slot. */
  rectangles: readonly Rectangle[];
}

/** @param seated how many may be shown @param presenting whether somebody presents */
export function drawnAs({ name, slots, tiles = [] }: Layout, seated: number, presenting: boolean): Drawn {
  if (name === 'custom') return { slots: slots.slice(0, tiles.length), rectangles: tiles.slice(0, slots.length) };
  if (name !== 'auto') return { slots, rectangles: LAYOUTS[name] };
  const chosen = presenting ? 'content+speakers' : arrangementOf(seated);
  const all = defaultSlots(chosen);
  // Not everyone has a place: then the speaker at least.
  const isFull = !presenting && seated > all.length;
  return { slots: isFull ? all.with(0, { show: 'speaker' }) : all, rectangles: LAYOUTS[chosen] };
}

/** How `auto` arranges so many. */
function arrangementOf(seated: number): FixedLayout {
  if (seated <= 1) return '1';
  if (seated <= 2) return 'side-by-side';
  if (seated <= 4) return '2x2';
  if (seated <= 6) return '1+5';
  if (seated <= 8) return '1+7';
  if (seated <= 9) return '3x3';
  return seated <= 16 ? '4x4' : '5x5';
}

const SAME_AREA = 1e-6;

/** The places that are larger than others, in the order of the slots; none where all are alike, but for a single one. */
export function largestOf(rectangles: readonly Rectangle[]): number[] {
  const areas = rectangles.map(({ w, h }) => w * h);
  const largest = Math.max(...areas);
  const isGrid = areas.length > 1 && areas.every((area) => area >= largest - SAME_AREA);
  return isGrid ? [] : areas.flatMap((area, place) => (area >= largest - SAME_AREA ? [place] : []));
}

/** The field of a layout that does not suit the others, by its path; nothing where all is well. */
export function faultOf({ name, slots, tiles }: Layout): 'slots' | 'tiles' | undefined {
  if (name !== 'custom') {
    if (tiles) return 'tiles';
    return slots.length === (name === 'auto' ? 0 : LAYOUTS[name].length) ? undefined : 'slots';
  }
  if (slots.length === 0) return 'slots';
  return tiles?.length === slots.length ? undefined : 'tiles';
}

/** Whether one shows what the other shows, in the same places. */
export function isSameLayout(a: Layout, b: Layout): boolean {
  return a === b || JSON.stringify(written(a)) === JSON.stringify(written(b));
}

function written({ name, slots, tiles = [] }: Layout) {
  const choices = slots.map((slot) => [slot.show, slot.show === 'participant' ? slot.participantId : '', slot.fit]);
  return [name, choices, tiles.map(({ x, y, w, h }) => [x, y, w, h])];
}
