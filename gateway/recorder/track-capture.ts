import type { Logger } from 'pino';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState, SourceRef } from '../../server/protocol/records.ts';
import type { RecordingKeys } from '../../server/recordings/cipher.ts';
import type { GatewayContext } from '../context.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { type TrackContract, trackContract } from '../engine/track-protocol.ts';
import type { Seat } from '../session/seat.ts';
import { inputOf, startStream } from '../session/streams.ts';
import { PartDelivery } from './part-delivery.ts';
import type { StreamAbout } from './part-writer.ts';

interface TrackOptions {
  context: GatewayContext;
  folder: string;
  keys: RecordingKeys;
  logger: Logger;
  /** The process has ended by itself, or cannot write. */
  onBroken: () => void;
}

interface Taken {
  stream: string;
  medium: 'video' | 'audio';
}

/** A closing part takes as long as a slow disk. */
const ENGINE = { requestTimeoutMs: 15_000, stopTimeoutMs: 8_000 };

/** Speakers' own streams, and what is presented, in one engine process that runs from the first of them on. */
export class TrackCapture {
  readonly #options: TrackOptions;
  readonly #taken = new Map<string, Taken>();
  /** Of every stream that was ever received. */
  readonly #abouts = new Map<string, StreamAbout>();
  readonly #open = new Set<string>();
  #running: { engine: EngineProcess<TrackContract>; delivery: PartDelivery } | undefined;
  #state: RoomState | undefined;
  #isOver = false;

  constructor(options: TrackOptions) {
    this.#options = options;
  }

  changed(state: RoomState): void {
    this.#state = state;
  }

  async receive(seat: Seat, offer: ConsumerOffer): Promise<void> {
    const stream = streamOf(offer.from);
    if (stream === undefined || this.#isOver) return;
    const { engine, delivery } = await this.#start();
    this.#abouts.set(stream, this.#describe(stream, offer.from));
    if (!this.#open.has(stream)) {
      this.#open.add(stream);
      await engine.request('openTrack', { stream, socket: delivery.path, container: this.#containerOf(offer.from) });
    }
    this.#taken.set(offer.consumerId, { stream, medium: offer.kind });
    const { rtpPort } = await engine.request('receive', { stream, medium: offer.kind, rtp: inputOf(offer) });
    await startStream(seat, offer, rtpPort);
  }

  async forget(consumerId: string): Promise<void> {
    const taken = this.#taken.get(consumerId);
    if (!taken || !this.#running || this.#isOver) return;
    this.#taken.delete(consumerId);
    const { engine } = this.#running;
    const { stream, medium } = taken;
    const rest = [...this.#taken.values()].filter((other) => other.stream === stream);
    // Another of its kind has taken its place already.
    if (rest.some((other) => other.medium === medium)) return;
    if (rest.length > 0) return void (await engine.request('forget', taken));
    this.#open.delete(stream);
    await engine.request('closeTrack', { stream });
  }

  /** Finishes all parts in order. */
  async stop(): Promise<void> {
    const streams = [...this.#open];
    this.#open.clear();
    const { engine } = this.#running ?? {};
    await Promise.allSettled(streams.map((stream) => engine?.request('closeTrack', { stream })));
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#running?.engine.stop();
    await this.#running?.delivery.close();
  }

  async #start(): Promise<{ engine: EngineProcess<TrackContract>; delivery: PartDelivery }> {
    if (this.#running) return this.#running;
    const { folder, keys, logger, onBroken } = this.#options;
    const delivery = await PartDelivery.open({
      ...{ folder, keys, logger, onBroken },
      about: (stream) => this.#abouts.get(stream),
      onWritten: () => undefined,
    });
    try {
      const engine = await startEngine(trackContract, { logger, ...ENGINE });
      engine.onEvent((event) => {
        if (event.event === 'partBegun') delivery.begun(event);
        else logger.warn({ stream: event.stream, reason: event.message }, 'track begins another part');
      });
      engine.onExit(({ expected }) => expected || onBroken());
      this.#running = { engine, delivery };
      return this.#running;
    } catch (error) {
      await delivery.close();
      throw error;
    }
  }

  #describe(stream: string, { participantId }: SourceRef): StreamAbout {
    const name = this.#state?.participants[participantId]?.name;
    const named = name === undefined ? {} : { name };
    if (stream === 'content') return { stream, kind: 'content', participantId, ...named };
    return { stream, kind: 'track', participantId, ...named };
  }

  /** Of sound without a picture: as the same participant's picture would be kept. */
  #containerOf({ participantId }: SourceRef): 'mp4' | 'webm' {
    const isCodec = this.#state?.participants[participantId]?.kind === 'sip';
    return isCodec || this.#options.context.settings.videoCodec === 'h264' ? 'mp4' : 'webm';
  }
}

function streamOf({ participantId, source }: SourceRef): string | undefined {
  if (source === 'screen' || source === 'screenAudio') return 'content';
  return source === 'camera' || source === 'microphone' ? `track-${participantId}` : undefined;
}
