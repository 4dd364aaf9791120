import type { Logger } from 'pino';
import type { ParticipantId, RoomId } from '../../server/protocol/ids.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { BackOff } from '../back-off.ts';
import type { GatewayContext } from '../context.ts';
import { Serial } from '../serial.ts';
import { ComposedPicture } from './composed-picture.ts';
import { MIXER_ID } from './id.ts';
import { isMixWanted, type PicturePlan, picturesOf } from './plan.ts';
import { RoomMixes } from './room-mixes.ts';

/** One name for picture and mix, so that receivers keep them in step (RFC 3550 6.5.1). */
const CNAME = 'composer';
/** What ended by itself is begun again at once the first time, and ever later while it fails again and again. */
const RESTART = { firstMs: 50, longestMs: 10_000 };
/** A picture that nobody needs now goes on for so long: until whoever saw it has the first of another. */
const FAREWELL_MS = 3_000;
/** One that comes and goes with who speaks stays so long, drawing nothing, for the next of them. */
const LINGER_MS = 30_000;

type Running = ComposedPicture | RoomMixes;

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
  /** What runs and nobody needs now. */
  readonly #lingering = new Map<ParticipantId, { until: number; timers: NodeJS.Timeout[] }>();
  /** Of pictures that have ended by themselves: the tiers that somebody took. */
  readonly #taken = new Map<ParticipantId, string[]>();
  #state: RoomState | undefined;
  #wanted = new Map<ParticipantId, PicturePlan | 'mixes'>();

  constructor(context: GatewayContext, roomId: RoomId) {
    this.#context = context;
    this.#roomId = roomId;
    this.#logger = context.logger.child({ roomId, part: 'composer' });
    this.#serial = new Serial(this.#logger);
  }

  /** Brings what runs, and what it draws, to what the room wants now. */
  update(state: RoomState): void {
    this.#state = state;
    this.#wanted = new Map(picturesOf(state).map((plan) => [plan.composerId, plan]));
    if (isMixWanted(state)) this.#wanted.set(MIXER_ID, 'mixes');
    for (const [id, running] of this.#running) if (this.#wanted.has(id)) this.#draw(id, running);
    if (!this.#agrees()) void this.#serial.run('update', () => this.#settle());
  }

  async close(): Promise<void> {
    this.#wanted = new Map();
    await this.#serial.run('close', () => this.#settle());
  }

  #agrees(): boolean {
    const isUnchanged = (id: ParticipantId) => this.#wanted.has(id) !== this.#lingering.has(id);
    return (
      [...this.#wanted.keys()].every((id) => this.#running.has(id)) && [...this.#running.keys()].every(isUnchanged)
    );
  }

  #draw(id: ParticipantId, running: Running): void {
    if (!this.#state || running instanceof RoomMixes) return;
    const plan = this.#wanted.get(id);
    running.draw(plan && plan !== 'mixes' ? plan.tiles : [], this.#state);
  }

  async #settle(): Promise<void> {
    const ended = [...this.#running].filter(([id, running]) => !this.#wanted.has(id) && !this.#lingers(id, running));
    for (const [id] of ended) {
      this.#running.delete(id);
      this.#stay(id);
    }
    for (const id of this.#wanted.keys()) this.#stay(id);
    for (const id of [...this.#restarts.keys(), ...this.#backOffs.keys()]) {
      if (!this.#wanted.has(id)) this.#forget(id);
    }
    const missing = [...this.#wanted].filter(([id]) => !this.#running.has(id) && !this.#restarts.has(id));
    await Promise.all([
      ...ended.map(([, running]) => running.close()),
      ...missing.map(([id, plan]) => this.#start(id, plan)),
    ]);
  }

  /** A room that needs no composition at all needs no spare one. */
  #lingers(id: ParticipantId, running: Running): boolean {
    if (running instanceof RoomMixes || this.#wanted.size === 0) return false;
    const now = performance.now();
    const lingering = this.#lingering.get(id);
    if (lingering) return now < lingering.until;
    const lingerMs = running.isPassing ? LINGER_MS : FAREWELL_MS;
    const end = setTimeout(() => void this.#serial.run('linger', () => this.#settle()), lingerMs + 1);
    const empty = setTimeout(() => this.#draw(id, running), FAREWELL_MS);
    this.#lingering.set(id, { until: now + lingerMs, timers: [end, empty] });
    return true;
  }

  #stay(id: ParticipantId): void {
    for (const timer of this.#lingering.get(id)?.timers ?? []) clearTimeout(timer);
    this.#lingering.delete(id);
  }

  async #start(id: ParticipantId, plan: PicturePlan | 'mixes'): Promise<void> {
    let isOver = false;
    const onEnd = () => {
      isOver = true;
      this.#ended(id);
    };
    const options = { context: this.#context, roomId: this.#roomId, cname: CNAME, onEnd };
    try {
      const running =
        plan === 'mixes'
          ? await RoomMixes.start(options)
          : await ComposedPicture.start(plan, options, this.#taken.get(id));
      if (isOver) return;
      this.#running.set(id, running);
      this.#draw(id, running);
    } catch (error) {
      this.#logger.warn({ composition: id, err: error }, 'composition not started');
      this.#ended(id);
    }
  }

  #ended(id: ParticipantId): void {
    const running = this.#running.get(id);
    if (running instanceof ComposedPicture) this.#taken.set(id, running.wanted);
    this.#running.delete(id);
    this.#stay(id);
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
    this.#taken.delete(id);
  }
}
