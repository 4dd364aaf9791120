import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Fragment, IndexHeader, Inspection } from '../../server/protocol/recording.ts';
import { cipherAt, type RecordingKeys, seal } from '../../server/recordings/cipher.ts';
import { durationOf, parseIndex, playable } from '../../server/recordings/part-index.ts';
import { type InspectContract, inspectContract, type SoundFound, type StripPlan } from '../engine/inspect-protocol.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { PartFeed } from './part-feed.ts';

export const INSPECTION = 'inspection.json';

const THUMBNAIL = { width: 160, height: 90, columns: 10, rows: 10 };
const MOST_THUMBNAILS = 200;
/** Key frames come about every two seconds. */
const SHORTEST_STEP_MS = 2_000;
/** Of a part, with all its waiting for meetings to be over. */
const PATIENCE_MS = 24 * 60 * 60_000;

interface InspectedPart {
  path: string;
  header: IndexHeader;
  fragments: readonly Fragment[];
  /** Where it begins in the program's media time. */
  atMs: number;
}

export interface InspectionOptions {
  /** Of the recording. */
  folder: string;
  keys: RecordingKeys;
  /** Asked before each piece that is read: it goes on when that resolves. */
  clear?: () => Promise<void>;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Looks through a recording's program and writes down what it finds, beside the parts: see
 * `server/protocol/inspection.ts`. False where there is nothing to look at. Rejects where it could not be done, or was
 * interrupted; then nothing says that it was.
 */
export async function inspectRecording({ folder, keys, clear, logger, signal }: InspectionOptions): Promise<boolean> {
  const parts = await partsIn(folder);
  const durationMs = parts.reduce((sum, { fragments }) => sum + durationOf(fragments), 0);
  if (durationMs === 0) return false;
  const engine = await startEngine(inspectContract, { logger, isLowPriority: true, requestTimeoutMs: PATIENCE_MS });
  const interrupt = () => void engine.stop();
  signal.addEventListener('abort', interrupt);
  try {
    signal.throwIfAborted();
    const plan = planOf(durationMs);
    await engine.request('begin', { durationMs, strip: plan });
    for (const part of parts) await lookThrough(engine, part, { keys, clear, logger });
    const { sheets, sound } = await engine.request('finish', {});
    const files: string[] = [];
    for (let index = 0; index < sheets; index += 1) {
      const { jpeg } = await engine.request('sheet', { index });
      const file = `strip-${index}.jpg`;
      await put(folder, file, seal(Buffer.from(jpeg, 'base64'), keys));
      files.push(file);
    }
    const inspection = summarise(durationMs, files.length > 0 ? { ...plan, files } : null, sound);
    await put(folder, INSPECTION, seal(Buffer.from(`${JSON.stringify(inspection)}\n`), keys));
    return true;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await engine.stop();
  }
}

/** Thumbnails at whole seconds. */
export function planOf(durationMs: number): StripPlan {
  const everyMs = Math.max(SHORTEST_STEP_MS, Math.ceil(durationMs / MOST_THUMBNAILS / 1_000) * 1_000);
  return { ...THUMBNAIL, everyMs, count: Math.ceil(durationMs / everyMs) };
}

async function lookThrough(
  engine: EngineProcess<InspectContract>,
  part: InspectedPart,
  {
    keys,
    clear,
    logger,
  }: Pick<InspectionOptions, 'keys' | 'logger'> & { clear: InspectionOptions['clear'] | undefined },
): Promise<void> {
  const { path, header, atMs } = part;
  const feed = await PartFeed.open(() => paced(bytesOf(part, keys), clear));
  try {
    const media = { hasVideo: header.codecs.includes('avc1'), hasAudio: header.codecs.includes('mp4a') };
    const { problem } = await engine.request('readPart', { socket: feed.path, atMs, ...media });
    // What lies before it was looked at all the same.
    if (problem !== null) logger.warn({ path, problem }, 'a part was not looked through to its end');
  } finally {
    await feed.close();
  }
}

/** As far as the index tells, decrypted. */
function bytesOf({ path, header: { encrypted }, fragments }: InspectedPart, keys: RecordingKeys): Readable {
  const last = fragments.at(-1);
  const stored = createReadStream(path, { end: last ? last.offset + last.bytes - 1 : 0 });
  return encrypted ? pipeline(stored, cipherAt(encrypted, keys, 0), () => undefined) : stored;
}

/** Piece by piece: the engine, which gets nothing, does nothing. */
function paced(bytes: Readable, clear: InspectionOptions['clear'] | undefined): Readable {
  if (!clear) return bytes;
  return Readable.from(
    (async function* () {
      for await (const piece of bytes) {
        await clear();
        yield piece;
      }
    })(),
    { objectMode: false },
  );
}

async function partsIn(folder: string): Promise<InspectedPart[]> {
  const names = (await readdir(folder)).filter((name) => /^program\.\d+\.index\.jsonl$/.test(name));
  const found: Omit<InspectedPart, 'atMs'>[] = [];
  for (const name of names) {
    const index = parseIndex(await readFile(join(folder, name), 'utf8'));
    if (!index) continue;
    const path = join(folder, `program.${index.header.part}.${index.header.container}`);
    const fragments = playable(index, (await stat(path)).size);
    if (fragments.length > 0) found.push({ path, header: index.header, fragments });
  }
  let atMs = 0;
  return found
    .toSorted((a, b) => a.header.part - b.header.part)
    .map((part) => {
      const begun = atMs;
      atMs += durationOf(part.fragments);
      return { ...part, atMs: begun };
    });
}

function summarise(durationMs: number, strip: Inspection['strip'], sound: SoundFound): Inspection {
  const { bucketMs, peaks, silences, ...loudness } = sound;
  return { v: 1, durationMs, strip, waveform: { bucketMs, peaks }, loudness, silences };
}

/** Whole, or not at all; not where the recording has been deleted meanwhile. */
async function put(folder: string, name: string, content: Buffer): Promise<void> {
  const path = join(folder, name);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
