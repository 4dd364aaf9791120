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

export function rowOfSample(sample: Sample): Row {
  const row: Row = {};
  const [layer0, layer1, layer2] = sample.layersKbps ?? [];
  set(row, 'span_ms', sample.spanMs);
  set(row, 'kbps', sample.kbps);
  set(row, 'layer0', layer0);
  set(row, 'layer1', layer1);
  set(row, 'layer2', layer2);
  set(row, 'packets', sample.packets);
  set(row, 'loss', sample.loss);
  set(row, 'unrepaired', sample.unrepaired);
  set(row, 'jitter_ms', sample.jitterMs);
  set(row, 'round_trip_ms', sample.roundTripMs);
  set(row, 'nacks', sample.nacks);
  set(row, 'plis', sample.plis);
  set(row, 'firs', sample.firs);
  set(row, 'resent', sample.resent);
  set(row, 'available', sample.availableKbps);
  set(row, 'given', sample.given);
  set(row, 'silent_ms', sample.silentMs);
  set(row, 'frames', sample.frames);
  set(row, 'height', sample.height);
  set(row, 'frozen_ms', sample.frozenMs);
  set(row, 'concealed', sample.concealed);
  set(row, 'layer', sample.layer);
  if (sample.codec) row.codec = codecSchema.options.indexOf(sample.codec);
  if (sample.limited) row.limited = 1 + limitSchema.options.indexOf(sample.limited);
  return row;
}

export function rowOfJudged({ level, figures, reason }: Judged): Row {
  const row: Row = { level: LEVELS.indexOf(level) };
  set(row, 'kbps', figures.kbps);
  set(row, 'loss', figures.loss);
  set(row, 'jitter_ms', figures.jitterMs);
  set(row, 'round_trip_ms', figures.roundTripMs);
  set(row, 'speech', figures.speech);
  set(row, 'picture', figures.picture);
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

/** As an integer; of what was not measured there is nothing. Called for every figure of every stream each second. */
function set(row: Row, name: Column, figure: number | undefined): void {
  if (figure !== undefined) row[name] = Math.round(figure * COLUMNS[name][0]);
}
