import type { Logger } from 'pino';
import type { RecordingId, RoomId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import type { RecordingKeys } from '../../server/recordings/cipher.ts';
import type { GatewayContext } from '../context.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { type RecorderContract, recorderContract } from '../engine/recorder-protocol.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOwner } from '../session/seat.ts';
import { inputOf, startStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import { PartDelivery } from './part-delivery.ts';
import type { Written } from './part-writer.ts';
import { programOf } from './watched.ts';

/** What whoever started a run is told. */
export interface RunListener {
  /** After each fragment of the program. */
  wrote(written: Written): void;
  watched(noticed: { silentMs: number; blackMs: number }): void;
  changed(state: RoomState): void;
  /** It has ended by itself: once, when nothing of it runs any more. */
  ended(reason: string): void;
  /** The room wants no recorder any more. */
  dismissed(): void;
}

export interface RunOptions {
  context: GatewayContext;
  roomId: RoomId;
  recordingId: RecordingId;
  folder: string;
  keys: RecordingKeys;
  logger: Logger;
  listener: RunListener;
}

/**
 * A participant that consumes the composed picture and the mix, and has them written. Owns its seat and its engine
 * process; with either it ends as a whole.
 */
export class RecordingRun implements SeatOwner {
  readonly #options: RunOptions;
  readonly #serial: Serial;
  #engine: EngineProcess<RecorderContract> | undefined;
  #delivery: PartDelivery | undefined;
  #seat: Seat | undefined;
  #isOver = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#serial = new Serial(options.logger);
  }

  /** Rejects where it cannot begin; then nothing of it is left. */
  async start(): Promise<void> {
    const { context, roomId, recordingId, folder, keys, logger, listener } = this.#options;
    try {
      this.#delivery = await PartDelivery.open({
        ...{ folder, keys, logger },
        about: (stream) => (stream === 'program' ? { stream, kind: 'program' } : undefined),
        onWritten: (_stream, written) => listener.wrote(written),
        onBroken: (error) => this.#broke(error),
      });
      this.#engine = await this.#startEngine(this.#delivery);
      const participantId = `recorder-${recordingId}`;
      const ask = { roomId, kind: 'recorder' as const, participantId, name: 'recorder' };
      const renew = () => context.control.ticket(ask);
      const ticket = await renew();
      if (this.#isOver) throw new Error('over before it began');
      this.#seat = new Seat({ server: context.server, participantId, ticket, renew, owner: this, logger });
    } catch (error) {
      this.#isOver = true;
      await this.#release();
      throw error;
    }
  }

  /** Finishes all parts in order. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#engine?.request('stop', {}).catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'recording not finished in order');
    });
    await this.#release();
  }

  async mediaReset(): Promise<void> {
    const pictures = programOf(this.#options.context.settings.recordingPicture.tier);
    await this.#seat?.request({ request: 'watch', pictures }, nothingSchema);
  }

  changed(state: RoomState): void {
    this.#options.listener.changed(state);
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.#serial.run('receive', async () => {
      if (!this.#seat || !this.#engine || this.#isOver) return;
      const { source } = offer.from;
      // What is kept beside the program is offered to every recorder.
      if (source !== 'program' && source !== 'mix') return;
      const command = source === 'mix' ? 'receiveAudio' : 'receiveVideo';
      const { rtpPort } = await this.#engine.request(command, inputOf(offer));
      await startStream(this.#seat, offer, rtpPort);
    });
  }

  dismissed(): void {
    this.#options.listener.dismissed();
  }

  async #startEngine(delivery: PartDelivery): Promise<EngineProcess<RecorderContract>> {
    const { logger, listener } = this.#options;
    const engine = await startEngine(recorderContract, { logger });
    engine.onEvent((event) => {
      if (event.event === 'partBegun') delivery.begun(event);
      if (event.event === 'watch') listener.watched(event);
      if (event.event === 'error') this.#broke(event.message);
    });
    engine.onExit(({ expected }) => expected || this.#end('engineExited'));
    await engine.request('start', { socket: delivery.path });
    return engine;
  }

  #broke(error: unknown): void {
    this.#options.logger.warn({ err: error }, 'recording cannot go on as it is');
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    this.#end(isFull ? 'diskFull' : 'notWritten');
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    void this.#release().then(() => this.#options.listener.ended(reason));
  }

  /** Never rejects. The engine before its delivery: what it still has is taken in. */
  async #release(): Promise<void> {
    const closing = [this.#seat?.leave(), this.#engine?.stop()];
    const results = await Promise.allSettled(closing);
    results.push(...(await Promise.allSettled([this.#delivery?.close()])));
    for (const result of results) {
      if (result.status === 'rejected') this.#options.logger.warn({ err: result.reason }, 'not closed');
    }
  }
}
