import type { types } from 'mediasoup';
import type { Address, ConsumerOffer } from '../protocol/media.ts';
import { Refused } from '../protocol/refusals.ts';
import { CatchUp } from './catch-up.ts';
import type { SentStream } from './context.ts';
import { offeredParameters } from './dictionaries.ts';
import { Shortage } from './shortage.ts';
import { openPlainReceive, refusalOf } from './transports.ts';
import type { Home } from './workers.ts';

interface Beginning {
  home: Home;
  /** Makes the stream one of `home`'s router; resolves with the call that gives it up there. */
  bring: () => Promise<() => void>;
  /** Absent for services: each of their streams gets a transport of its own. */
  transport: types.WebRtcTransport | undefined;
  capabilities: types.RtpCapabilities;
  /** The layer wanted now; null: the line does not bear it. */
  spatialLayer: () => number | null | undefined;
  priority: () => number;
  /** Asked after every wait. */
  isWanted: () => boolean;
  /** What nobody waits for has failed. */
  failed: (error: unknown) => void;
}

interface Open {
  consumer: types.Consumer;
  giveUp: () => void;
  /** Owned by this consumption. */
  transport?: types.PlainTransport;
  offer: ConsumerOffer;
  /** Only of a picture in several layers, over a line that may be too weak for them. */
  shortage?: Shortage;
  /** Only of a picture in several layers, to a service. */
  catchUp?: CatchUp;
}

/**
 * One stream on its way to one participant, from the decision to its end: owns the consumer and, for services, its
 * transport. It ends for good; what is wanted again is another one.
 */
export class Consumption {
  readonly stream: SentStream;
  readonly #plain: boolean;
  #open: Open | undefined;
  #ended = false;
  /** Null: held back. */
  #layer: number | null | undefined;
  /** The layer that mediasoup was told last. */
  #told: number | undefined;
  #priority = 1;
  #last: Promise<void> = Promise.resolve();
  /** What is wished is what mediasoup was told. */
  #isAgreed = false;
  /** The receiver has said that it is. */
  #isReady = false;
  #address: Address | undefined;

  constructor(stream: SentStream, plain: boolean) {
    this.stream = stream;
    this.#plain = plain;
  }

  get consumer(): types.Consumer | undefined {
    return this.#open?.consumer;
  }

  get offer(): ConsumerOffer | undefined {
    return this.#open?.offer;
  }

