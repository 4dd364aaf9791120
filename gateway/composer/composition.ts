import type { Logger } from 'pino';
import type { ParticipantId, RoomId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import type { GatewayContext } from '../context.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import type { JobContract } from '../engine/protocol.ts';
import { LifeSigns } from '../life-signs.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOwner } from '../session/seat.ts';
import { startStream } from '../session/streams.ts';
import { inputIdOf } from './plan.ts';

const LIFE_SIGN_MS = 5_000;

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
  protected readonly logger: Logger;
  protected readonly seat: Seat;
  readonly #serial: Serial;
  readonly #lifeSigns: LifeSigns;
  #onEnd: (() => void) | undefined;
  #planned = false;
  #published = false;
  #closed = false;

  protected constructor({ options, logger, ticket, renew, engine }: Opening<C>) {
    this.cname = options.cname;
    this.engine = engine;
    this.logger = logger;
    this.#onEnd = options.onEnd;
    this.#serial = new Serial(logger);
    engine.onExit(({ expected }) => expected || this.#end());
    const { participantId, receives, context } = options;
    this.seat = new Seat({ server: context.server, participantId, ticket, renew, owner: this, logger, receives });
    // An engine that stands still is of no more use: another takes its place.
    const [ask, onSilence] = [() => this.probe(), () => this.#end()];
    this.#lifeSigns = new LifeSigns({ everyMs: LIFE_SIGN_MS, ask, onSilence, logger });
  }

  /** The room as this participant sees it; null before it has come in. */
  protected get state(): RoomState | null {
    return this.seat.state;
  }

  /** Whether a stream may be taken in while another of the same name is there, whose place it takes. */
  protected abstract readonly replaces: boolean;

  /** Opens what this sends, for the first time. */
  protected abstract publish(seat: Seat): Promise<void>;
  /** Sends the same to a server that is new. What cannot be is begun anew as a whole. */
  protected abstract republish(seat: Seat): Promise<void>;
  /** Brings what is made to what the room is now. */
  protected abstract compose(seat: Seat): Promise<void>;
  /** Takes a stream in; resolves with the port at which it is awaited. */
  protected abstract addInput(inputId: string, offer: ConsumerOffer): Promise<number>;
  protected abstract removeInput(inputId: string): Promise<unknown>;
  /** Resolves where the engine answers. */
  protected abstract probe(): Promise<unknown>;

  async close(): Promise<void> {
    this.#onEnd = undefined;
    this.#closed = true;
    this.#lifeSigns.close();
    await Promise.all([this.seat.leave(), this.engine.stop()]);
  }

  mediaReset(): Promise<void> {
    const isFirst = !this.#published;
    this.#published = true;
    return this.run('publish', () => this.#publish(isFirst));
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.run('addInput', async () => {
      const inputId = inputIdOf(offer.from);
      if (!this.replaces) await this.#forget(inputId);
      const rtpPort = await this.addInput(inputId, offer);
      this.inputs.set(inputId, offer);
      await startStream(this.seat, offer, rtpPort);
      await this.compose(this.seat);
    });
  }

  consumerClosed(consumerId: string): Promise<void> {
    return this.run('removeInput', async () => {
      const [inputId] = [...this.inputs].find(([, offer]) => offer.consumerId === consumerId) ?? [];
      if (inputId === undefined) return;
      await this.#forget(inputId);
      await this.compose(this.seat);
    });
  }

  changed(): void {
    this.planCompose();
  }

  dismissed(): void {
    this.#end();
  }

  async #forget(inputId: string): Promise<void> {
    if (this.inputs.delete(inputId)) await this.removeInput(inputId);
  }

  /** Composes soon, once for all changes until then. */
  protected planCompose(): void {
    if (this.#planned) return;
    this.#planned = true;
    void this.run('compose', () => {
      this.#planned = false;
      return this.compose(this.seat);
    });
  }

  /** In its turn. */
  protected run(name: string, step: () => Promise<unknown>): Promise<void> {
    return this.#serial.run(name, async () => {
      if (this.#closed) return;
      await step().catch((error: unknown) => {
        // What was under way when the composition was closed fails with it.
        if (!this.#closed) throw error;
      });
    });
  }

  async #publish(isFirst: boolean): Promise<void> {
    try {
      await (isFirst ? this.publish(this.seat) : this.republish(this.seat));
    } catch (error) {
      if (!this.#closed) this.logger.warn({ err: error }, 'nothing to be sent to the server');
      this.#end();
    }
  }

  #end(): void {
    const onEnd = this.#onEnd;
    if (!onEnd) return;
    this.close().then(onEnd, (error: unknown) => this.logger.error({ err: error }, 'composition not closed'));
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
