import type { KeyObject } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Refused } from '../protocol/refusals.ts';
import type { StoredRecording } from '../protocol/stored-recording.ts';
import { MANIFEST, verifyRecording } from './manifest.ts';
import type { RecordingsPort } from './ports.ts';
import type { S3Storage } from './s3-storage.ts';
import type { RecordingStorage, StoredFile } from './storage.ts';

interface RelocationParts {
  recordings: RecordingsPort;
  disk: RecordingStorage;
  store: S3Storage;
  signingKey: KeyObject;
  localDays: number;
  /** Of uploads; 0: as fast as the line is. */
  bitsPerSecond: number;
  logger: Logger;
  now: () => number;
}

const EVERY_MS = 30_000;
const DAY_MS = 86_400_000;
/** An inspection that has not come by then will not come. */
const INSPECTED_MS = DAY_MS;
/** After a failure a recording waits for so long, then twice as long, up to a day. */
const FIRST_WAIT_MS = 60_000;
/** What never changes once it is written; everything else is brought again. */
const LASTING = /\.(?:mp4|webm)$/;

/**
 * Copies what was recorded to the store, one file after the other, and looks whether all of it has come there whole;
 * some days later it takes away what lies on the disk. Owns its timer.
 */
export class Relocation {
  readonly #parts: RelocationParts;
  readonly #waits = new Map<string, { until: number; ms: number }>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #closed = false;
  #busy: { recordingId: string; stop: AbortController; done: Promise<void> } | undefined;

  constructor(parts: RelocationParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#round = this.round().finally(() => {
      if (!this.#closed) this.#timer = setTimeout(() => this.start(), EVERY_MS).unref();
    });
  }

  /** What is due now. Never rejects. */
  async round(): Promise<void> {
    const { recordings, logger } = this.#parts;
    try {
      for (const one of await recordings.list()) {
        if (this.#closed) return;
        if (this.#isDue(one)) await this.#attempt(one);
      }
    } catch (error) {
      // While the store does not answer there is nothing to be done for any of them.
      logger.warn({ err: error }, 'the store of recordings is away');
    }
  }

  /** Whatever is being done with this recording ends: it is to be deleted. */
  async leave(recordingId: string): Promise<void> {
    if (this.#busy?.recordingId !== recordingId) return;
    this.#busy.stop.abort();
    await this.#busy.done;
  }

  /** What was begun goes on with the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#busy?.stop.abort();
    await this.#round;
    this.#parts.store.close();
  }

  #isDue({
    recordingId,
    status,
    file,
    away,
    held,
    copiedAt,
    inspected,
    startedAt,
    durationMs,
  }: StoredRecording): boolean {
    const { localDays, now } = this.#parts;
    if (status !== 'saved' || away) return false;
    if (now() < (this.#waits.get(recordingId)?.until ?? 0)) return false;
    // One file of an earlier version is not inspected.
    if (copiedAt === null) {
      return inspected || file !== undefined || now() > startedAt + durationMs + INSPECTED_MS;
    }
    // Of what is held nothing is taken away anywhere.
    return !held && now() >= copiedAt + localDays * DAY_MS;
  }

  /** Rejects when the store does not answer; a failure of this one alone makes it wait. */
  async #attempt(one: StoredRecording): Promise<void> {
    const { recordingId } = one;
    const stop = new AbortController();
    const work = one.copiedAt === null ? this.#copy(recordingId, stop.signal) : this.#depart(recordingId);
    this.#busy = { recordingId, stop, done: work.catch(() => undefined) };
    try {
      await work;
      this.#waits.delete(recordingId);
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error instanceof Refused && error.refusal.code === 'recordingStoreAway') throw error;
      this.#parts.logger.error({ err: error, recordingId }, 'a recording was not copied');
      this.#wait(recordingId);
    } finally {
      this.#busy = undefined;
    }
  }

  async #copy(recordingId: string, signal: AbortSignal): Promise<void> {
    const { disk, store, recordings, signingKey, logger, now } = this.#parts;
    const files = await disk.list(recordingId);
    // Not signed yet: the rest of the aftercare comes first.
    if (!files.some(({ name }) => name === MANIFEST)) return;
    const there = await store.list(recordingId);
    for (const file of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (!LASTING.test(file.name) || !isAmong(file, there)) await this.#upload(recordingId, file, signal);
    }
    const { signature, faults } = await verifyRecording(stoppable(store, signal), recordingId, signingKey);
    if (signature !== 'good' || faults.length > 0) {
      // Whatever it is, it is not what was signed: the next attempt begins anew.
      await store.delete(recordingId);
      throw new Error(`signature ${signature}, ${JSON.stringify(faults)}`);
    }
    await recordings.copied(recordingId, now());
    logger.info({ recordingId }, 'a recording is in the store');
  }

  async #upload(recordingId: string, { name, bytes }: StoredFile, signal: AbortSignal): Promise<void> {
    const { disk, store, bitsPerSecond } = this.#parts;
    await store.upload(recordingId, name, {
      bytes,
      async read(range) {
        signal.throwIfAborted();
        return buffer(disk.read(recordingId, name, range));
      },
      // Meetings go over the same line.
      pause: (sent) => sleep(bitsPerSecond === 0 ? 0 : (sent * 8_000) / bitsPerSecond, undefined, { signal }),
    });
  }

  async #depart(recordingId: string): Promise<void> {
    const { disk, store, recordings } = this.#parts;
    const there = await store.list(recordingId);
    const isThere = (await disk.list(recordingId)).every((file) => isAmong(file, there));
    if (!isThere || there.length === 0) return recordings.copied(recordingId, null);
    const still = await recordings.find(recordingId);
    if (!still || still.held || still.status !== 'saved' || still.copiedAt === null) return;
    await disk.delete(recordingId);
    await recordings.away(recordingId);
  }

  #wait(recordingId: string): void {
    const ms = Math.min(DAY_MS, (this.#waits.get(recordingId)?.ms ?? FIRST_WAIT_MS / 2) * 2);
    this.#waits.set(recordingId, { until: this.#parts.now() + ms, ms });
  }
}

function stoppable(storage: RecordingStorage, signal: AbortSignal): RecordingStorage {
  return { ...storage, read: (...what) => addAbortSignal(signal, storage.read(...what)) };
}

function isAmong({ name, bytes }: StoredFile, files: readonly StoredFile[]): boolean {
  return files.some((file) => file.name === name && file.bytes === bytes);
}
