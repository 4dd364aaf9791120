import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { LegContract } from '../engine/leg-protocol.ts';
import type { EngineProcess } from '../engine/process.ts';
import type { SentCodec } from '../session/codecs.ts';
import type { Seat } from '../session/seat.ts';
import { inputOf, openStream, startStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import type { Negotiated, NegotiatedVideo } from '../sip/index.ts';
import { slidesOf } from './media.ts';
import { keyOf, rankOf, watchedFor } from './pictures.ts';

/** A codec's own picture has one layer; the engine adds these two while someone receives them. */
const SMALLER_LAYERS = 2;

/**
 * The streams between one codec's engine and the room: what it sends as a participant, and which of the composed
 * pictures it sees. Every step is awaited by its caller one after the other.
 */
export class LegStreams {
  readonly #seat: Seat;
  readonly #engine: EngineProcess<LegContract>;
  readonly #pictures = new Map<string, ConsumerOffer>();
  #agreed: Negotiated;
  #microphone: string | undefined;
  #camera: string | undefined;
  #screen: string | undefined;
  #presenting = false;
  #isOpen = true;
  /** There was a first `reset`. */
  #isSeated = false;
  #shown: ConsumerOffer | undefined;

  constructor(seat: Seat, engine: EngineProcess<LegContract>, agreed: Negotiated) {
    this.#seat = seat;
    this.#engine = engine;
    this.#agreed = agreed;
  }

  get presenting(): boolean {
    return this.#presenting;
  }

  /** No transport stands any more: everything is opened anew. */
  async reset(): Promise<void> {
    this.#microphone = undefined;
    this.#camera = undefined;
    this.#screen = undefined;
    this.#shown = undefined;
    this.#pictures.clear();
    this.#isSeated = true;
    await this.#open();
    await this.#watch();
  }

  /**
   * Another agreement with the endpoint: what it has no line for any more, or sends in another codec, is closed, what it sends
   * now and did not before is opened. A line on hold stays open.
   */
  async agree(agreed: Negotiated): Promise<void> {
    const before = this.#agreed;
    this.#agreed = agreed;
    if (!this.#isSeated) return;
    await this.#closeGone(before);
    await this.#open();
    if (slidesOf(agreed) !== slidesOf(before)) await this.#watch();
  }

  /** The endpoint presents. Throws `Refused` where the room does not let it. */
  async present(): Promise<void> {
    if (this.#presenting || !this.#agreed.content) return;
    this.#presenting = true;
    try {
      await this.#openScreen(this.#agreed.content);
    } catch (error) {
      this.#presenting = false;
      throw error;
    }
  }

  async stopPresenting(): Promise<void> {
    const producerId = this.#screen;
    this.#presenting = false;
    this.#screen = undefined;
    if (producerId) await this.#seat.request({ request: 'closeProducer', producerId }, nothingSchema);
  }

  /** @returns whether it was the presentation */
  producerClosed(producerId: string): boolean {
    if (producerId !== this.#screen) return false;
    this.#screen = undefined;
    this.#presenting = false;
    return true;
  }

  /** The room has opened or closed the endpoint's microphone. */
  async gateMoved(open: boolean): Promise<void> {
    if (open === this.#isOpen) return;
    this.#isOpen = open;
    await this.#engine.request('setMicrophone', { open });
  }

  async layersWanted(producerId: string, layers: number[]): Promise<void> {
    if (producerId !== this.#camera) return;
    const watched = layers.length > 0;
    await this.#engine.request('setWanted', { watched, low: layers.includes(0), mid: layers.includes(1) });
  }

  async consumerOpened(offer: ConsumerOffer): Promise<void> {
    if (offer.kind === 'audio') return this.#receive('receiveAudio', offer);
    if (offer.from.source === 'content') return this.#receive('receiveContent', offer);
    this.#pictures.set(offer.consumerId, offer);
    await this.#choose();
  }

  async consumerClosed(consumerId: string): Promise<void> {
    if (!this.#pictures.delete(consumerId)) return;
    if (this.#shown?.consumerId === consumerId) this.#shown = undefined;
    await this.#choose();
  }

  async #open(): Promise<void> {
    const cname = this.#seat.participantId;
    const { audio, video, content } = this.#agreed;
    if (audio && this.#microphone === undefined) {
      const { producerId, rtp } = await openStream(this.#seat, { source: 'microphone' }, 'opus', cname);
      this.#microphone = producerId;
      await this.#engine.request('sendAudio', rtp);
    }
    if (video && isSent(video) && this.#camera === undefined) {
      const codec = sentCodec(video);
      const smaller = codec === 'H264' ? SMALLER_LAYERS : 0;
      const { producerId, rtp, tiers } = await openStream(this.#seat, { source: 'camera' }, codec, cname, smaller);
      this.#camera = producerId;
      await this.#engine.request('sendVideo', { ...rtp, tiers });
    }
    if (content && this.#presenting && this.#screen === undefined) await this.#openScreen(content);
  }

  async #closeGone(before: Negotiated): Promise<void> {
    const { video, content } = this.#agreed;
    if (this.#camera !== undefined && isAnother(before.video, video)) {
      const producerId = this.#camera;
      this.#camera = undefined;
      await this.#seat.request({ request: 'closeProducer', producerId }, nothingSchema);
    }
    if (!this.#presenting || !isAnother(before.content, content)) return;
    await this.stopPresenting();
    this.#presenting = content !== undefined;
  }

  async #openScreen(content: NegotiatedVideo): Promise<void> {
    const cname = this.#seat.participantId;
    const { producerId, rtp } = await openStream(this.#seat, { source: 'screen' }, sentCodec(content), cname);
    this.#screen = producerId;
    await this.#engine.request('sendContent', rtp);
  }

  async #watch(without?: ConsumerOffer): Promise<void> {
    const all = this.#agreed.video ? watchedFor(this.#seat.participantId, slidesOf(this.#agreed)) : [];
    const pictures = without ? all.filter(({ from }) => keyOf(from) !== keyOf(without.from)) : all;
    await this.#seat.request({ request: 'watch', pictures }, nothingSchema);
  }

  /** The best of the pictures that are made flows; the one before it is offered anew, for when it is the best again. */
  async #choose(): Promise<void> {
    const rank = (offer: ConsumerOffer) => rankOf(this.#seat.participantId, offer.from);
    const [best] = [...this.#pictures.values()].sort((a, b) => rank(a) - rank(b));
    const before = this.#shown;
    if (!best || best === before) return;
    this.#shown = best;
    await this.#receive('receiveVideo', best);
    if (!before || !this.#pictures.has(before.consumerId)) return;
    await this.#watch(before);
    await this.#watch();
  }

  async #receive(command: 'receiveAudio' | 'receiveVideo' | 'receiveContent', offer: ConsumerOffer): Promise<void> {
    const { rtpPort } = await this.#engine.request(command, inputOf(offer));
    await startStream(this.#seat, offer, rtpPort);
  }
}

function isSent({ direction }: NegotiatedVideo): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/** What the room receives of it is another stream. */
function isAnother(before: NegotiatedVideo | undefined, now: NegotiatedVideo | undefined): boolean {
  return !now || (before !== undefined && sentCodec(before) !== sentCodec(now));
}

/** What the engine makes of what the endpoint sends: it passes on what the server takes. */
function sentCodec({ codec, transcode }: NegotiatedVideo): SentCodec {
  return codec === 'VP8' && !transcode ? 'VP8' : 'H264';
}
