import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { RoomState, SentSource } from '../../server/protocol/records.ts';
import { type MixContract, mixContract } from '../engine/mix-protocol.ts';
import type { Seat } from '../session/seat.ts';
import { inputOf, openStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';
import { Composition, type CompositionOptions, openComposition } from './composition.ts';
import { MIXER_ID } from './id.ts';
import { inputIdOf, mixesMinusOf, superfluousMixes } from './plan.ts';

const MIX_ID = 'mix';

/** The room's sound: the open microphones as one mix, and for each codec that speaks the mix without it. */
export class RoomMixes extends Composition<MixContract> {
  protected readonly replaces = false;
  /** The producer of each, who spoke last at the end. */
  readonly #mixesMinus = new Map<ParticipantId, string>();
  /** What was last set for each input, in dB. */
  readonly #gains = new Map<string, number>();

  static async start(options: Omit<CompositionOptions, 'participantId' | 'receives'>): Promise<RoomMixes> {
    return new RoomMixes(
      await openComposition(mixContract, { ...options, participantId: MIXER_ID, receives: 'audio' }),
    );
  }

  protected async publish(seat: Seat): Promise<void> {
    const { rtp } = await openStream(seat, { source: 'mix' }, 'opus', this.cname);
    await this.engine.request('addOutput', { outputId: MIX_ID, rtp });
  }

  protected async republish(seat: Seat): Promise<void> {
    await this.#move(seat, MIX_ID, { source: 'mix' });
    for (const id of [...this.#mixesMinus.keys()])
      this.#mixesMinus.set(id, await this.#move(seat, id, { source: 'mixMinus', for: id }));
  }

  protected probe(): Promise<unknown> {
    return this.engine.request('stats', {});
  }

  protected async compose(seat: Seat): Promise<void> {
    if (!seat.state) return;
    await this.#setGains(seat.state);
    const wanted = mixesMinusOf(seat.state);
    for (const id of wanted) {
      const standing = this.#mixesMinus.get(id);
      this.#mixesMinus.delete(id);
      this.#mixesMinus.set(id, standing ?? (await this.#openMixMinus(seat, id)));
    }
    for (const id of superfluousMixes([...this.#mixesMinus.keys()], wanted)) await this.#closeMixMinus(seat, id);
  }

  async #move(seat: Seat, outputId: string, sent: SentSource): Promise<string> {
    const { rtp, producerId } = await openStream(seat, sent, 'opus', this.cname);
    await this.engine.request('moveOutput', { outputId, rtp });
    return producerId;
  }

  async #setGains(state: RoomState): Promise<void> {
    for (const [inputId, { from }] of this.inputs) {
      const gainDb = gainOf(state, from.participantId);
      if (this.#gains.get(inputId) === gainDb) continue;
      this.#gains.set(inputId, gainDb);
      await this.engine.request('setGain', { inputId, gainDb });
    }
  }

  async #openMixMinus(seat: Seat, id: ParticipantId): Promise<string> {
    const { rtp, producerId } = await openStream(seat, { source: 'mixMinus', for: id }, 'opus', this.cname);
    const exclude = inputIdOf({ participantId: id, source: 'microphone' });
    await this.engine.request('addOutput', { outputId: id, exclude, rtp });
    return producerId;
  }

  async #closeMixMinus(seat: Seat, id: ParticipantId): Promise<void> {
    const producerId = this.#mixesMinus.get(id);
    this.#mixesMinus.delete(id);
    await this.engine.request('removeOutput', { outputId: id });
    if (producerId) await seat.request({ request: 'closeProducer', producerId }, nothingSchema);
  }

  protected async addInput(inputId: string, offer: ConsumerOffer): Promise<number> {
    const { codec, ...rtp } = inputOf(offer);
    if (codec !== 'opus') throw new Error(`no sound in ${codec}`);
    const gainDb = this.state ? gainOf(this.state, offer.from.participantId) : 0;
    this.#gains.set(inputId, gainDb);
    return (await this.engine.request('addInput', { inputId, rtp: { ...rtp, codec }, gainDb })).rtpPort;
  }

  protected removeInput(inputId: string): Promise<unknown> {
    this.#gains.delete(inputId);
    return this.engine.request('removeInput', { inputId });
  }
}

/** What the operator adds to a site, in dB. */
function gainOf(state: RoomState, id: ParticipantId): number {
  return state.participants[id]?.gainDb ?? 0;
}
