import type { Logger } from 'pino';
import type { RecordingKeys } from '../../server/recordings/cipher.ts';
import type { PartPreface } from '../engine/recorder-protocol.ts';
import { type PartTimes, takeIn } from './part-intake.ts';
import { PartSocket } from './part-socket.ts';
import { nextPart, type StreamAbout, type Written } from './part-writer.ts';

/** What the parts of an engine process are written to. */
export interface DeliveryOptions {
  folder: string;
  keys: RecordingKeys;
  logger: Logger;
  /** Of a stream that the engine names; nothing where it is not expected (any more). */
  about: (stream: string) => StreamAbout | undefined;
  /** After each fragment. */
  onWritten: (stream: string, written: Written) => void;
  /** A part could not be written on; the disk is full, or gone. */
  onBroken: (error: unknown) => void;
}

/** One engine process's parts on their way to the disk. Whoever opens it closes it, after the process has ended. */
export class PartDelivery {
  readonly #options: DeliveryOptions;
  readonly #times = new Map<string, PromiseWithResolvers<PartTimes>>();
  #socket: PartSocket | undefined;
  #isOver = false;

  private constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  static async open(options: DeliveryOptions): Promise<PartDelivery> {
    const delivery = new PartDelivery(options);
    delivery.#socket = await PartSocket.open((preface, bytes) => delivery.#take(preface, bytes), options.logger);
    return delivery;
  }

  /** Where the engine connects. */
  get path(): string {
    return this.#socket?.path ?? '';
  }

  /** The engine has said when a part began. */
  begun({ stream, part, atMs, videoUs, audioUs }: PartPreface & PartTimes): void {
    this.#timesOf({ stream, part }).resolve({ atMs, videoUs, audioUs });
  }

  /** Everything that was sent is written when this resolves. */
  async close(): Promise<void> {
    this.#isOver = true;
    for (const times of this.#times.values()) times.reject(new Error('the engine never said when the part began'));
    await this.#socket?.close();
  }

  async #take(preface: PartPreface, bytes: AsyncIterable<Buffer>): Promise<void> {
    const { folder, keys, about, onWritten, onBroken, logger } = this.#options;
    const { stream, container } = preface;
    const known = about(stream);
    if (!known) throw new Error(`nobody expects ${stream}`);
    const part = await nextPart(folder, stream);
    logger.info({ stream, part }, 'recording');
    try {
      const times = this.#timesOf(preface).promise;
      await takeIn({ ...known, folder, keys, part, container }, bytes, times, (written) => onWritten(stream, written));
    } catch (error) {
      if (!this.#isOver) onBroken(error);
      throw error;
    } finally {
      this.#times.delete(keyOf(preface));
    }
  }

  #timesOf(preface: Pick<PartPreface, 'stream' | 'part'>): PromiseWithResolvers<PartTimes> {
    const key = keyOf(preface);
    const times = this.#times.get(key) ?? Promise.withResolvers<PartTimes>();
    // Where nobody waits for it any more, it is rejected all the same.
    times.promise.catch(() => undefined);
    if (this.#isOver) times.reject(new Error('over'));
    this.#times.set(key, times);
    return times;
  }
}

function keyOf({ stream, part }: Pick<PartPreface, 'stream' | 'part'>): string {
  return `${stream}/${part}`;
}
