import type { types } from 'mediasoup';
import type { ConsumerOffer, MediaRequest, RtpCapabilitiesDictionary, Watched } from '../protocol/media.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { Participant, SourceRef } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import { mayHear, maySee } from '../room/hearing.ts';
import { BOUNDS } from './bounds.ts';
import { Collapse } from './collapse.ts';
import { Consumption } from './consumption.ts';
import type { RoomContext, SentStream } from './context.ts';
import { type CapabilitiesByKind, parseCapabilities } from './dictionaries.ts';
import { LineShare } from './line-share.ts';
import { isMix, isPlain, keyOf, mediaKindOf } from './sources.ts';
import { type Subject, WEIGHTS } from './sweep.ts';
import { keepDown, limitDown, onPeerGone, openWebRtc, webRtcOffer } from './transports.ts';
import { soundKbps, wantsOf } from './wants.ts';

/**
 * So long, in ms, a codec's former mix goes on at most, until the one in its place flows. Its own voice is in the former
 * one later: a mix waits 120 ms for voices that are late.
 */
const HAND_OVER_MS = 100;

/**
 * What one participant receives: owns its receive transport (browsers) and its consumptions.
 *
 * One question decides everything: may this stream go there now? It is asked of the committed state, never of the
 * command that led here, whenever something may have changed and after every wait. So nothing has to be remembered about
 * the order of effects, and a gate that closes while a consumer is being made wins.
 */
export class Receiving {
  readonly #room: RoomContext;
  readonly #participantId: string;
  readonly #plain: boolean;
  readonly #limit: number;
  readonly #consumptions = new Map<string, Consumption>();
  readonly #share = new LineShare();
  /** Mixes that may not be heard any more and go on until the next one does. */
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  #watched = new Map<string, Watched>();
  #capabilities: CapabilitiesByKind | undefined;
  #transport: types.WebRtcTransport | undefined;
  #collapse: Collapse | undefined;
  #closed = false;

  constructor(room: RoomContext, { id, kind }: Participant) {
    this.#room = room;
    this.#participantId = id;
    this.#plain = isPlain(kind);
    this.#limit = BOUNDS[kind].consumers;
  }

  get hasTransport(): boolean {
    return this.#transport !== undefined;
  }

  transport(id: string): types.WebRtcTransport | undefined {
    return this.#transport?.id === id ? this.#transport : undefined;
  }

