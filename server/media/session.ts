import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import type { MediaRequest } from '../protocol/media.ts';
import type { Participant, Source, SourceRef } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import { MAX_WAITING_REQUESTS } from './bounds.ts';
import type { RoomContext, SentStream } from './context.ts';
import type { MediaSession } from './port.ts';
import { Receiving } from './receiving.ts';
import { Sending } from './sending.ts';
import type { Subject } from './sweep.ts';
import { refusalOf } from './transports.ts';

/**
 * The media of one participant, from its first request until it leaves: owns what it sends and what it receives. It
 * outlives lost sockets. Requests are answered one after the other, but for those to resume a consumer.
 */
export class Session {
  readonly #room: RoomContext;
  readonly #participant: Participant;
  #id = randomUUID();
  #sending: Sending;
  #receiving: Receiving;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(room: RoomContext, participant: Participant) {
    this.#room = room;
    this.#participant = participant;
    this.#sending = new Sending(room, participant.id);
    this.#receiving = new Receiving(room, participant);
  }

  describe(): MediaSession {
    const producers = [...this.#sending.streams()].map(({ ref: { participantId: _, ...sent }, producer }) => ({
      producerId: producer.id,
      sent,
    }));
    return { mediaSession: this.#id, consumers: this.#receiving.offers(), producers };
  }

  streams(): Iterable<SentStream> {
    return this.#sending.streams();
  }

  find(ref: SourceRef): SentStream | undefined {
    return this.#sending.find(ref);
  }

  subjects(): Subject[] {
    return [...this.#sending.subjects(), ...this.#receiving.subjects()];
  }

  settle(ref: SourceRef): Promise<void> {
    return this.#receiving.settle(ref);
  }

  reviewPictures(): Promise<unknown> {
    return this.#receiving.reviewPictures();
  }

  request(participant: Participant, request: MediaRequest): Promise<unknown> {
    if (this.#waiting >= MAX_WAITING_REQUESTS) return Promise.reject(new Refused('tooManyMessages'));
    this.#waiting++;
    const done = () => {
      this.#waiting--;
    };
    // Of one consumer alone, that it was told of: whoever comes resumes ten at once, and none need wait for another.
    if (request.request === 'resumeConsumer') return this.#answer(participant, request).finally(done);
    const answer = this.#last.then(() => this.#answer(participant, request)).finally(done);
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** The room's will: the participant learns of each by `producerClosed`. */
  stopSending(sources: readonly Source[]): void {
    this.#sending.stop(sources);
  }

  /** Quietly: the participant learns by `mediaLost` that everything it receives is gone. */
  stopReceiving(): void {
    this.#receiving.close();
  }

  /** The worker is gone, and everything with it: a new session for the same participant. */
  renew(): void {
    this.#id = randomUUID();
    this.#receiving.close();
    this.#sending.close({ report: true });
    this.#sending = new Sending(this.#room, this.#participant.id);
    this.#receiving = new Receiving(this.#room, this.#participant);
  }

  /** The participant left, or the room closes. */
  close(): void {
    this.#closed = true;
    this.#receiving.close();
    this.#sending.close({ report: false });
  }

  async #answer(participant: Participant, request: MediaRequest): Promise<unknown> {
    if (this.#closed) throw new Refused('participantUnknown');
    // For its refusal while the room has no worker.
    this.#room.home(participant.id);
    switch (request.request) {
      case 'setRtpCapabilities':
        if (participant.kind === 'sip') this.#room.stills.tell(participant.id);
        return this.#done(this.#receiving.setCapabilities(request.rtpCapabilities));
      case 'openTransport':
        if (request.direction === 'send') return this.#sending.open(participant);
        // A page that was loaded again: what it sent before ends, wanted or not.
        if (this.#receiving.hasTransport) this.#sending.startAgain();
        return this.#receiving.open();
      case 'connectTransport':
        return this.#connect(request);
      case 'restartIce':
        return this.#restartIce(request.transportId);
      case 'produce':
        return this.#sending.produce(participant, request);
      case 'closeProducer':
        return this.#done(this.#sending.closeProducer(request.producerId));
      case 'watch':
        return this.#done(this.#receiving.watch(request.pictures));
      case 'watchStills':
        if (participant.role !== 'operator') throw new Refused('notPermitted', request.request);
        return this.#done(this.#room.stills.watch(participant.id, request.participantIds));
      case 'sendStill':
        if (participant.kind !== 'sip') throw new Refused('notPermitted', request.request);
        return this.#done(this.#room.stills.take(participant.id, request.jpeg));
      case 'resumeConsumer':
        return this.#done(this.#receiving.resume(request));
      case 'reportSamples':
      case 'resync':
        throw new Refused('malformed', 'request');
    }
  }

  async #done(work: void | Promise<void>): Promise<Record<string, never>> {
    await work;
    return {};
  }

  #webRtcTransport(id: string): types.WebRtcTransport {
    const transport = this.#sending.transport(id) ?? this.#receiving.transport(id);
    if (transport?.type !== 'webrtc') throw new Refused('transportUnknown');
    return transport;
  }

  async #connect(request: Extract<MediaRequest, { request: 'connectTransport' }>): Promise<Record<string, never>> {
    const transport = this.#webRtcTransport(request.transportId);
    try {
      await transport.connect({ dtlsParameters: request.dtlsParameters as types.DtlsParameters });
      return {};
    } catch (error) {
      throw refusalOf(error, transport);
    }
  }

  async #restartIce(transportId: string) {
    const transport = this.#webRtcTransport(transportId);
    try {
      const iceServers = this.#room.relays(this.#participant.id);
      return { iceParameters: await transport.restartIce(), ...(iceServers ? { iceServers } : {}) };
    } catch (error) {
      throw refusalOf(error, transport);
    }
  }
}
