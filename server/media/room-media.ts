import type { Logger } from 'pino';
import type { MediaRequest, RtpCapabilitiesDictionary } from '../protocol/media.ts';
import type { Participant, SourceRef } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Effect } from '../room/effects.ts';
import { PRESENTED } from '../room/presenting.ts';
import { isIn } from '../room/state.ts';
import type { RoomContext, SentStream } from './context.ts';
import { offeredCapabilities } from './dictionaries.ts';
import { Levels } from './levels.ts';
import type { MediaCount, MediaSession, RoomMedia, RoomMediaHooks } from './port.ts';
import { Session } from './session.ts';
import { Stills } from './stills.ts';
import type { Home, Workers } from './workers.ts';

/** A room's router and its participants' sessions; owns both. The router's worker may change, the sessions' ids then do. */
export class Room implements RoomMedia, RoomContext {
  readonly routerRtpCapabilities: RtpCapabilitiesDictionary;
  readonly hooks: RoomMediaHooks;
  readonly logger: Logger;
  readonly stills: Stills;
  readonly #workers: Workers;
  readonly #onClosed: () => void;
  readonly #sessions: Map<string, Session>;
  #placed: { home: Home; levels: Levels } | undefined;
  #closed = false;

  private constructor(options: RoomOptions, sessions: Map<string, Session>, placed: { home: Home; levels: Levels }) {
    this.hooks = options.hooks;
    this.logger = options.logger;
    this.stills = new Stills((participantId, notice) => this.hooks.notify(participantId, notice));
    this.#workers = options.workers;
    this.#onClosed = options.onClosed;
    this.#sessions = sessions;
    // The same on every worker: payload types follow from the list of codecs.
    this.routerRtpCapabilities = offeredCapabilities(placed.home.router.rtpCapabilities);
    this.#settleOn(placed);
  }

  static async open(options: RoomOptions): Promise<Room> {
    const sessions = new Map<string, Session>();
    return new Room(options, sessions, await place(options, sessions));
  }

  home(): Home {
    if (!this.#placed || this.#placed.home.router.closed) throw new Refused('mediaUnavailable');
    return this.#placed.home;
  }

  find(ref: SourceRef): SentStream | undefined {
    return this.#sessions.get(ref.participantId)?.find(ref);
  }

  streams(): Iterable<SentStream> {
    return this.#sessions.values().flatMap((session) => session.streams());
  }

  streamChanged(stream: SentStream): void {
    const isNew = this.find(stream.ref) === stream;
    if (isNew && stream.ref.source === 'microphone') this.#placed?.levels.add(stream);
    for (const session of this.#sessions.values()) void session.settle(stream.ref);
  }

  async perform(effect: Effect): Promise<void> {
    switch (effect.effect) {
      case 'forward':
      case 'stopForwarding':
        void this.#sessions.get(effect.to)?.settle(effect.from);
        return;
      case 'reviewPictures':
        for (const session of this.#sessions.values()) void session.reviewPictures();
        return;
      case 'stopPresenting':
        this.#sessions.get(effect.participantId)?.stopSending(PRESENTED);
        return;
      case 'closeMedia':
        this.#closeSession(effect.participantId);
        return;
      case 'dismiss':
        return;
    }
  }

  async request(participantId: string, request: MediaRequest): Promise<unknown> {
    const participant = this.#participant(participantId);
    return this.#session(participant).request(participant, request);
  }

  session(participantId: string): MediaSession {
    return this.#session(this.#participant(participantId)).describe();
  }

  async count(): Promise<MediaCount> {
    const dump = await this.home().router.dump();
    return {
      transports: dump.transportIds.length,
      producers: dump.mapProducerIdConsumerIds.length,
      consumers: dump.mapConsumerIdProducerId.length,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const id of [...this.#sessions.keys()]) this.#closeSession(id);
    this.#placed?.home.router.close();
    this.#onClosed();
  }

  #participant(id: string): Participant {
    const participant = this.hooks.state().participants[id];
    if (this.#closed || !isIn(participant)) throw new Refused('participantUnknown');
    return participant;
  }

  #session(participant: Participant): Session {
    const known = this.#sessions.get(participant.id);
    if (known) return known;
    const session = new Session(this, participant);
    this.#sessions.set(participant.id, session);
    return session;
  }

  /** Out of the map first: what is still under way must not find it. */
  #closeSession(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    session?.close();
    this.stills.forget(id);
  }

  #settleOn(placed: { home: Home; levels: Levels }): void {
    this.#placed = placed;
    placed.home.router.once('workerclose', () => void this.#move());
    if (placed.home.router.closed) void this.#move();
  }

  /** To another worker, after the death of the first. Nobody leaves the room by it. */
  async #move(): Promise<void> {
    if (this.#closed) return;
    this.#placed = undefined;
    // Apart, so that nobody is told of the end of each single stream.
    for (const session of this.#sessions.values()) session.stopReceiving();
    for (const session of this.#sessions.values()) session.renew();
    try {
      const { hooks, logger } = this;
      const placed = await place({ hooks, logger, workers: this.#workers }, this.#sessions);
      if (this.#closed) return placed.home.router.close();
      this.#settleOn(placed);
    } catch (error) {
      // The workers are closing, and this room with them.
      this.logger.warn({ err: error }, 'room has no media worker');
      return;
    }
    for (const id of this.#sessions.keys()) this.hooks.notify(id, { notice: 'mediaLost' });
    this.hooks.mediaLost();
  }
}

interface Placing {
  hooks: RoomMediaHooks;
  logger: Logger;
  workers: Workers;
}

interface RoomOptions extends Placing {
  onClosed: () => void;
}

/** A router with its level observer, on another worker where the first dies meanwhile. */
async function place({ workers, hooks, logger }: Placing, sessions: Map<string, Session>) {
  for (;;) {
    const home = await workers.place(() => sessions.size);
    try {
      return { home, levels: await Levels.open(home.router, hooks, logger) };
    } catch (error) {
      if (!home.router.closed) {
        home.router.close();
        throw error;
      }
    }
  }
}