  offers(): ConsumerOffer[] {
    return [...this.#consumptions.values()].flatMap((c) => c.offer ?? []);
  }

  /** Given again, by a page or a service that started again: everything is offered anew. */
  setCapabilities(dictionary: RtpCapabilitiesDictionary): void {
    this.#capabilities = parseCapabilities(dictionary);
    this.#endAll();
    void this.settleAll();
  }

  /** Browsers only; a second one replaces the first. A service's streams have a transport each, which the server makes. */
  async open(): Promise<unknown> {
    if (this.#plain) throw new Refused('mediaUnsupported', 'direction');
    if (this.#transport) {
      this.#closeTransport(this.#transport);
      this.#watched = new Map();
    }
    const transport = await openWebRtc(this.#room.home(this.#participantId));
    if (this.#closed || transport.closed) {
      transport.close();
      throw new Refused('mediaUnavailable');
    }
    this.#transport = transport;
    this.#share.beginAnew();
    onPeerGone(transport, () => this.#closeTransport(transport));
    // Back on another path, as after an ICE restart: what was sent meanwhile is lost, and pictures cannot go on without it.
    transport.on('iceselectedtuplechange', () => this.#askForKeyFrames());
    const failed = (error: unknown) => this.#reportLine(error);
    this.#collapse = new Collapse(transport, { collapsed: () => this.#askForKeyFrames(), failed });
    await limitDown(transport, this.#room.hooks.capacity(this.#participantId));
    void this.settleAll();
    return webRtcOffer(transport, this.#room.relays(this.#participantId));
  }

  watch(pictures: Watched[]): void {
    const refs = [...this.#watched.values(), ...pictures].map((w) => w.from);
    this.#watched = new Map(pictures.map((w) => [keyOf(w.from), w]));
    this.#divide();
    void Promise.all(refs.map((ref) => this.settle(ref)));
  }

  /** The stream leaves the server from here on. */
  async resume({ consumerId, address }: Extract<MediaRequest, { request: 'resumeConsumer' }>): Promise<void> {
    const consumption = this.#consumptions.values().find((c) => c.offer?.consumerId === consumerId);
    if (!consumption) throw new Refused('consumerUnknown');
    await this.settle(consumption.stream.ref);
    await consumption.resume(address);
    if (isMix(consumption.stream.ref.source)) for (const key of [...this.#leaving.keys()]) this.#leave(key);
  }

  settleAll(): Promise<unknown> {
    const refs = [...this.#room.streams(), ...[...this.#consumptions.values()].map((c) => c.stream)].map((s) => s.ref);
    return Promise.all(refs.map((ref) => this.settle(ref)));
  }

  /** A browser's line, and what comes down on it. Services are on this machine. */
  subjects(): Subject[] {
    if (!this.#transport) return [];
    const [participantId, direction] = [this.#participantId, 'down' as const];
    const learn = (sample: Sample) => this.#learn(sample);
    const subjects: Subject[] = [{ participantId, direction, weight: WEIGHTS.line, of: this.#transport, learn }];
    for (const { consumer, stream } of this.#consumptions.values()) {
      if (consumer && !consumer.paused)
        subjects.push({ participantId, direction, stream: stream.ref, weight: WEIGHTS.received, of: consumer });
    }
    return subjects;
  }

  /** Only pictures. */
  reviewPictures(): Promise<unknown> {
    this.#divide();
    return Promise.all(this.#watched.values().map(({ from }) => this.settle(from)));
  }

  /**
   * Makes what is consumed of this source agree with what may be. What ends, ends before this returns, but for a mix in whose
   * place another comes. Never rejects: failures are reported.
   */
  settle(ref: SourceRef): Promise<void> {
    const key = keyOf(ref);
    const stream = this.#room.find(ref);
    const held = this.#consumptions.get(key);
    const wanted = stream !== undefined && this.#wants(stream);
    if (held && wanted && held.stream === stream) {
      this.#stay(key);
      const isSettled = held.isPreferred(this.#layerOf(key), this.#share.priorityOf(key));
      return isSettled ? Promise.resolve() : this.#prefer(key, held);
    }
    if (held && held.stream === stream && this.#isLeaving(key, held)) return Promise.resolve();
    if (held) this.#end(key, held);
    const capabilities = this.#capabilities?.[mediaKindOf(ref.source)];
    if (!wanted || !capabilities?.codecs?.length || !this.#canTake(stream, capabilities)) return Promise.resolve();
    return this.#begin(key, stream, capabilities);
  }

  close(): void {
    this.#closed = true;
    for (const key of [...this.#leaving.keys()]) this.#stay(key);
    for (const consumption of this.#consumptions.values()) consumption.end();
    this.#consumptions.clear();
    this.#transport?.close();
    this.#transport = undefined;
  }

  /** Null: the line does not bear it now. */
  #layerOf(key: string): number | null | undefined {
    const wanted = this.#watched.get(key)?.spatialLayer;
    return wanted === undefined ? undefined : this.#share.layerOf(key, wanted);
  }

  /** The line was measured: what it bears is divided anew. */
  #learn(sample: Sample): Sample {
    const hasChanged = this.#divide(sample.availableKbps);
    if (hasChanged) for (const { from } of this.#watched.values()) void this.settle(from);
    this.#keepEstimate(sample);
    this.#collapse?.review(sample, this.#share.neededKbps);
    return { ...sample, given: this.#share.given };
  }

  #keepEstimate({ availableKbps }: Sample): void {
    const floorKbps = availableKbps === undefined ? undefined : this.#share.floorFor(availableKbps);
    if (!this.#transport || floorKbps === undefined) return;
    keepDown(this.#transport, this.#room.hooks.capacity(this.#participantId), floorKbps).catch((error: unknown) => {
      this.#reportLine(error);
    });
  }

  #askForKeyFrames(): void {
    for (const consumption of this.#consumptions.values()) {
      consumption.askForKeyFrame().catch((error: unknown) => this.#reportLine(error));
    }
  }

  #reportLine(error: unknown): void {
    this.#room.logger.error({ err: error, participantId: this.#participantId }, 'cannot steer what goes down a line');
  }

  #divide(estimateKbps?: number): boolean {
    if (this.#plain) return false;
    const { hooks } = this.#room;
    const costsOf = (ref: SourceRef) => this.#room.find(ref)?.price.kbps;
    const wants = wantsOf(this.#watched.values(), costsOf, hooks.state());
    let sounds = 0;
    for (const { consumer } of this.#consumptions.values()) if (consumer?.kind === 'audio') sounds++;
    const { downKbps } = hooks.capacity(this.#participantId);
    const bearing = {
      soundKbps: soundKbps(sounds),
      ...(downKbps === undefined ? {} : { capacityKbps: downKbps }),
      ...(estimateKbps === undefined ? {} : { estimateKbps }),
    };
    return this.#share.review(wants, bearing, performance.now());
  }

  /** True while this is what the source sends and the room's state lets it through to here. */
  #wants(stream: SentStream): boolean {
    const { ref } = stream;
    if (this.#room.find(ref) !== stream) return false;
    if (this.#closed || !this.#capabilities || (!this.#plain && !this.#transport)) return false;
    const state = this.#room.hooks.state();
    if (mediaKindOf(ref.source) === 'audio') return mayHear(state, this.#participantId, ref);
    return this.#watched.has(keyOf(ref)) && maySee(state, this.#participantId, ref);
  }

  async #begin(key: string, stream: SentStream, capabilities: types.RtpCapabilities): Promise<void> {
    const consumption = new Consumption(stream, this.#plain);
    this.#consumptions.set(key, consumption);
    const isWanted = () => this.#consumptions.get(key) === consumption && this.#wants(stream);
    const beginning = {
      capabilities,
      spatialLayer: () => this.#layerOf(key),
      priority: () => this.#share.priorityOf(key),
      isWanted,
      failed: (error: unknown) => this.#reportFailure(stream, error),
    };
    try {
      const home = this.#room.home(this.#participantId);
      const bring = () => this.#room.pipes.take(stream, home.router);
      await consumption.begin({ ...beginning, home, bring, transport: this.#transport }, (offer) =>
        this.#room.hooks.notify(this.#participantId, { notice: 'consumerOpened', ...offer }),
      );
    } catch (error) {
      if (isWanted()) this.#reportFailure(stream, error);
    }
    const isOpen = consumption.offer !== undefined && isWanted();
    if (!isOpen && this.#consumptions.get(key) === consumption) this.#end(key, consumption);
  }

  async #prefer(key: string, consumption: Consumption): Promise<void> {
    try {
      await consumption.prefer(this.#layerOf(key), this.#share.priorityOf(key));
    } catch (error) {
      this.#reportFailure(consumption.stream, error);
    }
  }

  #canTake({ ref, producer, router }: SentStream, rtpCapabilities: types.RtpCapabilities): boolean {
    const { logger } = this.#room;
    const subject = { participantId: this.#participantId, from: keyOf(ref) };
    if (this.#consumptions.size >= this.#limit) {
      logger.warn(subject, 'participant receives as many streams as it may');
      return false;
    }
    if (router.canConsume({ producerId: producer.id, rtpCapabilities })) return true;
    logger.warn(subject, 'participant cannot take this codec');
    return false;
  }

  #reportFailure({ ref }: SentStream, error: unknown): void {
    this.#room.logger.error({ err: error, participantId: this.#participantId, from: keyOf(ref) }, 'cannot forward');
    const effect = mediaKindOf(ref.source) === 'audio' ? 'forward' : 'reviewPictures';
    const reason = (error instanceof Error ? error.message : 'unknown').slice(0, 200);
    this.#room.hooks.report({ verb: 'reportEffectFailure', effect, reason });
  }

  /** Whether another mix comes in the place of this one, for which it waits. */
  #isLeaving(key: string, { stream }: Consumption): boolean {
    if (this.#leaving.has(key)) return true;
    if (!isMix(stream.ref.source)) return false;
    if (![...this.#room.streams()].some((other) => isMix(other.ref.source) && this.#wants(other))) return false;
    this.#leaving.set(
      key,
      setTimeout(() => this.#leave(key), HAND_OVER_MS),
    );
    return true;
  }

  #leave(key: string): void {
    const consumption = this.#consumptions.get(key);
    if (consumption) this.#end(key, consumption);
  }

  #stay(key: string): void {
    clearTimeout(this.#leaving.get(key));
    this.#leaving.delete(key);
  }

  #end(key: string, consumption: Consumption): void {
    this.#stay(key);
    this.#consumptions.delete(key);
    const consumerId = consumption.offer?.consumerId;
    consumption.end();
    if (consumerId) this.#room.hooks.notify(this.#participantId, { notice: 'consumerClosed', consumerId });
  }

  #endAll(): void {
    for (const [key, consumption] of [...this.#consumptions]) this.#end(key, consumption);
  }

  #closeTransport(transport: types.WebRtcTransport): void {
    if (this.#transport !== transport) return;
    this.#transport = undefined;
    this.#endAll();
    transport.close();
  }
}
