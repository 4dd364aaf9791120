import type { Settings } from '../../server/config.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState, SentSource, Shed } from '../../server/protocol/records.ts';
import type { Tile } from '../../server/room/layout.ts';
import { type PictureContract, pictureContract } from '../engine/picture-protocol.ts';
import type { CommandResult } from '../engine/protocol.ts';
import type { Seat } from '../session/seat.ts';
import { inputOf, openStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import { Composition, type CompositionOptions, type Opening, openComposition } from './composition.ts';
import { COMPOSER_ID } from './id.ts';
import { type PicturePlan, watchedBy } from './plan.ts';
import { sceneOf } from './scene.ts';
import { engineTier } from './tiers.ts';

/** What is to be drawn now. */
interface Subject {
  tiles: readonly Tile[];
  state: RoomState;
}

/**
 * One composed picture: watches its tiles and publishes what an engine process draws of them, in every tier; a tier is
 * encoded while somebody consumes it.
 */
export class ComposedPicture extends Composition<PictureContract> {
  readonly isPassing: boolean;
  protected readonly replaces = true;
  readonly #sent: SentSource;
  readonly #settings: Settings;
  /** By producer. */
  readonly #tiers = new Map<string, string>();
  readonly #wanted: Set<string>;
  #subject: Subject | undefined;
  #watched = '';
  #drawn = '';
  #isSteady = false;
  #shed: Shed = 'nothing';
  #saidShed: Shed = 'nothing';

  private constructor(opening: Opening<PictureContract>, { sent, isPassing }: PicturePlan, wanted: readonly string[]) {
    super(opening);
    this.#wanted = new Set(wanted);
    this.isPassing = isPassing;
    this.#sent = sent;
    this.#settings = opening.options.context.settings;
    this.engine.onEvent((event) => {
      if (event.event === 'shed') this.#sheds(event.what);
      if (event.event === 'error') this.logger.warn({ source: event.source, reason: event.message }, 'picture failed');
    });
  }

  /** @param wanted the tiers that somebody is likely to take at once: of the one before that has died */
  static async start(
    plan: PicturePlan,
    options: Omit<CompositionOptions, 'participantId' | 'receives'>,
    wanted: readonly string[] = [],
  ): Promise<ComposedPicture> {
    const participantId = plan.composerId;
    const opening = await openComposition(pictureContract, { ...options, participantId, receives: 'video' });
    try {
      await configure(opening, wanted);
    } catch (error) {
      await opening.engine.stop();
      throw error;
    }
    return new ComposedPicture(opening, plan, wanted);
  }

  /** The tiers that somebody takes. */
  get wanted(): string[] {
    return [...this.#wanted];
  }

  /** Says what is to be drawn from now on. Only differences are sent to server and engine. */
  draw(tiles: readonly Tile[], state: RoomState): void {
    this.#subject = { tiles, state };
    this.planCompose();
  }

  /** What its engine says of itself. Rejects with an `EngineError`. */
  stats(): Promise<CommandResult<PictureContract, 'stats'>> {
    return this.engine.request('stats', {});
  }

  /** What is drawn follows from the room as a whole, and is said by `draw`. */
  override changed(): void {}

  /** Which of the tiers anyone receives. */
  layersWanted(producerId: string, layers: number[]): Promise<void> {
    return this.run('layersWanted', async () => {
      const tier = this.#tiers.get(producerId);
      if (tier === undefined) return;
      if (layers.length > 0) this.#wanted.add(tier);
      else this.#wanted.delete(tier);
      await this.engine.request('setWanted', { tierIds: this.wanted });
      await this.#watch(this.seat);
    });
  }

  protected publish(seat: Seat): Promise<void> {
    return this.#open(seat);
  }

  protected async republish(seat: Seat): Promise<void> {
    this.#watched = '';
    this.#saidShed = 'nothing';
    this.#tiers.clear();
    this.#wanted.clear();
    await this.#open(seat);
    await this.compose(seat);
  }

  protected async compose(seat: Seat): Promise<void> {
    await this.#watch(seat);
    await this.#setScene();
    await this.#keepSteady();
    await this.#saySheds(seat);
  }

  protected async addInput(inputId: string, offer: ConsumerOffer): Promise<number> {
    const { codec, ...rtp } = inputOf(offer);
    if (codec !== 'VP8' && codec !== 'H264') throw new Error(`no picture in ${codec}`);
    return (await this.engine.request('addInput', { inputId, rtp: { ...rtp, codec } })).rtpPort;
  }

  protected removeInput(inputId: string): Promise<unknown> {
    return this.engine.request('removeInput', { inputId });
  }

  protected probe(): Promise<unknown> {
    return this.stats();
  }

  async #open(seat: Seat): Promise<void> {
    const open = async (tier: string) => {
      const { rtp, producerId } = await openStream(seat, { ...this.#sent, tier }, 'H264', this.cname);
      this.#tiers.set(producerId, tier);
      await this.engine.request('openOutput', { tierId: tier, rtp });
    };
    await Promise.all(this.#settings.pictures.map(({ tier }) => open(tier)));
  }

  async #watch(seat: Seat): Promise<void> {
    if (!this.#subject || this.#tiers.size === 0) return;
    const pictures = watchedBy(this.#subject.tiles, this.#height());
    const wanted = JSON.stringify(pictures);
    if (wanted === this.#watched) return;
    await seat.request({ request: 'watch', pictures }, nothingSchema);
    this.#watched = wanted;
  }

  /** Of the largest picture that is made; before anybody has asked for one, of the smallest that may be. */
  #height(): number {
    const { pictures } = this.#settings;
    const largest = pictures.find(({ tier }) => this.#wanted.has(tier)) ?? pictures.at(-1);
    return largest?.height ?? 0;
  }

  async #setScene(): Promise<void> {
    if (!this.#subject) return;
    const { tiles, state } = this.#subject;
    const { language, timeZone } = this.#settings;
    const scene = sceneOf(tiles, state, { holds: (id) => this.inputs.has(id), language, timeZone });
    const drawn = JSON.stringify(scene);
    if (drawn === this.#drawn) return;
    await this.engine.request('setScene', scene);
    this.#drawn = drawn;
  }

  /** A recording can be entered at its key frames. */
  async #keepSteady(): Promise<void> {
    const on = this.seat.participantId === COMPOSER_ID && this.#subject?.state.recording.status !== 'off';
    if (on === this.#isSteady) return;
    await this.engine.request('setSteadyKeyFrames', { on });
    this.#isSteady = on;
  }

  #sheds(what: Shed): void {
    this.#shed = what;
    this.logger.warn({ what }, 'the processor is short: left out of the picture');
    this.planCompose();
  }

  async #saySheds(seat: Seat): Promise<void> {
    const shed = this.#shed;
    if (shed === this.#saidShed) return;
    await seat.report({ verb: 'reportComposer', participantId: seat.participantId, shed });
    this.#saidShed = shed;
  }
}

/** The picture is drawn from here on, while the participant is still on its way into the room. */
async function configure(
  { engine, logger, options }: Opening<PictureContract>,
  wanted: readonly string[],
): Promise<void> {
  const { pictures, encoder, timeZone } = options.context.settings;
  const tiers = pictures.map(engineTier);
  const { encoder: used } = await engine.request('configure', { tiers, encoder, timeZone });
  if (used !== encoder) logger.warn({ encoder, used }, 'that encoder is not present here');
  if (wanted.length > 0) await engine.request('setWanted', { tierIds: [...wanted] });
}
