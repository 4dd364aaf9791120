import type { Logger } from 'pino';
import type { Command } from '../server/protocol/commands.ts';
import type { RoomId } from '../server/protocol/ids.ts';
import type { Call, RoomState } from '../server/protocol/records.ts';
import { BackOff, persist } from './back-off.ts';
import { Composer } from './composer/composer.ts';
import type { GatewayContext } from './context.ts';
import type { Calls } from './legs/calls.ts';
import { leftover, Recorder } from './recorder/recorder.ts';
import { Serial } from './serial.ts';
import { Seat, type SeatOwner } from './session/seat.ts';
import { type Wants, wantsOf } from './wants.ts';

/** Reports that found no server are kept until it is back, so many of them. */
const MAX_WAITING_REPORTS = 2_000;
/** What could not be said is said again after this long, even where nothing else happens. */
const REPORT_AGAIN_MS = 1_000;
/** A room that cannot be entered is tried again so soon the first time, and later ever more seldom. */
const ENTER_AGAIN = { firstMs: 250, longestMs: 5_000 };

/**
 * The gateway's desk for one open room: mirrors it as a participant of kind `gateway`, and starts and ends what the
 * room wants: composition, recording, calls. Owns composer and recorder; calls belong to `Calls`.
 */
export class RoomDesk implements SeatOwner {
  readonly #context: GatewayContext;
  readonly #roomId: RoomId;
  readonly #calls: Calls | undefined;
  readonly #logger: Logger;
  readonly #serial: Serial;
  readonly #composer: Composer;
  readonly #reports: Command[] = [];
  #seat: Seat | undefined;
  #recorder: Recorder | undefined;
  /** As of the last change of the room. */
  #wants: Wants | undefined;
  #looked = false;
  #sending = false;
  #again: NodeJS.Timeout | undefined;
  #giveUp: () => void = () => undefined;
  #closed = false;

  constructor(context: GatewayContext, roomId: RoomId, calls: Calls | undefined) {
    this.#context = context;
    this.#roomId = roomId;
    this.#calls = calls;
    this.#logger = context.logger.child({ roomId });
    this.#serial = new Serial(this.#logger);
    this.#composer = new Composer(context, roomId);
  }

  /** Takes its seat, however often it has to ask. */
  open(): void {
    this.#giveUp = persist(
      () => this.#enter(),
      new BackOff(ENTER_AGAIN),
      (error, waitMs) => this.#logger.warn({ err: error, waitMs }, 'room not entered'),
    );
  }

  async #enter(): Promise<void> {
    const { control, server } = this.#context;
    const ask = { roomId: this.#roomId, kind: 'gateway' as const, participantId: 'gateway', name: 'gateway' };
    const renew = () => control.ticket(ask);
    const ticket = await renew();
    if (this.#closed) return;
    this.#seat = new Seat({ server, participantId: 'gateway', ticket, renew, owner: this, logger: this.#logger });
  }

  get state(): RoomState | null {
    return this.#seat?.state ?? null;
  }

  /** Tells the room; what finds no server waits for it. */
  report(command: Command): void {
    if (command.verb === 'reportRecording' && command.status === 'saved') this.#context.inspect(command.recordingId);
    this.#reports.push(command);
    this.#reports.splice(0, this.#reports.length - MAX_WAITING_REPORTS);
    void this.#sendReports();
  }

  changed(state: RoomState): void {
    const wants = wantsOf(state, (id) => this.#calls?.holds(id) ?? false, !this.#looked);
    this.#wants = wants;
    const { recording } = state;
    if (!this.#looked && recording.status === 'stopping') {
      void this.#serial.run('leftover', async () =>
        this.report(await leftover(this.#context.settings.data, recording.id)),
      );
    }
    this.#looked = true;
    for (const call of wants.place) this.#place(call);
    for (const callId of wants.hangUp) this.#calls?.hangUp(callId);
    for (const callId of wants.lost) this.report({ verb: 'reportCall', callId, status: 'ended', cause: 'lost' });
    for (const call of Object.values(state.calls)) this.#calls?.follow(call);
    if (!this.#closed) this.#composer.update(state);
    void this.#serial.run('recording', () => this.#record());
  }

  returned(): void {
    void this.#sendReports();
  }

  /** The room has ended and what was held is put away, or the gateway itself ends. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#giveUp();
    clearTimeout(this.#again);
    // Also where nobody could tell us that the meeting was over: a site is not to be called again for it.
    for (const callId of Object.keys(this.state?.calls ?? {})) this.#calls?.hangUp(callId);
    await this.#serial.run('close', async () => {
      // The room would have wanted its end: it goes on with the next gateway.
      await this.#recorder?.suspend();
      await this.#composer.close();
      await this.#sendReports();
      await this.#seat?.leave();
    });
  }

  #place(call: Call): void {
    if (this.#calls) this.#calls.place(this.#roomId, call);
    else this.report({ verb: 'reportCall', callId: call.id, status: 'failed', cause: 'error' });
  }

  async #record(): Promise<void> {
    if (!this.#wants) return;
    const { recording } = this.#wants;
    if (this.#recorder && this.#recorder.recordingId !== recording) {
      await this.#recorder.stop();
      this.#recorder = undefined;
    }
    if (recording !== null && !this.#recorder && !this.#closed) {
      this.#recorder = new Recorder({
        ...{ context: this.#context, roomId: this.#roomId, recordingId: recording },
        report: (report) => this.report(report),
      });
      await this.#recorder.start();
    }
  }

  async #sendReports(): Promise<void> {
    if (this.#sending || !this.#seat) return;
    this.#sending = true;
    try {
      for (let report = this.#reports[0]; report; report = this.#reports[0]) {
        await this.#seat.report(report);
        if (this.#reports[0] === report) this.#reports.shift();
      }
    } catch (error) {
      this.#logger.debug({ err: error }, 'report waits for the server');
      clearTimeout(this.#again);
      if (!this.#closed) this.#again = setTimeout(() => void this.#sendReports(), REPORT_AGAIN_MS);
    } finally {
      this.#sending = false;
    }
  }
}
