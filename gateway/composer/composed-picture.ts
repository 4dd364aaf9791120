import type { Settings } from '../../server/config.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { type PictureContract, pictureContract } from '../engine/picture-protocol.ts';
import type { Seat } from '../session/seat.ts';
import { inputOf, openStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import { Composition, type CompositionOptions, type Opening, openComposition } from './composition.ts';
import { inputIdOf, type PicturePlan, picturesOf, watchedBy } from './plan.ts';
import { waitingText } from './words.ts';

/** One composed picture: watches its tiles and publishes what an engine process draws of them. */
export class ComposedPicture extends Composition<PictureContract> {
  readonly #plan: PicturePlan;
  readonly #settings: Settings;
  #watched = '';
  #drawn = '';

  private constructor(opening: Opening<PictureContract>, plan: PicturePlan) {
    super(opening);
    this.#plan = plan;
    this.#settings = opening.options.context.settings;
  }

  static async start(
    plan: PicturePlan,
    options: Omit<CompositionOptions, 'participantId' | 'receives'>,
  ): Promise<ComposedPicture> {
    const participantId = plan.composerId;
    const opening = await openComposition(pictureContract, { ...options, participantId, receives: 'video' });
    return new ComposedPicture(opening, plan);
  }

  protected async publish(seat: Seat): Promise<void> {
    const { width, height, framesPerSecond } = this.#settings.recordingPicture;
    const { rtp } = await openStream(seat, this.#plan.sent, 'H264', this.cname);
    const bitrateKbps = bitrateFor(width * height * framesPerSecond);
    const tierId = `${height}p${framesPerSecond}`;
    await this.engine.request('configure', { tiers: [{ tierId, width, height, fps: framesPerSecond, bitrateKbps }] });
    await this.engine.request('openOutput', { tierId, rtp });
    await this.engine.request('setWanted', { tierIds: [tierId] });
  }

  /** Only differences are sent. */
  protected async compose(seat: Seat): Promise<void> {
    const { state } = seat;
    const plan = state && picturesOf(state).find((one) => one.composerId === this.#plan.composerId);
    if (!state || !plan) return;
    await this.#watch(seat, plan);
    await this.#setScene(plan, state);
  }

  protected async addInput(inputId: string, offer: ConsumerOffer): Promise<number> {
    const { codec, ...rtp } = inputOf(offer);
    if (codec !== 'VP8' && codec !== 'H264') throw new Error(`no picture in ${codec}`);
    return (await this.engine.request('addInput', { inputId, rtp: { ...rtp, codec } })).rtpPort;
  }

  protected removeInput(inputId: string): Promise<unknown> {
    return this.engine.request('removeInput', { inputId });
  }

  async #watch(seat: Seat, { tiles }: PicturePlan): Promise<void> {
    const pictures = watchedBy(tiles, this.#settings.recordingPicture.height);
    const wanted = JSON.stringify(pictures);
    if (wanted === this.#watched) return;
    await seat.request({ request: 'watch', pictures }, nothingSchema);
    this.#watched = wanted;
  }

  async #setScene({ tiles }: PicturePlan, state: RoomState): Promise<void> {
    const shown = tiles.flatMap(({ participantId, source, x, y, w, h, fit, label, live, muted, speaking }) => {
      if (participantId === null) return [];
      const inputId = inputIdOf({ participantId, source });
      // Closed gates are the rule in these meetings: only a speaker who cannot be heard is worth a sign.
      const silent = live && muted;
      return [
        { inputId: this.inputs.has(inputId) ? inputId : null, label, muted: silent, speaking, x, y, w, h, fit, z: 1 },
      ];
    });
    const holdText = waitingText(this.#settings.language, state.title);
    const scene = { tiles: shown, background: { holdText } };
    const drawn = JSON.stringify(scene);
    if (drawn === this.#drawn) return;
    await this.engine.request('setScene', scene);
    this.#drawn = drawn;
  }
}

/** About 1.6 Mbit/s for 1280x720 at 25 frames a second, in proportion for other sizes. */
function bitrateFor(pixelsPerSecond: number): number {
  return Math.round(Math.min(6000, Math.max(200, pixelsPerSecond / 14_400)));
}
