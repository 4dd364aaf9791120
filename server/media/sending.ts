import type { types } from 'mediasoup';
import type { MediaRequest } from '../protocol/media.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { Participant, SentSource, Source, SourceRef } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import { BOUNDS, MAX_ENCODINGS } from './bounds.ts';
import type { RoomContext, SentStream } from './context.ts';
import { producedParameters } from './dictionaries.ts';
import { LayerDemand } from './layer-demand.ts';
import { Price } from './price.ts';
import { checkSource, isPlain, keyOf } from './sources.ts';
import { type Subject, WEIGHTS } from './sweep.ts';
import { limitUp, onPeerGone, openPlainSend, openWebRtc, plainOffer, refusalOf, webRtcOffer } from './transports.ts';

type Produce = Extract<MediaRequest, { request: 'produce' }>;
type SendTransport = types.WebRtcTransport | types.PlainTransport;
interface Sent extends SentStream {
  transport: SendTransport;
}

/** A joining viewer asks for a key frame; many at once ask only this often (ms). */
const KEY_FRAME_REQUEST_DELAY_MS = 200;

/** What one participant sends: owns its send transports and their producers. */
export class Sending {
  readonly #room: RoomContext;
  readonly #participantId: string;
  readonly #transports = new Map<string, SendTransport>();
  readonly #sent = new Map<string, Sent>();
  #closed = false;

  constructor(room: RoomContext, participantId: string) {
    this.#room = room;
    this.#participantId = participantId;
  }

  transport(id: string): SendTransport | undefined {
    return this.#transports.get(id);
  }

  streams(): Iterable<SentStream> {
    return this.#sent.values();
  }

  find(ref: SourceRef): SentStream | undefined {
    return this.#sent.get(keyOf(ref));
  }

