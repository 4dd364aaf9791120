import { type LineState, measureSchema, type Reason } from '../protocol/lines.ts';
import { codecSchema, limitSchema, type Sample } from '../protocol/monitor.ts';

/** How figures of several intervals become one. */
type Merge = 'avg' | 'sum' | 'max';
/** Stored as integers: a share of 1 is 10,000. SQLite keeps small ones in a byte or two, and nothing for what is absent. */
const COLUMNS = {
  span_ms: [1, 'sum'],
  kbps: [1, 'avg'],
  layer0: [1, 'avg'],
  layer1: [1, 'avg'],
  layer2: [1, 'avg'],
  packets: [1, 'sum'],
  loss: [10_000, 'avg'],
  unrepaired: [10_000, 'avg'],
  // Already a mean (RFC 3550 6.4.1): the highest of a minute would be held against a carrier that kept its word.
  jitter_ms: [1, 'avg'],
  round_trip_ms: [1, 'avg'],
  nacks: [1, 'sum'],
  plis: [1, 'sum'],
  firs: [1, 'sum'],
  resent: [1, 'sum'],
  available: [1, 'avg'],
  given: [100, 'avg'],
  silent_ms: [1, 'max'],
  codec: [1, 'max'],
  frames: [1, 'sum'],
  height: [1, 'max'],
  frozen_ms: [1, 'sum'],
  concealed: [10_000, 'avg'],
  limited: [1, 'max'],
  level: [1, 'max'],
  speech: [100, 'avg'],
  picture: [100, 'avg'],
  layer: [1, 'max'],
  reason: [1, 'max'],
} as const satisfies Record<string, readonly [number, Merge]>;
export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as Column[];
/** What a judgement has of them (`rowOfJudged`): a column costs a byte of each row, also where it is empty. */
export const JUDGED_COLUMNS = [
  ...(['kbps', 'loss', 'jitter_ms', 'round_trip_ms', 'level', 'speech', 'picture', 'reason'] as const),
] satisfies Column[];
export type Row = Partial<Record<Column, number | null>>;

/** A day in milliseconds is less. */
const VALUE_CODES = 2 ** 27;
const MEASURE_CODES = 16;
export const LEVELS = ['good', 'strained', 'poor', 'down'] as const;

/** What the line was judged to be in one direction, in one second. */
interface Judged {
  level: LineState['level'];
  figures: LineState['up'];
  /** The worst of this direction. */
  reason?: Pick<Reason, 'level' | 'measure' | 'value'> | undefined;
}

/** Each named by itself: looked up by their names, all figures of all streams each second, they cost thrice as much. */
export function rowOfSample(sample: Sample): Row {
  const row: Row = { span_ms: Math.round(sample.spanMs) };
  const [layer0, layer1, layer2] = sample.layersKbps ?? [];
  if (sample.kbps !== undefined) row.kbps = Math.round(sample.kbps);
  if (layer0 !== undefined) row.layer0 = Math.round(layer0);
  if (layer1 !== undefined) row.layer1 = Math.round(layer1);
  if (layer2 !== undefined) row.layer2 = Math.round(layer2);
  if (sample.packets !== undefined) row.packets = Math.round(sample.packets);
  if (sample.loss !== undefined) row.loss = Math.round(sample.loss * COLUMNS.loss[0]);
  if (sample.unrepaired !== undefined) row.unrepaired = Math.round(sample.unrepaired * COLUMNS.unrepaired[0]);
  if (sample.jitterMs !== undefined) row.jitter_ms = Math.round(sample.jitterMs);
  if (sample.roundTripMs !== undefined) row.round_trip_ms = Math.round(sample.roundTripMs);
  if (sample.nacks !== undefined) row.nacks = Math.round(sample.nacks);
  if (sample.plis !== undefined) row.plis = Math.round(sample.plis);
  if (sample.firs !== undefined) row.firs = Math.round(sample.firs);
  if (sample.resent !== undefined) row.resent = Math.round(sample.resent);
  if (sample.availableKbps !== undefined) row.available = Math.round(sample.availableKbps);
  if (sample.given !== undefined) row.given = Math.round(sample.given * COLUMNS.given[0]);
  if (sample.silentMs !== undefined) row.silent_ms = Math.round(sample.silentMs);
  if (sample.frames !== undefined) row.frames = Math.round(sample.frames);
  if (sample.height !== undefined) row.height = Math.round(sample.height);
  if (sample.frozenMs !== undefined) row.frozen_ms = Math.round(sample.frozenMs);
  if (sample.concealed !== undefined) row.concealed = Math.round(sample.concealed * COLUMNS.concealed[0]);
  if (sample.layer !== undefined) row.layer = Math.round(sample.layer);
  if (sample.codec) row.codec = codecSchema.options.indexOf(sample.codec);
  if (sample.limited) row.limited = 1 + limitSchema.options.indexOf(sample.limited);
  return row;
}

