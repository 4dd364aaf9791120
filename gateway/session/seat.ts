import type { Logger } from 'pino';
import { io, type Socket } from 'socket.io-client';
import type { z } from 'zod';
import type { Command } from '../../server/protocol/commands.ts';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import { type ConsumerOffer, type MediaRequest, noticeSchema } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { type RefusalCode, Refused, refusalSchema } from '../../server/protocol/refusals.ts';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import {
  type ClientToServer,
  type Dismissed,
  numberedEventSchema,
  type ServerToClient,
  type Welcome,
  welcomeSchema,
} from '../../server/protocol/wire.ts';
import { evolve } from '../../server/room/evolve.ts';
import { receivable } from './codecs.ts';
import { ComingBack, nothingSchema, resultOf, type ServerAddress, socketOptions } from './wire.ts';

/** Refusals at the door after which there is no coming back. */
const FINAL: { [C in RefusalCode]?: Dismissed['reason'] } = {
  removed: 'removed',
  meetingEnded: 'meetingEnded',
  roomUnknown: 'meetingEnded',
};

/** So long after media could not be set up it is tried again. */
const RESET_AGAIN_MS = 1_000;

/** What the owner of a seat is told. Whatever it throws or rejects with is logged and ends nothing else. */
export interface SeatOwner {
  /** The mirrored room has changed, or is there for the first time. */
  changed?(state: RoomState): void;
  /** No transport of this participant stands: open what you send. Streams to receive are announced afterwards. */
  mediaReset?(): void | Promise<void>;
  consumerOpened?(offer: ConsumerOffer): void | Promise<void>;
  consumerClosed?(consumerId: string): void | Promise<void>;
  /** The server has ended a stream that this participant sends. */
  producerClosed?(producerId: string): void | Promise<void>;
  /** Which simulcast layers of a stream that it sends anyone receives now, smallest first from 0. */
  layersWanted?(producerId: string, layers: number[]): void | Promise<void>;
  /** Whether somebody looks at stills of this participant's camera. */
  stillsWanted?(wanted: boolean): void;
  /** The connection is lost; it is being sought again. */
  lost?(): void;
  /** It is there again, and so is everything that was received. */
  returned?(): void;
  /** The room wants this participant gone, and it is. */
  dismissed?(reason: Dismissed['reason']): void;
}

export interface SeatOptions {
  server: ServerAddress;
  participantId: ParticipantId;
  /** Outlives a restart of the server. */
  ticket: string;
  /** A new one, when the first has expired in a long meeting. */
  renew: () => Promise<string>;
  owner: SeatOwner;
  logger: Logger;
  /** Default: both. */
  receives?: 'audio' | 'video';
}

/**
 * One participant that the gateway provides: its connection, the room as it may see it, and which streams go to it.
 * Whoever makes a seat closes it; a dismissed one closes itself.
 */
