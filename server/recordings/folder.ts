import { StringDecoder } from 'node:string_decoder';
import { type Container, containerSchema, type Part, type Stream, type StreamKind } from '../protocol/recording.ts';
import { IndexLines, playable } from './part-index.ts';
import type { RecordingStorage, StoredFile } from './storage.ts';
import { layOut, type PartOnDisk, type Placing, placeBeside } from './timeline.ts';

/** A stream as it lies on disk: its parts by their number, each with something playable. */
export interface StreamOnDisk {
  stream: string;
  parts: readonly PartOnDisk[];
  placed: readonly Part[];
}

/** A recording as it lies on disk. */
export interface RecordingOnDisk extends Placing {
  streams: readonly StreamOnDisk[];
  files: readonly StoredFile[];
}

interface ReadIndex {
  lines: IndexLines;
  decoder: StringDecoder;
  read: number;
}
interface Known {
  indexes: Map<string, ReadIndex>;
  /** The last look, shared by all who ask within a moment. */
  looked?: { until: number; found: Promise<RecordingOnDisk> };
}

const INDEX = '.index.jsonl';
/** Many watch one recording live; they need not each look on the disk. */
const FRESH_MS = 250;
/** So many recordings are remembered, the last asked for. */
const KEPT = 50;

/** Reads recordings from their indexes, of which it remembers what it has read: they only ever grow. */
export class RecordingFolders {
  readonly #storage: RecordingStorage;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(storage: RecordingStorage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  read(recordingId: string): Promise<RecordingOnDisk> {
    const known: Known = this.#known.get(recordingId) ?? { indexes: new Map() };
    this.#known.delete(recordingId);
    this.#known.set(recordingId, known);
    for (const oldest of this.#known.keys()) if (this.#known.size > KEPT) this.#known.delete(oldest);
    const now = this.#now();
    if (known.looked && now < known.looked.until) return known.looked.found;
    // One after the other: each goes on where the last one stopped reading.
    const before = known.looked?.found.catch(() => undefined);
    const found = Promise.resolve(before).then(() => this.#look(recordingId, known));
    known.looked = { until: now + FRESH_MS, found };
    found.catch(() => this.#known.delete(recordingId));
    return found;
  }

  forget(recordingId: string): void {
    this.#known.delete(recordingId);
  }

  async #look(recordingId: string, { indexes }: Known): Promise<RecordingOnDisk> {
    // The indexes first: what they tell of was on the disk before them.
    const listed = await this.#storage.list(recordingId);
    const grown = listed.filter(({ name, bytes }) => name.endsWith(INDEX) && bytes > (indexes.get(name)?.read ?? 0));
    await Promise.all(grown.map(({ name, bytes }) => this.#readOn(recordingId, name, bytes, indexes)));
    const files = await this.#storage.list(recordingId);
    const parts = files.flatMap(({ name, bytes }) => {
      const found = indexes.get(indexOf(name))?.lines.index;
      if (!found || `${found.header.stream}.${found.header.part}.${found.header.container}` !== name) return [];
      const fragments = playable(found, bytes);
      return fragments.length > 0 ? [{ file: name, header: found.header, fragments }] : [];
    });
    return arrange(parts, files);
  }

  async #readOn(recordingId: string, name: string, bytes: number, indexes: Known['indexes']): Promise<void> {
    const index = indexes.get(name) ?? { lines: new IndexLines(), decoder: new StringDecoder('utf8'), read: 0 };
    indexes.set(name, index);
    for await (const chunk of this.#storage.read(recordingId, name, { first: index.read, last: bytes - 1 })) {
      index.read += chunk.length;
      index.lines.push(index.decoder.write(chunk));
    }
  }
}

export function isEncrypted({ streams }: RecordingOnDisk): boolean {
  return streams.some(({ parts }) => parts.some(({ header }) => header.encrypted !== undefined));
}

/** As the page is told of it. */
export function describeStream({ stream, parts, placed }: StreamOnDisk): Stream[] {
  const header = parts[0]?.header;
  if (!header) return [];
  const { kind, participantId, name, container, codecs } = header;
  const about = { ...(participantId ? { participantId } : {}), ...(name ? { name } : {}) };
  return [{ stream, kind, ...about, container, codecs, parts: [...placed] }];
}

function arrange(parts: readonly PartOnDisk[], files: readonly StoredFile[]): RecordingOnDisk {
  const byStream = Map.groupBy(parts, ({ header }) => streamKey(header));
  const ordered = [...byStream].map(([stream, of]) => ({
    stream,
    parts: of.toSorted((a, b) => a.header.part - b.header.part),
  }));
  const program = ordered.find(({ stream }) => stream === 'program')?.parts ?? [];
  const placing = layOut(program);
  const streams = ordered.map(({ stream, parts: of }) => ({
    ...{ stream, parts: of },
    placed: stream === 'program' ? placing.timeline.parts : placeBeside(of, placing),
  }));
  return { ...placing, streams: streams.toSorted(byKind), files };
}

const ORDER: Record<StreamKind, number> = { program: 0, content: 1, track: 2 };

function byKind(a: StreamOnDisk, b: StreamOnDisk): number {
  const kinds = [a, b].map(({ parts }) => ORDER[parts[0]?.header.kind ?? 'track']) as [number, number];
  return kinds[0] - kinds[1] || (a.stream < b.stream ? -1 : 1);
}

function streamKey({ stream }: PartOnDisk['header']): string {
  return stream;
}

function indexOf(file: string): string {
  const ending = containerSchema.options.find((container: Container) => file.endsWith(`.${container}`));
  return ending ? `${file.slice(0, -ending.length - 1)}${INDEX}` : '';
}