export function rowOfJudged({ level, figures, reason }: Judged): Row {
  const row: Row = { level: LEVELS.indexOf(level) };
  if (figures.kbps !== undefined) row.kbps = Math.round(figures.kbps);
  if (figures.loss !== undefined) row.loss = Math.round(figures.loss * COLUMNS.loss[0]);
  if (figures.jitterMs !== undefined) row.jitter_ms = Math.round(figures.jitterMs);
  if (figures.roundTripMs !== undefined) row.round_trip_ms = Math.round(figures.roundTripMs);
  if (figures.speech !== undefined) row.speech = Math.round(figures.speech * COLUMNS.speech[0]);
  if (figures.picture !== undefined) row.picture = Math.round(figures.picture * COLUMNS.picture[0]);
  if (reason) row.reason = packReason(reason);
  return row;
}

/** As one number whose maximum is the worst, so that a merged one is still one and the same reason. */
function packReason({ level, measure, value }: Pick<Reason, 'level' | 'measure' | 'value'>): number {
  const kind = LEVELS.indexOf(level) * MEASURE_CODES + measureSchema.options.indexOf(measure);
  return kind * VALUE_CODES + Math.min(VALUE_CODES - 1, Math.round(value * scaleOf(measure)));
}

export function reasonOf(packed: number | null | undefined): Pick<Reason, 'level' | 'measure' | 'value'> | undefined {
  if (packed === null || packed === undefined) return undefined;
  const kind = Math.floor(packed / VALUE_CODES);
  const level = LEVELS[Math.floor(kind / MEASURE_CODES)];
  const measure = measureSchema.options[kind % MEASURE_CODES];
  if (level === undefined || level === 'good' || measure === undefined) return undefined;
  return { level, measure, value: (packed % VALUE_CODES) / scaleOf(measure) };
}

function scaleOf(measure: Reason['measure']): number {
  return measure === 'loss' || measure === 'frozen' || measure === 'concealed' ? 10_000 : 1;
}

/** Figures as they were measured, or merged; in the names and units of `protocol/monitor.ts`. */
export function figuresOf(row: Row): Record<string, number | string | number[]> {
  const value = (name: Column) => {
    const stored = row[name];
    return stored === null || stored === undefined ? undefined : stored / COLUMNS[name][0];
  };
  const layers = [value('layer0'), value('layer1'), value('layer2')].filter((kbps) => kbps !== undefined);
  const level = row.level === null || row.level === undefined ? undefined : LEVELS[row.level];
  const all = {
    spanMs: value('span_ms'),
    level,
    kbps: value('kbps'),
    layersKbps: layers.length > 0 ? layers : undefined,
    packets: value('packets'),
    loss: value('loss'),
    unrepaired: value('unrepaired'),
    jitterMs: value('jitter_ms'),
    roundTripMs: value('round_trip_ms'),
    nacks: value('nacks'),
    plis: value('plis'),
    firs: value('firs'),
    resent: value('resent'),
    availableKbps: value('available'),
    given: value('given'),
    silentMs: value('silent_ms'),
    codec: codecSchema.options[value('codec') ?? -1],
    frames: value('frames'),
    height: value('height'),
    frozenMs: value('frozen_ms'),
    concealed: value('concealed'),
    limited: limitSchema.options[(value('limited') ?? 0) - 1],
    speech: value('speech'),
    picture: value('picture'),
    layer: value('layer'),
    reason: reasonOf(row.reason)?.measure,
  };
  const known = Object.entries(all).filter(([, figure]) => figure !== undefined);
  return Object.fromEntries(known) as Record<string, number | string | number[]>;
}

/** Columns of several rows as one: `avg(kbps) as kbps` and so on. */
export function merging(columns: readonly Column[] = COLUMN_NAMES): string {
  return columns
    .map((name) => {
      const merge = COLUMNS[name][1];
      const merged = merge === 'avg' ? `cast(round(avg(${name})) as integer)` : `${merge}(${name})`;
      return `${merged} as ${name}`;
    })
    .join(', ');
}
