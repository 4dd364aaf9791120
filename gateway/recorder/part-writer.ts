import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Container,
  Encrypted,
  Fragment,
  IndexHeader,
  IndexLine,
  StreamKind,
} from '../../server/protocol/recording.ts';
import { cipherAt, newEncryption, type RecordingKeys } from '../../server/recordings/cipher.ts';
import type { FragmentPiece, InitPiece, Piece } from './pieces.ts';

/** Bytes and index are on the disk itself so often, and not only with the system that writes them there. */
const SYNC_MS = 1_000;

/** Of whom or what a stream is. */
export interface StreamAbout {
  stream: string;
  kind: StreamKind;
  participantId?: string;
  name?: string;
}

export interface PartOptions extends StreamAbout {
  /** The recording's; it is made where it is missing. */
  folder: string;
  container: Container;
  part: number;
  /** What is written is encrypted with the first; in the clear where there is none. */
  keys: RecordingKeys;
}

/** What has become of a part so far. `durationMs` by media time. */
export interface Written {
  durationMs: number;
  bytes: number;
}

/**
 * One part of one stream: the file, only ever appended to, and its index, each line of which follows the bytes that it
 * tells of. Owns both files. Whatever happens, what the index tells can be played: a write that fails leaves no trace.
 */
export class PartWriter {
  readonly #options: PartOptions;
  readonly #hash: Hash = createHash('sha256');
  #files: { content: FileHandle; index: FileHandle } | undefined;
  readonly #made: { path: string; file: FileHandle }[] = [];
  #encrypted: Encrypted | undefined;
  #offset = 0;
  #indexBytes = 0;
  #durationMs = 0;
  #syncedAt = performance.now();
  #syncing: Promise<void> = Promise.resolve();

  constructor(options: PartOptions) {
    this.#options = options;
  }

  get written(): Written {
    return { durationMs: this.#durationMs, bytes: this.#offset };
  }

  /** The beginning first. @param startedAt time of day at media time 0; said with the beginning */
  async write(piece: Piece, startedAt: number): Promise<void> {
    if (piece.piece === 'fragment') return this.#append(piece);
    try {
      await this.#begin(piece, startedAt);
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  /** It is complete, and the index says so with the sum of all its bytes. */
  async finish(): Promise<void> {
    if (this.#files) await this.#tell({ end: true, sha256: this.#hash.copy().digest('hex') });
    await this.close();
  }

  /** Leaves it as it is: to be played as far as the index tells. */
  async close(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    if (!files) return;
    await this.#syncing;
    await sync(files).catch(() => undefined);
    await Promise.all([files.content.close(), files.index.close()]);
  }

  async #begin({ bytes, codecs, width, height }: InitPiece, startedAt: number): Promise<void> {
    const { folder, keys, container, part, stream, kind, participantId, name } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [key] = keys;
    this.#encrypted = key && newEncryption(key);
    const path = join(folder, `${stream}.${part}`);
    // Never over what is there.
    const content = await this.#make(`${path}.${container}`);
    const index = await this.#make(`${path}.index.jsonl`);
    this.#files = { content, index };
    const init = { offset: 0, bytes: bytes.length };
    await this.#put(bytes);
    const header: IndexHeader = {
      ...{ v: 1, stream, kind, container, part, startedAt, codecs, init },
      ...(participantId === undefined ? {} : { participantId }),
      ...(name === undefined ? {} : { name }),
      ...(this.#encrypted ? { encrypted: this.#encrypted } : {}),
      ...(width && height ? { width, height } : {}),
    };
    await this.#tell(header);
  }

  async #make(path: string): Promise<FileHandle> {
    const file = await open(path, 'wx', 0o600);
    this.#made.push({ path, file });
    return file;
  }

  /** A part without its beginning is none. */
  async #abandon(): Promise<void> {
    this.#files = undefined;
    for (const { path, file } of this.#made) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
    }
  }

  async #append({ bytes, at, ms, key }: FragmentPiece): Promise<void> {
    const offset = this.#offset;
    await this.#put(bytes);
    const fragment: Fragment = { at, ms, offset, bytes: bytes.length, key, wall: Date.now() };
    await this.#tell(fragment);
    this.#durationMs = at + ms;
    if (performance.now() - this.#syncedAt >= SYNC_MS) this.#syncSoon();
  }

  async #put(bytes: Buffer): Promise<void> {
    const { content } = this.#opened();
    const stored = this.#encrypted ? cipherAt(this.#encrypted, this.#options.keys, this.#offset).update(bytes) : bytes;
    await whole(content, stored, this.#offset);
    this.#hash.update(stored);
    this.#offset += stored.length;
  }

  async #tell(line: IndexLine): Promise<void> {
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    await whole(this.#opened().index, text, this.#indexBytes);
    this.#indexBytes += text.length;
  }

  /** Beside the writing: a slow disk is waited for once at a time. */
  #syncSoon(): void {
    const files = this.#opened();
    this.#syncedAt = Number.POSITIVE_INFINITY;
    this.#syncing = sync(files)
      // What the disk could not take is found out by the next write.
      .catch(() => undefined)
      .then(() => {
        this.#syncedAt = performance.now();
      });
  }

  #opened(): { content: FileHandle; index: FileHandle } {
    if (!this.#files) throw new Error('a part without its beginning');
    return this.#files;
  }
}

/** The bytes before the lines that tell of them. */
async function sync({ content, index }: { content: FileHandle; index: FileHandle }): Promise<void> {
  await content.datasync();
  await index.datasync();
}

/** All of it or, on a disk that is full, nothing. */
async function whole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  } catch (error) {
    await file.truncate(at).catch(() => undefined);
    throw error;
  }
}

/** One more than the highest that lies in the folder. */
export async function nextPart(folder: string, stream: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const numbers = names.flatMap((name) => {
    const [, named, number] = /^(.+)\.(\d{1,4})\.(?:mp4|webm|index\.jsonl)$/.exec(name) ?? [];
    return named === stream ? [Number(number)] : [];
  });
  return Math.max(0, ...numbers) + 1;
}
