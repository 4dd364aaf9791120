import type { Direction, LineState } from '../protocol/lines.ts';
import { codecSchema } from '../protocol/monitor.ts';
import type { Cause, ChartFlow, Consumed, LineChart, LineNode, LineStretch } from '../protocol/quality.ts';
import { type SourceRef, sourceSchema } from '../protocol/records.ts';
import type { Step } from './sample-file.ts';
import { figuresOf, LEVELS, reasonOf } from './sample-rows.ts';
import { type Grid, timesOf } from './sample-tiers.ts';

// What was kept, as it is looked at. Pure; made in the thread of the file.

/** What a chart is without names, and of which meetings it is. */
export type KeptChart = Omit<LineChart, 'participantId' | 'name' | 'siteId' | 'names'> & { roomIds: string[] };
export interface KeptCourse {
  from: number;
  to: number;
  stepMs: number;
  lines: { participantId: string; stretches: LineStretch[] }[];
}
export type KeptLine = Pick<LineNode, 'participantId' | 'level' | 'reasons' | 'up' | 'down' | 'flows'>;

const MOST_FLOWS = 8;
/** Of a camera's layers, the smallest first. */
const LAYER_LINES = [180, 360, 720] as const;
/** Of a large meeting not every stream is measured every second. */
const BRIDGED_MS = 10_000;
/** Lines are judged about once a second, and a busy machine is late: whoever was there before and after was there. */
const LATE_MS = 5_000;
const BY = ['server', 'leg', 'client'] as const;
const FIGURES = ['kbps', 'loss', 'jitterMs', 'roundTripMs', 'speech', 'picture'] as const;
const DIRECTIONS = ['up', 'down'] as const;

/** What a stream is called in the file: `line up`, `up server`, `down client ba-be/camera`. */
interface Named {
  direction: Direction;
  /** Absent: judged. */
  by?: (typeof BY)[number];
  stream?: SourceRef | undefined;
}

export function nameOfStream({ direction, by, stream }: Named): string {
  if (!by) return `line ${direction}`;
  if (!stream) return `${direction} ${by}`;
  const { participantId, source, for: whose, tier } = stream;
  return `${direction} ${by} ${participantId}/${source}${whose ? `/${whose}` : ''}${tier ? `/${tier}` : ''}`;
}

export function readStreamName(name: string): Named | undefined {
  const [first, second, ref] = name.split(' ');
  if (first === 'line') return second === 'up' || second === 'down' ? { direction: second } : undefined;
  const by = BY.find((each) => each === second);
  if ((first !== 'up' && first !== 'down') || !by) return undefined;
  if (ref === undefined) return { direction: first, by };
  const [participantId = '', named, ...more] = ref.split('/');
  const source = sourceSchema.safeParse(named);
  if (!source.success) return undefined;
  const tier = more.find((part) => /^\d{3,4}p\d{1,2}$/.test(part));
  const whose = more.find((part) => part !== tier);
  const stream = { participantId, source: source.data, ...(whose ? { for: whose } : {}), ...(tier ? { tier } : {}) };
  return { direction: first, by, stream };
}

export function chartOf(grid: Grid, rows: readonly Step[]): KeptChart {
  const times = timesOf(grid);
  const at = new Map(times.map((time, place) => [time, place]));
  const empty = () => Array.from<number | null>({ length: times.length }).fill(null);
  const half = () => Object.fromEntries(FIGURES.map((name) => [name, empty()])) as LineChart['up'];
  const halves = { up: half(), down: half() };
  const flows = new Flows(empty);
  for (const row of rows) {
    const place = at.get(row.at);
    const named = readStreamName(row.stream);
    if (place === undefined || !named) continue;
    const figures = figuresOf(row);
    if (!named.by) {
      for (const name of FIGURES) halves[named.direction][name][place] = numberOf(figures[name]);
    } else if (named.stream) flows.note(named, place, figures);
  }
  const bridged = Math.floor(BRIDGED_MS / (grid.step * 1000));
  const late = Math.floor(LATE_MS / (grid.step * 1000));
  for (const direction of DIRECTIONS) {
    for (const name of FIGURES) halves[direction][name] = bridge(halves[direction][name], late);
  }
  return {
    stepMs: grid.step * 1000,
    times,
    stretches: stretchesOf(rows, grid.step * 1000),
    ...halves,
    flows: flows.largest().map(({ heights, ...flow }) => ({
      ...flow,
      kbps: bridge(flow.kbps, bridged),
      ...(heights ? { heights: bridge(heights, bridged) } : {}),
    })),
    roomIds: [...new Set(rows.map(({ roomId }) => roomId))],
  };
}

