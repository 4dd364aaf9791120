import type { Logger } from 'pino';
import type { ParticipantId, RoomId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { isSound } from '../../server/room/hearing.ts';
import type { GatewayContext } from '../context.ts';
import { type MixContract, mixContract } from '../engine/mix-protocol.ts';
import { type PictureContract, pictureContract } from '../engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOwner } from '../session/seat.ts';
import { inputOf, openStream, startStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import { COMPOSER_ID } from './id.ts';
import { type CompositionPlan, inputIdOf, planComposition } from './plan.ts';
import { waitingText } from './words.ts';

const MIX_ID = 'mix';
/** One name for picture and mix, so that receivers keep them in step (RFC 3550 6.5.1). */
const CNAME = 'composer';

/**
 * One room's composition: a participant that watches the tiles and the open microphones, and publishes the composed
 * picture and the mixes. Owns its seat and both engine processes; when either dies the whole composition ends and
 * whoever started it is told.
 */
export class Composer implements SeatOwner {
  readonly #context: GatewayContext;
  readonly #picture: EngineProcess<PictureContract>;
  readonly #mix: EngineProcess<MixContract>;
  readonly #serial: Serial;
  readonly #logger: Logger;
  readonly #inputs = new Map<string, ConsumerOffer>();
  readonly #mixesMinus = new Set<ParticipantId>();
  #seat: Seat | undefined;
  #onEnd: (() => void) | undefined;
  #watched = '';
  #drawn = '';
  #planned = false;
  #published = false;
  #closed = false;

  private constructor(
    context: GatewayContext,
    logger: Logger,
    picture: EngineProcess<PictureContract>,
    mix: EngineProcess<MixContract>,
    onEnd: () => void,
  ) {
    this.#context = context;
    this.#logger = logger;
    this.#picture = picture;
    this.#mix = mix;
    this.#onEnd = onEnd;
    this.#serial = new Serial(logger);
    for (const engine of [picture, mix]) engine.onExit(({ expected }) => expected || this.#end());
  }

  /** @param onEnd called once, when the composition has ended by itself */
  static async start(context: GatewayContext, roomId: RoomId, onEnd: () => void): Promise<Composer> {
    const logger = context.logger.child({ roomId, part: 'composer' });
    const ask = { roomId, kind: 'composer' as const, participantId: COMPOSER_ID, name: 'composer' };
    const renew = () => context.control.ticket(ask);
    const ticket = await renew();
    const [picture, mix] = await startBoth(logger);
    const composer = new Composer(context, logger, picture, mix, onEnd);
    composer.#seat = new Seat({
      server: context.server,
      participantId: COMPOSER_ID,
      ...{ ticket, renew, owner: composer, logger },
    });
    return composer;
  }

  async close(): Promise<void> {
    this.#onEnd = undefined;
    this.#closed = true;
    await Promise.all([this.#seat?.leave(), this.#picture.stop(), this.#mix.stop()]);
  }

  async mediaReset(): Promise<void> {
    const seat = this.#seat;
    if (!seat) return;
    // A new server: its streams go elsewhere, and an output keeps its destination for life.
    if (this.#published) return this.#end();
    this.#published = true;
    await this.#do('publish', async () => {
      const { width, height, framesPerSecond } = this.#context.settings.picture;
      const program = await openStream(seat, { source: 'program' }, 'H264', CNAME);
      const bitrateKbps = bitrateFor(width * height * framesPerSecond);
      await this.#picture.request('configureOutput', {
        width,
        height,
        fps: framesPerSecond,
        bitrateKbps,
        rtp: program.rtp,
      });
      const mix = await openStream(seat, { source: 'mix' }, 'opus', CNAME);
      await this.#mix.request('addOutput', { outputId: MIX_ID, rtp: mix.rtp });
    });
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.#do('addInput', async () => {
      if (!this.#seat) return;
      const inputId = inputIdOf(offer.from);
      await this.#forget(inputId);
      const rtpPort = await this.#addInput(inputId, offer);
      this.#inputs.set(inputId, offer);
      await startStream(this.#seat, offer, rtpPort);
      await this.#draw();
    });
  }

  consumerClosed(consumerId: string): Promise<void> {
    return this.#do('removeInput', async () => {
      const [inputId] = [...this.#inputs].find(([, offer]) => offer.consumerId === consumerId) ?? [];
      if (inputId === undefined) return;
      await this.#forget(inputId);
      await this.#draw();
    });
  }

  changed(): void {
    if (this.#planned) return;
    this.#planned = true;
    void this.#do('draw', () => this.#draw());
  }

  dismissed(): void {
    this.#end();
  }

  /** Brings watch set, tiles and mixes to what the room is now. Only differences are sent. */
  async #draw(): Promise<void> {
    this.#planned = false;
    const state = this.#seat?.state;
    if (!state) return;
    const plan = planComposition(state, this.#context.settings.picture.height);
    await this.#watch(plan);
    await this.#setTiles(plan, state);
    await this.#mixMinus(plan);
  }

  async #watch({ watch }: CompositionPlan): Promise<void> {
    const wanted = JSON.stringify(watch);
    if (wanted === this.#watched) return;
    await this.#seat?.request({ request: 'watch', pictures: watch }, nothingSchema);
    this.#watched = wanted;
  }

  async #setTiles({ tiles }: CompositionPlan, state: RoomState): Promise<void> {
    const shown = tiles.flatMap(({ participantId, source, x, y, w, h, fit, label, live, muted, speaking }) => {
      if (participantId === null) return [];
      const inputId = inputIdOf({ participantId, source });
      // Closed gates are the rule in these meetings: only a speaker who cannot be heard is worth a sign.
      const silent = live && muted;
      return [
        { inputId: this.#inputs.has(inputId) ? inputId : null, label, muted: silent, speaking, x, y, w, h, fit, z: 1 },
      ];
    });
    const holdText = waitingText(this.#context.settings.language, state.title);
    const scene = { tiles: shown, background: { holdText } };
    const drawn = JSON.stringify(scene);
    if (drawn === this.#drawn) return;
    await this.#picture.request('setTiles', scene);
    this.#drawn = drawn;
  }

  async #mixMinus({ mixesMinus }: CompositionPlan): Promise<void> {
    const seat = this.#seat;
    if (!seat) return;
    for (const id of mixesMinus) {
      if (this.#mixesMinus.has(id)) continue;
      const { rtp } = await openStream(seat, { source: 'mixMinus', for: id }, 'opus', CNAME);
      const exclude = inputIdOf({ participantId: id, source: 'microphone' });
      await this.#mix.request('addOutput', { outputId: id, exclude, rtp });
      this.#mixesMinus.add(id);
    }
  }

  async #addInput(inputId: string, offer: ConsumerOffer): Promise<number> {
    const { codec, ...rtp } = inputOf(offer);
    if (codec === 'opus') return (await this.#mix.request('addInput', { inputId, rtp })).rtpPort;
    if (codec !== 'VP8' && codec !== 'H264') throw new Error(`no picture in ${codec}`);
    return (await this.#picture.request('addInput', { inputId, rtp: { ...rtp, codec } })).rtpPort;
  }

  async #forget(inputId: string): Promise<void> {
    const offer = this.#inputs.get(inputId);
    if (!offer) return;
    this.#inputs.delete(inputId);
    if (isSound(offer.from.source)) await this.#mix.request('removeInput', { inputId });
    else await this.#picture.request('removeInput', { inputId });
  }

  #do(name: string, step: () => Promise<unknown>): Promise<void> {
    return this.#serial.run(name, async () => {
      if (this.#closed) return;
      await step().catch((error: unknown) => {
        // What was under way when the composition was closed fails with it.
        if (!this.#closed) throw error;
      });
    });
  }

  #end(): void {
    const onEnd = this.#onEnd;
    if (!onEnd) return;
    this.close().then(onEnd, (error: unknown) => this.#logger.error({ err: error }, 'composition not closed'));
  }
}

/** Both or none. */
async function startBoth(logger: Logger): Promise<[EngineProcess<PictureContract>, EngineProcess<MixContract>]> {
  const picture = await startEngine(pictureContract, { logger });
  try {
    return [picture, await startEngine(mixContract, { logger })];
  } catch (error) {
    await picture.stop();
    throw error;
  }
}

/** About 1.6 Mbit/s for 1280x720 at 25 frames a second, in proportion for other sizes. */
function bitrateFor(pixelsPerSecond: number): number {
  return Math.round(Math.min(6000, Math.max(200, pixelsPerSecond / 14_400)));
}
