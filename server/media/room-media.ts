import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import type { IceServer, MediaRequest, RtpCapabilitiesDictionary } from '../protocol/media.ts';
import type { Participant, SourceRef } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Effect } from '../room/effects.ts';
import { PRESENTED } from '../room/presenting.ts';
import { isIn } from '../room/state.ts';
import type { RoomContext, SentStream } from './context.ts';
import { offeredCapabilities } from './dictionaries.ts';
import { Levels } from './levels.ts';
import { Pace } from './pace.ts';
import { Pipes } from './pipes.ts';
import { Places } from './places.ts';
import type { MediaCount, MediaSession, RoomMedia, RoomMediaHooks } from './port.ts';
import { type RelaySettings, relayServers } from './relay.ts';
import { Session } from './session.ts';
import { Stills } from './stills.ts';
import type { Subject } from './sweep.ts';
import type { Home, Workers } from './workers.ts';

/** Whoever comes changes what everyone may see, and to look at all of it takes as long as there are people: not more often (ms). */
const REVIEW_PAUSE_MS = 250;

/** The media of a room: its routers and its participants' sessions; owns both. A session's worker may change, its id then does. */
export class Room implements RoomMedia, RoomContext {
  readonly hooks: RoomMediaHooks;
  readonly logger: Logger;
  readonly stills: Stills;
  readonly pipes = new Pipes();
  readonly #relay: RelaySettings | undefined;
  readonly #onClosed: () => void;
  readonly #sessions = new Map<string, Session>();
  readonly #levels: Levels;
  readonly #places: Places;
  readonly #pictures = new Pace(() => this.#reviewPictures(), REVIEW_PAUSE_MS);
  #capabilities: RtpCapabilitiesDictionary | undefined;
  #closed = false;

  private constructor({ hooks, logger, workers, relay, onClosed }: RoomOptions) {
    this.#relay = relay;
    this.hooks = hooks;
    this.logger = logger;
    this.stills = new Stills((participantId, notice) => this.hooks.notify(participantId, notice));
    this.#onClosed = onClosed;
    this.#levels = new Levels(hooks, logger);
    this.#places = new Places({
      workers,
      logger,
      prepare: (router) => this.#levels.observe(router),
      lost: (participantIds) => void this.#replace(participantIds),
    });
  }

  /** Rejects where no worker runs. */
  static async open(options: RoomOptions): Promise<Room> {
    const room = new Room(options);
    await room.#places.grow();
    const [router] = room.#places.routers;
    if (!router) throw new Refused('mediaUnavailable');
    room.#capabilities = offeredCapabilities(router.rtpCapabilities);
    return room;
  }

  /** The same on every worker: payload types follow from the list of codecs. */
  get routerRtpCapabilities(): RtpCapabilitiesDictionary {
    if (!this.#capabilities) throw new Refused('mediaUnavailable');
    return this.#capabilities;
  }

  home(participantId: string): Home {
    return this.#places.of(participantId);
  }

  relays(participantId: string): IceServer[] | undefined {
    return this.#relay && relayServers(this.#relay, participantId, Date.now());
  }

  find(ref: SourceRef): SentStream | undefined {
    return this.#sessions.get(ref.participantId)?.find(ref);
  }

  streams(): Iterable<SentStream> {
    return this.#sessions.values().flatMap((session) => session.streams());
  }

  streamChanged(stream: SentStream): void {
    const isNew = this.find(stream.ref) === stream;
    if (isNew && stream.ref.source === 'microphone') this.#levels.add(stream);
    for (const session of this.#sessions.values()) void session.settle(stream.ref);
  }

  async perform(effect: Effect): Promise<void> {
    switch (effect.effect) {
      case 'forward':
      case 'stopForwarding':
        void this.#sessions.get(effect.to)?.settle(effect.from);
        return;
      case 'reviewPictures':
        if (effect.mayWait) this.#pictures.ask();
        else this.#pictures.now();
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

  /** What can be measured of everyone's line. */
  subjects(): Subject[] {
    return [...this.#sessions.values()].flatMap((session) => session.subjects());
  }

  async count(): Promise<MediaCount> {
    const dumps = await Promise.all(this.#places.routers.map((router) => router.dump()));
    const sum = (count: (dump: types.RouterDump) => number) => dumps.reduce((total, dump) => total + count(dump), 0);
    return {
      transports: sum(({ transportIds }) => transportIds.length),
      producers: sum(({ mapProducerIdConsumerIds }) => mapProducerIdConsumerIds.length),
      consumers: sum(({ mapConsumerIdProducerId }) => mapConsumerIdProducerId.length),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pictures.close();
    for (const id of [...this.#sessions.keys()]) this.#closeSession(id);
    this.#places.close();
    this.#onClosed();
  }

  #reviewPictures(): void {
    for (const session of this.#sessions.values()) void session.reviewPictures();
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
    this.#places.leave(id);
    this.stills.forget(id);
  }

  /** Their worker died: they go to another. Nobody leaves the room by it. */
  async #replace(participantIds: readonly string[]): Promise<void> {
    const lost = participantIds.flatMap((id) => this.#sessions.get(id) ?? []);
    // Apart, so that none of them is told of the end of each single stream.
    for (const session of lost) session.stopReceiving();
    for (const session of lost) session.renew();
    if (this.#places.routers.length === 0 && !(await this.#places.grow())) return;
    if (this.#closed) return;
    for (const id of participantIds) this.hooks.notify(id, { notice: 'mediaLost' });
    this.hooks.mediaLost();
  }
}

interface RoomOptions {
  hooks: RoomMediaHooks;
  logger: Logger;
  workers: Workers;
  relay: RelaySettings | undefined;
  onClosed: () => void;
}