  /**
   * Makes the consumer, paused, and announces it. Sound for browsers flows at once; packets that arrive before the
   * browser knows of them are lost without harm.
   */
  async begin(beginning: Beginning, announce: (offer: ConsumerOffer) => void): Promise<void> {
    const giveUp = await beginning.bring();
    let own: types.PlainTransport | undefined;
    try {
      if (this.#plain) own = await openPlainReceive(beginning.home);
      const transport = own ?? beginning.transport;
      const consumer = transport && beginning.isWanted() ? await this.#consume(transport, beginning) : undefined;
      if (!consumer) return;
      // Also where the producer went while the worker was at it: nothing else would close this end then.
      if (this.#ended || !beginning.isWanted()) return consumer.close();
      const offer = this.#offerOf(consumer, own);
      this.#open = {
        consumer,
        offer,
        giveUp,
        ...(own ? { transport: own } : {}),
        ...this.#watchOver(consumer, beginning),
      };
    } finally {
      if (!this.#open) {
        own?.close();
        giveUp();
      }
    }
    const { consumer, offer } = this.#open;
    announce(offer);
    if (!this.#plain && consumer.kind === 'audio' && !this.#ended) await consumer.resume();
    await this.prefer(beginning.spatialLayer(), beginning.priority());
  }

  /** It is as wished already. */
  isPreferred(spatialLayer: number | null | undefined, priority: number): boolean {
    return this.#isAgreed && this.#layer === spatialLayer && this.#priority === priority;
  }

  /** Changes the simulcast layer of an open picture; null holds it back. */
  async prefer(spatialLayer: number | null | undefined, priority: number): Promise<void> {
    const consumer = this.#open?.consumer;
    if (spatialLayer === undefined || !consumer) return;
    this.#layer = spatialLayer;
    this.#priority = priority;
    this.#isAgreed = false;
    this.#demand();
    try {
      await this.#agree(consumer);
      this.#isAgreed = true;
      this.#open?.shortage?.review();
      this.#open?.catchUp?.review();
    } catch (error) {
      if (!this.#ended && !consumer.closed) throw error;
    }
  }

  /** One after the other: what mediasoup was told is known only then. */
  #agree(consumer: types.Consumer): Promise<void> {
    const apply = () => this.#apply(consumer);
    this.#last = this.#last.then(apply, apply);
    return this.#last;
  }

  async #apply(consumer: types.Consumer): Promise<void> {
    if (this.#ended) return;
    if (!this.#plain && consumer.priority !== this.#priority) await consumer.setPriority(this.#priority);
    const layer = this.#layer;
    if (typeof layer === 'number' && consumer.type === 'simulcast' && layer !== this.#told) {
      await consumer.setPreferredLayers({ spatialLayer: layer });
      this.#told = layer;
    }
    if (layer === null && !consumer.paused) await consumer.pause();
    else if (layer !== null && this.#isReady && consumer.paused) await consumer.resume();
  }

  async resume(address: Address | undefined): Promise<void> {
    const open = this.#open;
    if (!open || this.#ended) throw new Refused('consumerUnknown');
    try {
      if (open.transport) await this.#connect(open.transport, address);
      this.#isReady = true;
      await this.#agree(open.consumer);
      if (this.#ended) return;
      open.shortage?.review();
      open.catchUp?.review();
    } catch (error) {
      if (this.#ended) throw new Refused('consumerUnknown');
      throw refusalOf(error, open.consumer);
    }
  }

  /** Of a picture that flows; of what does not there is nothing to ask. */
  async askForKeyFrame(): Promise<void> {
    const consumer = this.#open?.consumer;
    if (consumer?.kind !== 'video' || consumer.paused) return;
    try {
      await consumer.requestKeyFrame();
    } catch (error) {
      if (!this.#ended && !consumer.closed) throw error;
    }
  }

  /** Closes what is open; what is still being made closes itself. */
  end(): void {
    this.#ended = true;
    this.#open?.shortage?.close();
    this.#open?.catchUp?.close();
    this.stream.demand?.set(this, undefined);
    this.#open?.consumer.close();
    this.#open?.transport?.close();
    this.#open?.giveUp();
    this.#open = undefined;
  }

  #consume(transport: types.Transport, { capabilities, spatialLayer }: Beginning): Promise<types.Consumer> {
    const { producer } = this.stream;
    const layer = spatialLayer();
    const layered = producer.type === 'simulcast' && typeof layer === 'number';
    return transport.consume({
      producerId: producer.id,
      rtpCapabilities: capabilities,
      paused: true,
      ...(layered ? { preferredLayers: { spatialLayer: layer } } : {}),
    });
  }

  #offerOf({ id, kind, rtpParameters }: types.Consumer, own: types.PlainTransport | undefined): ConsumerOffer {
    const { ref, producer } = this.stream;
    const address = own && { ip: own.tuple.localAddress, port: own.tuple.localPort };
    return {
      consumerId: id,
      producerId: producer.id,
      from: ref,
      kind,
      rtpParameters: offeredParameters(rtpParameters),
      ...(address ? { address } : {}),
    };
  }

  #watchOver(consumer: types.Consumer, { failed }: Beginning): Pick<Open, 'shortage' | 'catchUp'> {
    if (consumer.type !== 'simulcast') return {};
    if (!this.#plain) return { shortage: new Shortage(consumer, () => this.#demand()) };
    return { catchUp: new CatchUp(consumer, { wanted: () => this.#layer, failed }) };
  }

  /** The sender learns which layer is wanted here. */
  #demand(): void {
    if (this.#layer === undefined || this.#ended) return;
    const short = this.#open?.shortage?.isShort ?? false;
    const wanted = this.#layer === null ? undefined : { layer: this.#layer, short, local: this.#plain };
    this.stream.demand?.set(this, wanted);
  }

  /** Services sit on this machine: nobody can have RTP sent elsewhere. */
  async #connect(transport: types.PlainTransport, address: Address | undefined): Promise<void> {
    if (!address) throw new Refused('malformed', 'address');
    if (!address.ip.startsWith('127.')) throw new Refused('mediaUnsupported', 'address');
    if (this.#address?.ip === address.ip && this.#address.port === address.port) return;
    if (this.#address) throw new Refused('mediaUnsupported', 'address');
    this.#address = address;
    await transport.connect({ ip: address.ip, port: address.port });
  }
}