export class Seat {
  readonly participantId: ParticipantId;
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #owner: SeatOwner;
  readonly #logger: Logger;
  readonly #comingBack: ComingBack;
  readonly #renew: () => Promise<string>;
  readonly #consumers = new Set<string>();
  readonly #receives: 'audio' | 'video' | undefined;
  #ticket: string;
  #state: RoomState | null = null;
  #index = 0;
  /** Null: there is none that stands. */
  #mediaSession: string | null = null;
  #resetting: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ server, participantId, ticket, renew, owner, logger, receives }: SeatOptions) {
    this.participantId = participantId;
    this.#ticket = ticket;
    this.#renew = renew;
    this.#owner = owner;
    this.#logger = logger;
    this.#receives = receives;
    this.#socket = io(`${server.url}/room`, {
      ...socketOptions(server),
      auth: (give) => give({ ticket: this.#ticket, version: PROTOCOL_VERSION }),
    });
    this.#comingBack = new ComingBack(this.#socket);
    this.#socket.on('welcome', (welcome) => this.#guard(() => this.#welcomed(welcomeSchema.parse(welcome))));
    this.#socket.on('event', (event) => this.#guard(() => this.#evolved(event)));
    this.#socket.on('notice', (notice) => this.#guard(() => this.#noticed(notice)));
    this.#socket.on('dismissed', ({ reason }) => {
      this.close();
      this.#guard(() => this.#owner.dismissed?.(reason));
    });
    this.#socket.on('disconnect', () => {
      if (this.#closed) return;
      this.#guard(() => this.#owner.lost?.());
      this.#comingBack.again();
    });
    this.#socket.on('connect_error', (error: Error & { data?: unknown }) => {
      logger.debug({ participantId, reason: error.message }, 'not connected');
      this.#guard(() => this.#refusedEntry(refusalSchema.safeParse(error.data).data?.code));
    });
  }

  /** The room as this participant may see it; null before the first welcome. */
  get state(): RoomState | null {
    return this.#state;
  }

  /** Throws `Refused`, or an error when nothing answers. */
  async command(command: Command): Promise<void> {
    resultOf(await this.#ask('command', command), nothingSchema);
  }

  /** A command that states a fact: a refusal is the room's last word on it and is only logged. Throws when nothing answers, or
   * it was too much at once. */
  async report(command: Command): Promise<void> {
    try {
      await this.command(command);
    } catch (error) {
      const isLastWord = error instanceof Refused && !['server', 'limit'].includes(error.refusal.category);
      if (!isLastWord) throw error;
      this.#logger.warn({ verb: command.verb, code: error.refusal.code }, 'report refused');
    }
  }

  async request<T>(request: MediaRequest, schema: z.ZodType<T>): Promise<T> {
    return resultOf(await this.#ask('request', request), schema);
  }

  /** Leaves the room and closes the connection. */
  async leave(): Promise<void> {
    try {
      if (this.#socket.connected) await this.command({ verb: 'leave' });
    } catch (error) {
      this.#logger.debug({ participantId: this.participantId, err: error }, 'left without an answer');
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#resetting);
    this.#comingBack.stop();
    this.#socket.disconnect();
  }

  /** Nothing is kept for later: what was wanted of a room may be wrong when the connection is back. */
  #ask(name: 'command' | 'request', message: Command | MediaRequest): Promise<unknown> {
    if (!this.#socket.connected) return Promise.reject(new Refused('retry'));
    return this.#socket.emitWithAck(name, message);
  }

  async #refusedEntry(code: RefusalCode | undefined): Promise<void> {
    if (this.#closed) return;
    const reason = code && FINAL[code];
    if (reason) {
      this.close();
      this.#owner.dismissed?.(reason);
      return;
    }
    if (code === 'linkExpired') this.#ticket = await this.#renew().catch(() => this.#ticket);
    this.#comingBack.again();
  }

  async #welcomed(welcome: Welcome): Promise<void> {
    this.#state = welcome.snapshot;
    this.#index = welcome.index;
    if (welcome.mediaSession !== this.#mediaSession) await this.#resetMedia(welcome);
    else await this.#reconcile(welcome.consumers);
    this.#owner.returned?.();
    this.#owner.changed?.(this.#state);
  }

  async #resetMedia(welcome: Welcome): Promise<void> {
    const { mediaSession } = welcome;
    this.#mediaSession = mediaSession;
    try {
      await this.#reconcile([]);
      await this.#owner.mediaReset?.();
      const rtpCapabilities = receivable(welcome.routerRtpCapabilities, this.#receives);
      await this.request({ request: 'setRtpCapabilities', rtpCapabilities }, nothingSchema);
    } catch (error) {
      // Half a session would be taken for a whole one by the next welcome.
      if (this.#mediaSession === mediaSession) this.#resetAgain();
      throw error;
    }
  }

  /** Asks for another welcome until media stand; after a lost connection one comes by itself. */
  #resetAgain(): void {
    this.#mediaSession = null;
    clearTimeout(this.#resetting);
    this.#resetting = setTimeout(() => {
      if (this.#closed || this.#mediaSession !== null || !this.#socket.connected) return;
      this.#guard(() => this.request({ request: 'resync' }, nothingSchema));
      this.#resetAgain();
    }, RESET_AGAIN_MS);
  }

  async #reconcile(offers: ConsumerOffer[]): Promise<void> {
    const standing = new Set(offers.map((o) => o.consumerId));
    for (const consumerId of this.#consumers) if (!standing.has(consumerId)) await this.#consumerClosed(consumerId);
    for (const offer of offers) if (!this.#consumers.has(offer.consumerId)) await this.#consumerOpened(offer);
  }

  #evolved(raw: unknown): void {
    const { index, logged } = numberedEventSchema.parse(raw);
    if (this.#state === null || index <= this.#index) return;
    if (index !== this.#index + 1) {
      this.#guard(() => this.request({ request: 'resync' }, nothingSchema));
      return;
    }
    this.#index = index;
    this.#state = evolve(this.#state, logged);
    this.#owner.changed?.(this.#state);
  }

  async #noticed(raw: unknown): Promise<void> {
    const notice = noticeSchema.parse(raw);
    if (notice.notice === 'consumerOpened') await this.#consumerOpened(notice);
    if (notice.notice === 'consumerClosed') await this.#consumerClosed(notice.consumerId);
    if (notice.notice === 'producerClosed') await this.#owner.producerClosed?.(notice.producerId);
    if (notice.notice === 'layersWanted') await this.#owner.layersWanted?.(notice.producerId, notice.layers);
    if (notice.notice === 'stillsWanted') this.#owner.stillsWanted?.(notice.wanted);
    if (notice.notice === 'mediaLost') {
      this.#resetAgain();
      await this.request({ request: 'resync' }, nothingSchema);
    }
  }

  async #consumerOpened(offer: ConsumerOffer): Promise<void> {
    this.#consumers.add(offer.consumerId);
    await this.#owner.consumerOpened?.(offer);
  }

  async #consumerClosed(consumerId: string): Promise<void> {
    this.#consumers.delete(consumerId);
    await this.#owner.consumerClosed?.(consumerId);
  }

  /** What fails while a message is taken in is logged; the next message finds its listener. */
  #guard(step: () => void | Promise<void> | Promise<undefined>): void {
    Promise.resolve()
      .then(step)
      .catch((error: unknown) =>
        this.#logger.warn({ participantId: this.participantId, err: error }, 'message not carried out'),
      );
  }
}