/** Streams by who knows them best: what the server measured stands before what a browser says. */
class Flows {
  readonly #found = new Map<string, ChartFlow & { rank: number; sum: number }>();
  /** By the name of the stream: what was decoded, and what was sent. */
  readonly #heights = new Map<string, { decoded: (number | null)[]; sent: (number | null)[] }>();
  readonly #empty: () => (number | null)[];

  constructor(empty: () => (number | null)[]) {
    this.#empty = empty;
  }

  note({ direction, by, stream }: Named, place: number, figures: ReturnType<typeof figuresOf>): void {
    const { kbps, layersKbps } = figures;
    if (stream && direction === 'down') this.#noteHeight(stream, place, figures);
    if (!stream || typeof kbps !== 'number') return;
    const rank = by ? BY.indexOf(by) : BY.length;
    if (direction === 'up' && Array.isArray(layersKbps)) {
      for (const [n, each] of layersKbps.entries()) {
        this.#add({ direction, stream, layer: n }, { rank, place, kbps: each });
      }
    } else this.#add({ direction, stream }, { rank, place, kbps });
  }

  largest(): ChartFlow[] {
    const all = [...this.#found.values()].filter(({ sum }) => sum > 0).sort((a, b) => b.sum - a.sum);
    return DIRECTIONS.flatMap((direction) =>
      all.filter((flow) => flow.direction === direction).slice(0, MOST_FLOWS),
    ).map(({ rank: _rank, sum: _sum, ...flow }) => ({ ...flow, ...this.#heightsOf(flow) }));
  }

  #noteHeight(stream: SourceRef, place: number, { kbps, height, layer }: ReturnType<typeof figuresOf>): void {
    const size = typeof layer === 'number' ? LAYER_LINES[layer] : linesOfTier(stream.tier);
    const sent = kbps === 0 ? 0 : typeof kbps === 'number' ? size : undefined;
    const decoded = typeof height === 'number' && height > 0 && kbps !== 0 ? height : undefined;
    if (sent === undefined && decoded === undefined) return;
    const key = nameOfStream({ direction: 'down', by: 'server', stream });
    const known = this.#heights.get(key) ?? { decoded: this.#empty(), sent: this.#empty() };
    if (decoded !== undefined) known.decoded[place] = decoded;
    if (sent !== undefined) known.sent[place] = sent;
    this.#heights.set(key, known);
  }

  #heightsOf({ direction, stream }: Pick<ChartFlow, 'direction' | 'stream'>): Pick<ChartFlow, 'heights'> {
    const found = direction === 'down' && this.#heights.get(nameOfStream({ direction, by: 'server', stream }));
    if (!found) return {};
    const heights = found.sent.map((lines, place) => (lines === 0 ? 0 : (found.decoded[place] ?? lines)));
    return heights.some((lines) => lines !== null && lines > 0) ? { heights } : {};
  }

  #add(flow: Omit<ChartFlow, 'kbps'>, { rank, place, kbps }: { rank: number; place: number; kbps: number }): void {
    const key = `${nameOfStream({ ...flow, by: 'server' })} ${flow.layer ?? ''}`;
    const known = this.#found.get(key);
    if (known && known.rank < rank) return;
    const one = known?.rank === rank ? known : { ...flow, kbps: this.#empty(), rank, sum: 0 };
    one.kbps[place] = kbps;
    one.sum += kbps;
    this.#found.set(key, one);
  }
}

/** All lines of a meeting, whoever was in it. */
export function courseOf(grid: Grid, rows: readonly Step[]): KeptCourse {
  const byLine = Map.groupBy(rows, ({ participantId }) => participantId);
  const lines = [...byLine].map(([participantId, own]) => ({
    participantId,
    stretches: stretchesOf(own, grid.step * 1000),
  }));
  return { from: grid.first * 1000, to: grid.last * 1000, stepMs: grid.step * 1000, lines };
}

/** @param rows of one line, by time; those of its streams are left out */
function stretchesOf(rows: readonly Step[], stepMs: number): LineStretch[] {
  const stretches: LineStretch[] = [];
  for (const [at, own] of Map.groupBy(rows, (row) => row.at)) {
    const judged = own.filter(({ level }) => level !== null && level !== undefined);
    if (judged.length === 0) continue;
    const level = LEVELS[Math.max(...judged.map((row) => row.level ?? 0))] ?? 'good';
    const [cause] = level === 'good' ? [] : causesOf(judged);
    const last = stretches.at(-1);
    if (last && at - last.to <= LATE_MS) last.to = at;
    if (last && last.to === at && last.level === level && isSame(last.cause, cause)) {
      last.to = at + stepMs;
      if (last.cause && cause) last.cause = { ...cause, value: Math.max(last.cause.value, cause.value) };
    } else stretches.push({ from: at, to: at + stepMs, level, ...(cause ? { cause } : {}) });
  }
  return stretches;
}

function isSame(a: Cause | undefined, b: Cause | undefined): boolean {
  return a?.measure === b?.measure && a?.direction === b?.direction;
}

/** The worst first. */
function causesOf(judged: readonly Step[]): Cause[] {
  return judged
    .toSorted((a, b) => (b.reason ?? 0) - (a.reason ?? 0))
    .flatMap(({ reason, stream }) => {
      const read = reasonOf(reason);
      const direction = readStreamName(stream)?.direction;
      return read && direction ? [{ ...read, direction }] : [];
    });
}

/**
 * Every line of a meeting at the end of this time, each stream as it was measured last; of who was not in it any more
 * there is none.
 * @param rows by time
 */
export function momentOf({ last, step }: Pick<Grid, 'last' | 'step'>, rows: readonly Step[]): KeptLine[] {
  const latest = [...new Map(rows.map((row) => [`${row.participantId} ${row.stream}`, row])).values()];
  const since = last * 1000 - Math.max(step * 1000, LATE_MS);
  return [...Map.groupBy(latest, ({ participantId }) => participantId)].flatMap(([participantId, own]) => {
    const judged = own.filter(({ at, level }) => at >= since && level !== null && level !== undefined);
    if (judged.length === 0) return [];
    const level = LEVELS[Math.max(...judged.map((row) => row.level ?? 0))] ?? 'good';
    const reasons = level === 'good' ? [] : causesOf(judged);
    return [{ participantId, level, reasons, ...halvesOf(judged), flows: consumedOf(own) }];
  });
}

function halvesOf(judged: readonly Step[]): Pick<LineState, Direction> {
  const halves: Pick<LineState, Direction> = { up: {}, down: {} };
  for (const row of judged) {
    const direction = readStreamName(row.stream)?.direction;
    const figures = figuresOf(row);
    const known = FIGURES.flatMap((name) => (typeof figures[name] === 'number' ? [[name, figures[name]]] : []));
    if (direction) halves[direction] = Object.fromEntries(known);
  }
  return halves;
}

function consumedOf(rows: readonly Step[]): Consumed[] {
  const found = new Map<string, Consumed>();
  for (const by of BY) {
    for (const row of rows) {
      const named = readStreamName(row.stream);
      if (named?.by !== by || !named.stream) continue;
      const { kbps, layersKbps, layer, height, codec } = figuresOf(row);
      const { direction, stream } = named;
      const key = nameOfStream({ direction, by: 'server', stream });
      const known = found.get(key);
      if (!known && typeof kbps !== 'number') continue;
      found.set(key, {
        ...{ direction, stream, kbps: typeof kbps === 'number' ? kbps : 0, ...layerOf(layer) },
        ...(Array.isArray(layersKbps) ? { layersKbps } : {}),
        ...(typeof height === 'number' && height > 0 ? { height } : {}),
        ...codecOf(codec),
        ...known,
      });
    }
  }
  return [...found.values()].sort((a, b) => b.kbps - a.kbps);
}

/** Of `720p25`. */
function linesOfTier(tier: string | undefined): number | undefined {
  const lines = Number.parseInt(tier ?? '', 10);
  return Number.isNaN(lines) ? undefined : lines;
}

function codecOf(codec: unknown): Pick<Consumed, 'codec'> {
  const known = codecSchema.options.find((each) => each === codec);
  return known ? { codec: known } : {};
}

function layerOf(layer: unknown): { layer?: number } {
  return typeof layer === 'number' ? { layer } : {};
}

function numberOf(figure: unknown): number | null {
  return typeof figure === 'number' ? figure : null;
}

/** Where nothing was measured for at most so many steps it is as it was before. */
function bridge(track: readonly (number | null)[], most: number): (number | null)[] {
  const bridged = [...track];
  let last = -1;
  for (const [place, value] of track.entries()) {
    if (value === null) continue;
    if (last >= 0 && place - last - 1 <= most) bridged.fill(track[last] ?? null, last + 1, place);
    last = place;
  }
  return bridged;
}
