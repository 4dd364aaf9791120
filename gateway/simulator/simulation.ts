import type { Logger } from 'pino';
import { DEMO_ROOM_ID, DEMO_SITES, type DemoSite } from '../../server/protocol/demo.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { pendingRequest } from '../../server/room/state.ts';
import type { GatewayContext } from '../context.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { type SimulatorContract, simulatorContract } from '../engine/simulator-protocol.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOwner } from '../session/seat.ts';
import { openStream } from '../session/streams.ts';

/** Now and then a site asks to speak, and whoever speaks comes to an end. */
const REQUEST_EVERY_MS = 12_000;
const SPEECH_MS = 25_000;
const MOST_WAITING = 2;
const RETRY_MS = 1_000;

/** The six simulated sites of the demonstration: one engine process, one seat each. Owns both. */
export function startSimulation(context: GatewayContext): { close(): Promise<void> } {
  const logger = context.logger.child({ part: 'simulation' });
  const serial = new Serial(logger);
  let engine: EngineProcess<SimulatorContract> | undefined;
  let sites: SimulatedSite[] = [];
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  async function begin(): Promise<void> {
    if (closed) return;
    try {
      const started = await startEngine(simulatorContract, { logger });
      engine = started;
      started.onExit(({ expected }) => expected || again());
      for (const site of DEMO_SITES) sites.push(await SimulatedSite.enter(context, started, site, logger));
    } catch (error) {
      logger.debug({ err: error }, 'simulation waits for its room');
      again();
    }
  }

  function again(): void {
    if (closed) return;
    retry = setTimeout(() => void serial.run('restart', () => end().then(begin)), RETRY_MS);
  }

  async function end(): Promise<void> {
    const leaving = sites;
    sites = [];
    await Promise.all(leaving.map((site) => site.leave()));
    await engine?.stop();
    engine = undefined;
  }

  let turn = 0;
  const clock = setInterval(() => {
    turn = (turn + 1) % Math.max(1, sites.length);
    if (sites.filter((site) => site.isWaiting).length < MOST_WAITING) sites[turn]?.askToSpeak();
    for (const site of sites) site.mayFinish(Date.now());
  }, REQUEST_EVERY_MS);
  void serial.run('start', begin);

  return {
    async close() {
      closed = true;
      clearInterval(clock);
      clearTimeout(retry);
      await serial.run('end', end);
    },
  };
}

class SimulatedSite implements SeatOwner {
  readonly #engine: EngineProcess<SimulatorContract>;
  readonly #site: DemoSite;
  readonly #serial: Serial;
  #seat: Seat | undefined;
  #speakingSince: number | undefined;
  #added = false;

  private constructor(engine: EngineProcess<SimulatorContract>, site: DemoSite, logger: Logger) {
    this.#engine = engine;
    this.#site = site;
    this.#serial = new Serial(logger);
  }

  static async enter(
    context: GatewayContext,
    engine: EngineProcess<SimulatorContract>,
    site: DemoSite,
    logger: Logger,
  ): Promise<SimulatedSite> {
    const ask = { roomId: DEMO_ROOM_ID, kind: 'simulator' as const, participantId: site.id, name: site.name };
    const renew = () => context.control.ticket(ask);
    const ticket = await renew();
    const entered = new SimulatedSite(engine, site, logger);
    entered.#seat = new Seat({ server: context.server, participantId: site.id, ticket, renew, owner: entered, logger });
    return entered;
  }

  async leave(): Promise<void> {
    await this.#seat?.leave();
  }

  mediaReset(): Promise<void> {
    return this.#serial.run('addSite', async () => {
      const seat = this.#seat;
      if (!seat) return;
      const { id: siteId, name, hue, voice } = this.#site;
      if (this.#added) await this.#engine.request('removeSite', { siteId });
      const video = (await openStream(seat, { source: 'camera' }, 'VP8', siteId)).rtp;
      const audio = (await openStream(seat, { source: 'microphone' }, 'opus', siteId)).rtp;
      await this.#engine.request('addSite', { siteId, name, hue, voice, video, audio });
      this.#added = true;
      const speaking = this.#speakingSince !== undefined;
      if (speaking) await this.#engine.request('speak', { siteId, on: true });
    });
  }

  changed(state: RoomState): void {
    const open = state.participants[this.#site.id]?.gate === 'open';
    if (open === (this.#speakingSince !== undefined)) return;
    this.#speakingSince = open ? Date.now() : undefined;
    if (this.#added) {
      void this.#serial.run('speak', () => this.#engine.request('speak', { siteId: this.#site.id, on: open }));
    }
  }

  /** It has asked to speak and does not speak yet. */
  get isWaiting(): boolean {
    const state = this.#seat?.state;
    return (
      state !== null &&
      state !== undefined &&
      this.#speakingSince === undefined &&
      !!pendingRequest(state, this.#site.id)
    );
  }

  askToSpeak(): void {
    const seat = this.#seat;
    if (!seat?.state || this.#speakingSince !== undefined || this.isWaiting) return;
    void this.#serial.run('request', () => seat.command({ verb: 'requestFloor' }));
  }

  mayFinish(now: number): void {
    const seat = this.#seat;
    if (!seat || this.#speakingSince === undefined || now - this.#speakingSince < SPEECH_MS) return;
    void this.#serial.run('finish', () => seat.command({ verb: 'finishSpeaking' }));
  }
}
