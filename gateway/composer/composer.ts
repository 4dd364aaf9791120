import type { Logger } from 'pino';
import type { ParticipantId, RoomId } from '../../server/protocol/ids.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { BackOff } from '../back-off.ts';
import type { GatewayContext } from '../context.ts';
import { Serial } from '../serial.ts';
import { ComposedPicture } from './composed-picture.ts';
import { MIXER_ID } from './id.ts';
import { type PicturePlan, picturesOf } from './plan.ts';
import { RoomMixes } from './room-mixes.ts';

/** One name for picture and mix, so that receivers keep them in step (RFC 3550 6.5.1). */
const CNAME = 'composer';
/** What ended by itself is begun again so soon the first time, and ever later while it fails again and again. */
const RESTART = { firstMs: 300, longestMs: 10_000 };

/** Something that runs until it is closed. */
interface Running {
  close(): Promise<void>;
}

/**
 * One room's compositions: every picture that somebody consumes, and the mixes. Each is a participant with a process of
 * its own, so that one that dies takes no other with it; it is begun again.
 */
export class Composer {
  readonly #context: GatewayContext;
  readonly #roomId: RoomId;
  readonly #logger: Logger;
  readonly #serial: Serial;
  readonly #running = new Map<ParticipantId, Running>();
  /** What has ended by itself and is wanted: when it is begun again. */
  readonly #restarts = new Map<ParticipantId, NodeJS.Timeout>();
  readonly #backOffs = new Map<ParticipantId, BackOff>();
  #wanted = new Map<ParticipantId, PicturePlan | 'mixes'>();

  constructor(context: GatewayContext, roomId: RoomId) {
    this.#context = context;
    this.#roomId = roomId;
    this.#logger = context.logger.child({ roomId, part: 'composer' });
    this.#serial = new Serial(this.#logger);
  }

  /** Brings what runs to what the room wants now. */
  update(state: RoomState): void {
    const pictures = picturesOf(state);
    this.#wanted = new Map<ParticipantId, PicturePlan | 'mixes'>(pictures.map((plan) => [plan.composerId, plan]));
    if (pictures.length > 0) this.#wanted.set(MIXER_ID, 'mixes');
    const agrees =
      this.#wanted.size === this.#running.size && [...this.#wanted.keys()].every((id) => this.#running.has(id));
    if (!agrees) void this.#serial.run('update', () => this.#settle());
  }

  async close(): Promise<void> {
    this.#wanted = new Map();
    await this.#serial.run('close', () => this.#settle());
  }

  async #settle(): Promise<void> {
    for (const [id, running] of this.#running) {
      if (this.#wanted.has(id)) continue;
      this.#running.delete(id);
      await running.close();
    }
    for (const id of this.#backOffs.keys()) {
      if (!this.#wanted.has(id)) this.#forget(id);
    }
    for (const [id, plan] of this.#wanted) {
      if (!this.#running.has(id) && !this.#restarts.has(id)) await this.#start(id, plan);
    }
  }

  async #start(id: ParticipantId, plan: PicturePlan | 'mixes'): Promise<void> {
    const onEnd = () => this.#ended(id);
    const options = { context: this.#context, roomId: this.#roomId, cname: CNAME, onEnd };
    try {
      this.#running.set(
        id,
        plan === 'mixes' ? await RoomMixes.start(options) : await ComposedPicture.start(plan, options),
      );
    } catch (error) {
      this.#logger.warn({ composition: id, err: error }, 'composition not started');
      this.#ended(id);
    }
  }

  #ended(id: ParticipantId): void {
    this.#running.delete(id);
    if (!this.#wanted.has(id)) return;
    const backOff = this.#backOffs.get(id) ?? new BackOff(RESTART);
    this.#backOffs.set(id, backOff);
    const again = () => {
      this.#restarts.delete(id);
      void this.#serial.run('restart', () => this.#settle());
    };
    clearTimeout(this.#restarts.get(id));
    this.#restarts.set(id, setTimeout(again, backOff.next(performance.now())));
  }

  #forget(id: ParticipantId): void {
    clearTimeout(this.#restarts.get(id));
    this.#restarts.delete(id);
    this.#backOffs.delete(id);
  }
}
