import type { Logger } from 'pino';
import type { ParticipantId, RoomId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import type { GatewayContext } from '../context.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import type { JobContract } from '../engine/protocol.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOwner } from '../session/seat.ts';
import { startStream } from '../session/streams.ts';
import { inputIdOf } from './plan.ts';

/** Where a composition belongs and whom it tells. */
export interface CompositionOptions {
  context: GatewayContext;
  roomId: RoomId;
  participantId: ParticipantId;
  /** Of the picture and the sound that belong together: receivers keep them in step by it (RFC 3550 6.5.1). */
  cname: string;
  receives: 'audio' | 'video';
  /** Called once, when the composition has ended by itself. */
  onEnd: () => void;
}

/**
 * What a picture and a mix have in common: a participant that consumes some of the room's streams, and an engine process
 * that makes one of its own out of them. Owns its seat and its process, and ends as a whole with either of them.
 */
export abstract class Composition<C extends JobContract> implements SeatOwner {
  protected readonly cname: string;
  protected readonly engine: EngineProcess<C>;
  protected readonly inputs = new Map<string, ConsumerOffer>();
  readonly #serial: Serial;
  readonly #logger: Logger;
  readonly #seat: Seat;
  #onEnd: (() => void) | undefined;
  #planned = false;
  #published = false;
  #closed = false;

  protected constructor({ options, logger, ticket, renew, engine }: Opening<C>) {
    this.cname = options.cname;
    this.engine = engine;
    this.#logger = logger;
    this.#onEnd = options.onEnd;
    this.#serial = new Serial(logger);
    engine.onExit(({ expected }) => expected || this.#end());
    const { participantId, receives, context } = options;
    this.#seat = new Seat({ server: context.server, participantId, ticket, renew, owner: this, logger, receives });
  }

  /** The room as this participant sees it; null before it has come in. */
  protected get state(): RoomState | null {
    return this.#seat.state;
  }

  /** Opens what this sends, for the first time. */
  protected abstract publish(seat: Seat): Promise<void>;
  /** Sends the same to a server that is new; answers false where it cannot. */
  protected republish(_seat: Seat): Promise<boolean> {
    return Promise.resolve(false);
  }
  /** Brings what is made to what the room is now. */
  protected abstract compose(seat: Seat): Promise<void>;
  /** Takes a stream in; resolves with the port at which it is awaited. */
  protected abstract addInput(inputId: string, offer: ConsumerOffer): Promise<number>;
  protected abstract removeInput(inputId: string): Promise<unknown>;

  async close(): Promise<void> {
    this.#onEnd = undefined;
    this.#closed = true;
    await Promise.all([this.#seat.leave(), this.engine.stop()]);
  }

  async mediaReset(): Promise<void> {
    if (this.#published) return this.#do('republish', () => this.#republish());
    this.#published = true;
    await this.#do('publish', () => this.publish(this.#seat));
  }

  /** What cannot be sent to the new server is begun anew as a whole. */
  async #republish(): Promise<void> {
    const moved = await this.republish(this.#seat).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'not sent to the new server');
      return false;
    });
    if (!moved) this.#end();
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.#do('addInput', async () => {
      const inputId = inputIdOf(offer.from);
      await this.#forget(inputId);
      const rtpPort = await this.addInput(inputId, offer);
      this.inputs.set(inputId, offer);
      await startStream(this.#seat, offer, rtpPort);
      await this.compose(this.#seat);
    });
  }

  consumerClosed(consumerId: string): Promise<void> {
    return this.#do('removeInput', async () => {
      const [inputId] = [...this.inputs].find(([, offer]) => offer.consumerId === consumerId) ?? [];
      if (inputId === undefined) return;
      await this.#forget(inputId);
      await this.compose(this.#seat);
    });
  }

  changed(): void {
    if (this.#planned) return;
    this.#planned = true;
    void this.#do('compose', () => {
      this.#planned = false;
      return this.compose(this.#seat);
    });
  }

  dismissed(): void {
    this.#end();
  }

  async #forget(inputId: string): Promise<void> {
    if (this.inputs.delete(inputId)) await this.removeInput(inputId);
  }

  #do(name: string, step: () => Promise<unknown>): Promise<void> {
    return this.#serial.run(name, async () => {
      if (this.#closed) return;
      await step().catch((error: unknown) => {
        // What was under way when the composition was closed fails with it.
        if (!this.#closed) throw error;
      });
    });
  }

  #end(): void {
    const onEnd = this.#onEnd;
    if (!onEnd) return;
    this.close().then(onEnd, (error: unknown) => this.#logger.error({ err: error }, 'composition not closed'));
  }
}

/** What it takes to make one: its ticket and its process. */
export interface Opening<C extends JobContract> {
  options: CompositionOptions;
  logger: Logger;
  ticket: string;
  renew: () => Promise<string>;
  engine: EngineProcess<C>;
}

/** Both or none. */
export async function openComposition<C extends JobContract>(
  contract: C,
  options: CompositionOptions,
): Promise<Opening<C>> {
  const { context, roomId, participantId } = options;
  const logger = context.logger.child({ roomId, part: participantId });
  const ask = { roomId, kind: 'composer' as const, participantId, name: participantId };
  const renew = () => context.control.ticket(ask);
  return { options, logger, ticket: await renew(), renew, engine: await startEngine(contract, { logger }) };
}