  /** A browser's line, and what comes on it. Services are on this machine: of theirs only the bit rate matters. */
  subjects(): Subject[] {
    const [participantId, direction] = [this.#participantId, 'up' as const];
    const subjects: Subject[] = [];
    for (const transport of this.#transports.values()) {
      if (transport.type === 'webrtc') subjects.push({ participantId, direction, weight: WEIGHTS.line, of: transport });
    }
    for (const sent of this.#sent.values()) {
      const isLocal = sent.transport.type === 'plain';
      if (isLocal && sent.producer.kind === 'audio') continue;
      const learn = (sample: Sample) => {
        sent.price.learn(sample);
        return sample;
      };
      const weight = WEIGHTS[sent.demand?.asked.size ? 'watched' : 'sent'];
      subjects.push({ participantId, direction, stream: sent.ref, weight, of: sent.producer, isLocal, learn });
    }
    return subjects;
  }

  /** A browser has one, a second replaces it (a page that was loaded again); a service has one for each stream. */
  async open(participant: Participant): Promise<unknown> {
    const home = this.#room.home(this.#participantId);
    const plain = isPlain(participant.kind);
    if (plain && this.#transports.size >= BOUNDS[participant.kind].sendTransports) {
      throw new Refused('tooManyStreams', 'transports');
    }
    if (!plain) for (const transport of this.#transports.values()) this.#closeTransport(transport);
    const transport = await (plain ? openPlainSend(home) : openWebRtc(home));
    if (this.#closed || transport.closed) {
      transport.close();
      throw new Refused('mediaUnavailable');
    }
    this.#transports.set(transport.id, transport);
    if (transport.type === 'plain') return plainOffer(transport);
    onPeerGone(transport, () => this.#closeTransport(transport));
    await limitUp(transport, this.#room.hooks.capacity(this.#participantId));
    return webRtcOffer(transport, this.#room.relays(this.#participantId));
  }

  async produce(participant: Participant, request: Produce): Promise<{ producerId: string }> {
    const transport = this.#transports.get(request.transportId);
    if (!transport) throw new Refused('transportUnknown');
    checkSource(participant, request.kind, request.sent);
    if (request.rtpParameters.encodings.length > MAX_ENCODINGS) throw new Refused('mediaUnsupported', 'encodings');
    const ref = { participantId: this.#participantId, ...request.sent };
    const earlier = this.#sent.get(keyOf(ref));
    if (!earlier && this.#sent.size >= BOUNDS[participant.kind].producers) {
      throw new Refused('tooManyStreams', 'producers');
    }
    // First, because a sender that starts again may keep its SSRC.
    if (earlier) this.#drop(earlier, transport);
    try {
      const producer = await this.#makeProducer(transport, request);
      const { router } = this.#room.home(this.#participantId);
      // mediasoup copies all parameters whenever they are asked for.
      const allowed = producer.rtpParameters.encodings?.map(({ maxBitrate }) => maxBitrate) ?? [];
      const demand = this.#demandFor(producer, participant, transport);
      const price = new Price({ source: ref.source, allowed, demand });
      this.#adopt({ ref, producer, router, transport, price, ...(demand && { demand }) });
      return { producerId: producer.id };
    } catch (error) {
      if (earlier) this.#reportClosed(request.sent);
      throw error;
    }
  }

  async closeProducer(producerId: string): Promise<void> {
    const sent = this.#sent.values().find(({ producer }) => producer.id === producerId);
    if (!sent) throw new Refused('producerUnknown');
    this.#drop(sent);
    this.#reportClosed(sentOf(sent.ref));
  }

  /** The room wants these to end. */
  stop(sources: readonly Source[]): void {
    for (const sent of [...this.#sent.values()].filter(({ ref }) => sources.includes(ref.source))) {
      this.#drop(sent);
      this.#tellClosed(sent);
    }
  }

  /** Ends everything that is being sent. A transport that carries nothing yet is the next one, opened early. */
  startAgain(): void {
    for (const transport of new Set([...this.#sent.values()].map((sent) => sent.transport))) {
      this.#closeTransport(transport);
    }
  }

  /** Closes everything. The sources that end by it are reported, unless the participant itself is gone. */
  close({ report }: { report: boolean }): void {
    this.#closed = true;
    const sent = [...this.#sent.values()];
    this.#sent.clear();
    for (const stream of sent) {
      stream.demand?.close();
      this.#room.streamChanged(stream);
    }
    for (const transport of this.#transports.values()) transport.close();
    this.#transports.clear();
    if (report) for (const { ref } of sent) this.#reportClosed(sentOf(ref));
  }

  async #makeProducer(transport: SendTransport, { kind, rtpParameters }: Produce): Promise<types.Producer> {
    let producer: types.Producer;
    try {
      producer = await transport.produce({
        kind,
        rtpParameters: producedParameters(kind, rtpParameters),
        keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
      });
    } catch (error) {
      throw refusalOf(error, transport);
    }
    if (!this.#closed && !transport.closed && !producer.closed) return producer;
    // Its transport went while the worker was at it, so that nobody else closes it.
    producer.close();
    throw new Refused('transportUnknown');
  }

  /** Only where there is a choice: of layers, or for a composer whether to encode at all. */
  #demandFor({ id, kind, type, rtpParameters }: types.Producer, by: Participant, transport: SendTransport) {
    if (type !== 'simulcast' && !(by.kind === 'composer' && kind === 'video')) return undefined;
    const layers = rtpParameters.encodings?.length ?? 1;
    const say = (wanted: number[]) =>
      this.#room.hooks.notify(this.#participantId, { notice: 'layersWanted', producerId: id, layers: wanted });
    return new LayerDemand({ layers, local: transport.type === 'plain', say });
  }

  #adopt(sent: Sent): void {
    this.#sent.set(keyOf(sent.ref), sent);
    this.#room.hooks.report({ verb: 'openSource', participantId: this.#participantId, sent: sentOf(sent.ref) });
    this.#room.streamChanged(sent);
  }

  #tellClosed(sent: Sent): void {
    this.#reportClosed(sentOf(sent.ref));
    this.#room.hooks.notify(this.#participantId, { notice: 'producerClosed', producerId: sent.producer.id });
  }

  /** A service's transport has no use without its stream; `keep` is about to carry the next one. */
  #drop(sent: Sent, keep?: SendTransport): void {
    this.#sent.delete(keyOf(sent.ref));
    sent.demand?.close();
    // Its consumers first: they belong to others, who are told.
    this.#room.streamChanged(sent);
    sent.producer.close();
    if (sent.transport.type === 'plain' && sent.transport !== keep && !this.#carries(sent.transport)) {
      this.#transports.delete(sent.transport.id);
      sent.transport.close();
    }
  }

  #carries(transport: SendTransport): boolean {
    return this.#sent.values().some((sent) => sent.transport === transport);
  }

  #closeTransport(transport: SendTransport): void {
    if (!this.#transports.delete(transport.id)) return;
    const ended = [...this.#sent.values()].filter((sent) => sent.transport === transport);
    for (const sent of ended) this.#drop(sent);
    transport.close();
    for (const sent of ended) this.#tellClosed(sent);
  }

  #reportClosed(sent: SentSource): void {
    this.#room.hooks.report({ verb: 'closeSource', participantId: this.#participantId, sent });
  }
}

function sentOf({ participantId: _by, ...sent }: SourceRef): SentSource {
  return sent;
}
