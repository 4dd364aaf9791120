import type { Logger } from 'pino';
import type { RecordingId, RoomId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState, SourceRef } from '../../server/protocol/records.ts';
import type { RecordingKeys } from '../../server/recordings/cipher.ts';
import type { GatewayContext } from '../context.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { type TrackContract, trackContract } from '../engine/track-protocol.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOwner } from '../session/seat.ts';
import { inputOf, startStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import { PartDelivery } from './part-delivery.ts';
import type { StreamAbout } from './part-writer.ts';
import { tracksOf } from './watched.ts';

export interface CaptureOptions {
  context: GatewayContext;
  roomId: RoomId;
  recordingId: RecordingId;
  folder: string;
  keys: RecordingKeys;
  logger: Logger;
}

interface Taken {
  stream: string;
  medium: 'video' | 'audio';
}

/** A closing part takes as long as a slow disk. */
const ENGINE = { requestTimeoutMs: 15_000, stopTimeoutMs: 8_000 };

/**
 * A participant that consumes speakers' own streams, and what is presented, and has them written. Owns its seat and one
 * engine process, which runs from the first stream on; with either it ends as a whole, and the program does not notice.
 */
export class TrackCapture implements SeatOwner {
  readonly #options: CaptureOptions & { onEnded: (reason: string) => void };
  readonly #serial: Serial;
  readonly #taken = new Map<string, Taken>();
  /** Of every stream that was ever received. */
  readonly #abouts = new Map<string, StreamAbout>();
  readonly #open = new Set<string>();
  #seat: Seat | undefined;
  #running: { engine: EngineProcess<TrackContract>; delivery: PartDelivery } | undefined;
  #watched = '';
  /** Resolves when nothing of it runs any more. */
  #over: Promise<void> | undefined;

  /** @param options `onEnded`: it has ended by itself; once, when nothing of it runs any more */
  constructor(options: CaptureOptions & { onEnded: (reason: string) => void }) {
    this.#options = options;
    this.#serial = new Serial(options.logger);
  }

  /** Rejects where it cannot begin; then nothing of it is left. */
  async start(): Promise<void> {
    const { context, roomId, recordingId, logger } = this.#options;
    const participantId = `tracks-${recordingId}`;
    const ask = { roomId, kind: 'recorder' as const, participantId, name: 'recorder' };
    const renew = () => context.control.ticket(ask);
    const ticket = await renew();
    if (this.#over) return;
    this.#seat = new Seat({ server: context.server, participantId, ticket, renew, owner: this, logger });
  }

  /** Finishes all parts in order. */
  stop(): Promise<void> {
    this.#over ??= this.#serial.run('stop', async () => {
      const { engine } = this.#running ?? {};
      await Promise.allSettled([...this.#open].map((stream) => engine?.request('closeTrack', { stream })));
      await this.#release();
    });
    return this.#over;
  }

  async mediaReset(): Promise<void> {
    this.#watched = '';
    await this.#watch();
  }

  changed(): void {
    void this.#serial.run('watch', () => this.#watch());
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.#serial.run('receive', () => this.#receive(offer));
  }

  consumerClosed(consumerId: string): Promise<void> {
    return this.#serial.run('forget', () => this.#forget(consumerId));
  }

  dismissed(reason: string): void {
    this.#end(reason);
  }

  async #watch(): Promise<void> {
    const state = this.#seat?.state;
    if (!this.#seat || !state || this.#over) return;
    const pictures = tracksOf(state);
    const wanted = JSON.stringify(pictures);
    if (wanted === this.#watched) return;
    await this.#seat.request({ request: 'watch', pictures }, nothingSchema);
    this.#watched = wanted;
  }

  async #receive(offer: ConsumerOffer): Promise<void> {
    const stream = streamOf(offer.from);
    if (stream === undefined || !this.#seat || this.#over) return;
    const { engine, delivery } = await this.#start();
    this.#abouts.set(stream, this.#describe(stream, offer.from));
    if (!this.#open.has(stream)) {
      this.#open.add(stream);
      await engine.request('openTrack', { stream, socket: delivery.path, container: this.#containerOf(offer.from) });
    }
    this.#taken.set(offer.consumerId, { stream, medium: offer.kind });
    const { rtpPort } = await engine.request('receive', { stream, medium: offer.kind, rtp: inputOf(offer) });
    await startStream(this.#seat, offer, rtpPort);
  }

  async #forget(consumerId: string): Promise<void> {
    const taken = this.#taken.get(consumerId);
    if (!taken || !this.#running || this.#over) return;
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

  async #start(): Promise<{ engine: EngineProcess<TrackContract>; delivery: PartDelivery }> {
    if (this.#running) return this.#running;
    const { folder, keys, logger } = this.#options;
    const delivery = await PartDelivery.open({
      ...{ folder, keys, logger },
      about: (stream) => this.#abouts.get(stream),
      onWritten: () => undefined,
      onBroken: () => this.#end('notWritten'),
    });
    try {
      const engine = await startEngine(trackContract, { logger, ...ENGINE });
      engine.onEvent((event) => {
        if (event.event === 'partBegun') delivery.begun(event);
        else logger.warn({ stream: event.stream, reason: event.message }, 'track begins another part');
      });
      engine.onExit(({ expected }) => expected || this.#end('engineExited'));
      this.#running = { engine, delivery };
      return this.#running;
    } catch (error) {
      await delivery.close();
      throw error;
    }
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = this.#serial.run('end', () => this.#release());
    void this.#over.then(() => this.#options.onEnded(reason));
  }

  /** The engine before its delivery: what it still has is taken in. */
  async #release(): Promise<void> {
    await Promise.allSettled([this.#seat?.leave(), this.#running?.engine.stop()]);
    await this.#running?.delivery.close();
  }

  get #state(): RoomState | null {
    return this.#seat?.state ?? null;
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
