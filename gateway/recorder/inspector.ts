import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordingId } from '../../server/protocol/ids.ts';
import { readKeys } from '../../server/recordings/cipher.ts';
import { INSPECTION, inspectRecording } from './inspection.ts';
import { folderOf } from './on-disk.ts';
import { quietly } from './quiet.ts';

interface InspectorOptions {
  /** The data folder. */
  data: string;
  keyFile?: string | undefined;
  /** A meeting is under way: it has the processor for itself. */
  isBusy: () => boolean;
  logger: Logger;
}

const LOOK_MS = 2_000;
/** A room may stay open for days; by then somebody wants to see what was recorded. */
const MOST_LOOKS = (12 * 60 * 60_000) / LOOK_MS;

/** The server writes it when a recording is over. */
const SEALED_BY = 'manifest.json';

/** Has recordings looked through when no meeting runs, one after the other. Owns the process that does. */
export class Inspector {
  readonly #options: InspectorOptions;
  readonly #waiting = new Set<RecordingId>();
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;

  constructor(options: InspectorOptions) {
    this.#options = options;
  }

  /** What an earlier gateway has left. */
  async start(): Promise<void> {
    const folders = await readdir(join(this.#options.data, 'recordings'), { withFileTypes: true }).catch(() => []);
    for (const folder of folders.filter((entry) => entry.isDirectory())) {
      const names: string[] = await readdir(join(folder.parentPath, folder.name)).catch(() => []);
      if (names.includes(SEALED_BY) && !names.includes(INSPECTION)) this.inspect(folder.name);
    }
  }

  /** A recording that is over. */
  inspect(recordingId: RecordingId): void {
    if (this.#closing.signal.aborted) return;
    this.#waiting.add(recordingId);
    this.#working ??= this.#work();
  }

  /** Interrupts what is being looked through: it is begun again by the next gateway. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (const recordingId of this.#waiting) {
      if (this.#closing.signal.aborted) return;
      await this.#lookThrough(recordingId);
      this.#waiting.delete(recordingId);
    }
    this.#working = undefined;
  }

  /** Never rejects. */
  async #lookThrough(recordingId: RecordingId): Promise<void> {
    const { data, keyFile, isBusy } = this.#options;
    const logger = this.#options.logger.child({ recordingId });
    try {
      const keys = keyFile ? readKeys(await readFile(keyFile, 'utf8')) : [];
      const { signal } = this.#closing;
      const clear = quietly({ isBusy, everyMs: LOOK_MS, mostLooks: MOST_LOOKS, signal });
      await clear();
      const isDone = await inspectRecording({ folder: folderOf(data, recordingId), keys, clear, logger, signal });
      logger.info({ isDone }, 'recording looked through');
    } catch (error) {
      if (!this.#closing.signal.aborted) logger.warn({ err: error }, 'recording not looked through');
    }
  }
}
