import type { ConsumerOffer, Watched } from '../../server/protocol/media.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import { kbpsOf, type PictureTier } from '../composer/tiers.ts';
import type { LegContract, LegEvent, LegStats } from '../engine/leg-protocol.ts';
import type { EngineProcess } from '../engine/process.ts';
import type { SentCodec } from '../session/codecs.ts';
import type { Seat } from '../session/seat.ts';
import { inputOf, openStream, startStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import type { Negotiated, NegotiatedVideo } from '../sip/index.ts';
import type { LegRates } from './leg-rates.ts';
import { LineReport } from './line-report.ts';
import { slidesOf } from './media.ts';
import { isSamePicture, mainPictures, secondPicture } from './pictures.ts';
import { ShownPicture } from './shown-picture.ts';
import { lineLimits, TierChoice } from './tier-choice.ts';

/** A codec's own picture has one layer; the engine adds these two while someone receives them. */
const SMALLER_LAYERS = 2;
/** So long may nothing come of a picture that is made before another tier of it is tried. */
const NOTHING_MS = 5_000;

export interface LegStreamsOptions {
  seat: Seat;
  engine: EngineProcess<LegContract>;
  /** The tiers of a composed picture, the largest first. */
  pictures: readonly PictureTier[];
  /** What the endpoint's line bears of each picture. */
  rates: LegRates;
  /** It bears more or less than before. */
  rated: () => void;
  /** Carries out a step in its turn. */
  run: (step: () => Promise<void>) => void;
}

/**
 * The streams between one codec's engine and the room: what it sends as a participant, and which of the composed
 * pictures it sees. Every step is awaited by its caller one after the other.
 */
export class LegStreams {
  readonly #seat: Seat;
  readonly #engine: EngineProcess<LegContract>;
  readonly #offers = new Map<string, ConsumerOffer>();
  readonly #pictures: readonly PictureTier[];
  #agreed: Negotiated;
  #microphone: string | undefined;
  #camera: string | undefined;
  #screen: string | undefined;
  #presenting = false;
  #isOpen = true;
  /** There was a first `reset`. */
  #isSeated = false;
  readonly #shown: ShownPicture;
  readonly #mainTier: TierChoice;
  readonly #contentTier: TierChoice;
  readonly #line: LineReport;
  #watched = '';
  #nextReview: NodeJS.Timeout | undefined;
  #nothing: NodeJS.Timeout | undefined;
  #isReviewPlanned = false;
  readonly #run: LegStreamsOptions['run'];
  readonly #rates: LegStreamsOptions['rates'];

  constructor({ seat, engine, pictures, rates, rated, run }: LegStreamsOptions, agreed: Negotiated) {
    this.#seat = seat;
    this.#engine = engine;
    this.#agreed = agreed;
    this.#run = run;
    this.#rates = rates;
    this.#pictures = pictures;
    this.#mainTier = new TierChoice(pictures);
    this.#contentTier = new TierChoice(pictures);
    const learn = (before: LegStats, after: LegStats, spanMs: number) => {
      if (!rates.learn(before, after, spanMs, performance.now())) return;
      rated();
      this.#planReview();
    };
    this.#line = new LineReport({ seat, engine, agreed: () => this.#agreed, learn });
    this.#shown = new ShownPicture({
      patienceMs: NOTHING_MS,
      onLeft: () => this.#planReview(),
      onNothing: () => this.#nothingCame(),
    });
  }

  get presenting(): boolean {
    return this.#presenting;
  }

  /** No transport stands any more: everything is opened anew. */
  async reset(): Promise<void> {
    this.#microphone = undefined;
    this.#camera = undefined;
    this.#screen = undefined;
    this.#shown.clear();
    this.#offers.clear();
    this.#watched = '';
    this.#isSeated = true;
    await this.#open();
    await this.#review();
  }

  close(): void {
    this.#isSeated = false;
    this.#line.close();
    clearTimeout(this.#nextReview);
    clearTimeout(this.#nothing);
    this.#shown.clear();
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
    await this.#review();
  }

  /** The room has, or what the endpoint takes (TMMBR, RFC 5104 4.2.1). */
  changed(): void {
    this.#planReview();
  }

  /** What the endpoint sees has changed. */
  engineSaid(event: Extract<LegEvent, { event: 'showing' | 'programChanged' }>): void {
    if (event.event === 'programChanged') {
      this.#shown.begun(event.ssrc);
      return;
    }
    clearTimeout(this.#nothing);
    if (event.picture === 'slide') this.#nothing = setTimeout(() => this.#nothingCame(), NOTHING_MS);
  }

  #nothingCame(): void {
    if (!this.#shown.offer) return;
    this.#mainTier.failed(performance.now());
    this.#planReview();
  }

  /** Once for all changes until then. */
  #planReview(): void {
    if (this.#isReviewPlanned) return;
    this.#isReviewPlanned = true;
    this.#run(() => this.#review());
  }

  /** Room, line or agreement have changed, or time has passed: is it still the right picture that comes? */
  async #review(): Promise<void> {
    this.#isReviewPlanned = false;
    if (!this.#isSeated) return;
    const pictures = this.#wanted();
    const watched = JSON.stringify(pictures);
    if (watched === this.#watched) return;
    this.#watched = watched;
    try {
      await this.#seat.request({ request: 'watch', pictures }, nothingSchema);
    } catch (error) {
      this.#watched = '';
      throw error;
    }
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
    this.#offers.set(offer.consumerId, offer);
    return this.#choose();
  }

  async consumerClosed(consumerId: string): Promise<void> {
    if (!this.#offers.delete(consumerId)) return;
    this.#shown.closed(consumerId);
    return this.#choose();
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

  /**
   * Of the main picture no worse one than what is shown: what nobody looks at is not to be made. What was shown stays until
   * the better one is there.
   */
  #wanted(): Watched[] {
    const { video, content } = this.#agreed;
    const main = video ? this.#main() : [];
    const [tier, contentTier] = this.#tiers();
    const shown = this.#shown.offer?.from;
    const rank = main.findIndex((from) => shown && isSamePicture(from, shown));
    const refs = main.slice(0, rank < 0 ? main.length : rank + 1).map((from) => inTier(from, tier));
    const kept = [...(rank < 0 || !shown ? [] : [shown]), ...this.#shown.before];
    refs.push(...kept.filter((from) => !refs.some((one) => isSamePicture(one, from) && one.tier === from.tier)));
    const second = content && secondPicture(slidesOf(this.#agreed));
    if (second) refs.push(inTier(second, contentTier));
    return refs.map((from) => ({ from, spatialLayer: 2 }));
  }

  #main(): SourceRef[] {
    const { state, participantId } = this.#seat;
    return state ? mainPictures(state, participantId, slidesOf(this.#agreed)) : [];
  }

  #tiers(): [PictureTier | undefined, PictureTier | undefined] {
    const { video, content } = this.#agreed;
    const now = performance.now();
    const rates = this.#rates.of(this.#agreed);
    const main = video && this.#mainTier.review(lineLimits(video, rates.main), now);
    const second = content && this.#contentTier.review(lineLimits(content, rates.content), now);
    clearTimeout(this.#nextReview);
    const next = this.#mainTier.nextReview(now);
    this.#nextReview = next === undefined ? undefined : setTimeout(() => this.#planReview(), next);
    return [main, second];
  }

  /** The best of the pictures that are made flows. */
  async #choose(): Promise<void> {
    const main = this.#main();
    const [tier] = this.#tiers();
    const rank = ({ from }: ConsumerOffer) => {
      const place = main.findIndex((one) => isSamePicture(one, from));
      return (place < 0 ? main.length : place) * 2 + Number(from.tier !== tier?.tier);
    };
    const [best] = [...this.#offers.values()].sort((a, b) => rank(a) - rank(b));
    if (best && best !== this.#shown.offer) {
      this.#shown.show(best);
      await this.#receive('receiveVideo', best);
    }
    await this.#review();
  }

  async #receive(command: 'receiveAudio' | 'receiveVideo' | 'receiveContent', offer: ConsumerOffer): Promise<void> {
    const picture = expected(this.#pictures.find(({ tier }) => tier === offer.from.tier));
    const { rtpPort } = await this.#engine.request(command, { ...inputOf(offer), ...picture });
    await startStream(this.#seat, offer, rtpPort);
  }
}

/** What a leg is told of the picture that it is to receive. */
function expected(picture: PictureTier | undefined) {
  if (!picture) return {};
  const { width, height, framesPerSecond: fps } = picture;
  return { picture: { width, height, fps, kbps: kbpsOf(picture) } };
}

function inTier(from: SourceRef, tier: PictureTier | undefined): SourceRef {
  return tier ? { ...from, tier: tier.tier } : from;
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
