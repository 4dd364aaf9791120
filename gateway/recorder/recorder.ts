import { mkdir, readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Command } from '../../server/protocol/commands.ts';
import type { RecordingId, RoomId } from '../../server/protocol/ids.ts';
import type { RecordingWarning, RoomState } from '../../server/protocol/records.ts';
import { type RecordingKeys, readKeys } from '../../server/recordings/cipher.ts';
import { BackOff } from '../back-off.ts';
import type { GatewayContext } from '../context.ts';
import { Serial } from '../serial.ts';
import { type FreeSpace, freeSpaceAt, type Room, roomFor } from './free-space.ts';
import { folderOf, writtenIn } from './on-disk.ts';
import type { Written } from './part-writer.ts';
import { RecordingRun, type RunListener } from './recording-run.ts';
import { TrackKeeper } from './track-keeper.ts';
import { Watchdog } from './watchdog.ts';
import { hasTracks, isEmpty, isSpokenIn } from './watched.ts';

export type RecordingReport = Extract<Command, { verb: 'reportRecording' }>;

const LOOK_MS = 1_000;
const RESTART = { firstMs: 100, longestMs: 5_000 };
/** A recording of which nothing was ever written is given up after so many attempts. */
const MAX_FAILURES = 5;

export interface RecorderOptions {
  context: GatewayContext;
  roomId: RoomId;
  recordingId: RecordingId;
  report: (report: RecordingReport) => void;
  /** For tests. */
  freeSpace?: (folder: string) => Promise<FreeSpace>;
}

/**
 * One recording, for as long as the room wants it: runs, and runs again with the next part whenever a run ends by
 * itself; pauses while the disk has no room; notices what is wrong. Reports `saved` or `failed` exactly once.
 */
export class Recorder implements RunListener {
  readonly recordingId: RecordingId;
  readonly #options: RecorderOptions;
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #serial: Serial;
  readonly #watchdog = new Watchdog();
  readonly #backOff = new BackOff(RESTART);
  #look: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #keys: RecordingKeys = [];
  #run: RecordingRun | undefined;
  #tracks: TrackKeeper | undefined;
  #room: Room = 'enough';
  #state: RoomState | undefined;
  #emptySince: number | undefined;
  /** Of the run's program, and when its first fragment was written. */
  #wrote: (Written & { since: number }) | undefined;
  #heardOf = { silentMs: 0, blackMs: 0 };
  #spokenSince: number | undefined;
  #failures = 0;
  #isOver = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.recordingId = options.recordingId;
    const { context, roomId, recordingId } = options;
    this.#folder = folderOf(context.settings.data, recordingId);
    this.#logger = context.logger.child({ roomId, recordingId });
    this.#serial = new Serial(this.#logger);
  }

  /** Resolves when it runs, waits for room on the disk, or has failed. */
  async start(): Promise<void> {
    await this.#serial.run('start', async () => {
      try {
        const { recordingKeyFile } = this.#options.context.settings;
        if (recordingKeyFile) this.#keys = readKeys(await readFile(recordingKeyFile, 'utf8'));
        await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      } catch (error) {
        this.#logger.error({ err: error }, 'recording not started');
        return this.#fail('notStarted');
      }
      this.#tracks = new TrackKeeper(this.#about);
      await this.#sayWhatIsLeft();
      await this.#begin();
      this.#look = setInterval(() => void this.#serial.run('look', () => this.#lookAround()), LOOK_MS);
      if (this.#isOver) clearInterval(this.#look);
    });
  }

  /** Finishes all parts and tells the room. Resolves when both are done. */
  async stop(): Promise<void> {
    await this.#end(async () => this.#tell(await outcomeOf(this.#folder)));
  }

  /** Finishes all parts; the recording goes on when somebody starts it again. */
  async suspend(): Promise<void> {
    await this.#end(async () => undefined);
  }

  wrote(written: Written): void {
    if (!this.#wrote) {
      this.#failures = 0;
      this.#tell({ status: 'running' });
    }
    this.#wrote = { ...written, since: this.#wrote?.since ?? performance.now() - written.durationMs };
  }

  watched({ silentMs, blackMs }: { silentMs: number; blackMs: number }): void {
    this.#heardOf = { silentMs, blackMs };
  }

  changed(state: RoomState): void {
    this.#state = state;
    this.#followTracks();
  }

  ended(reason: string): void {
    void this.#serial.run('ended', async () => {
      if (this.#isOver) return;
      const hasWritten = this.#wrote !== undefined;
      this.#forgetRun();
      this.#failures += 1;
      this.#logger.warn({ reason }, 'the recording has broken off');
      if (hasWritten) await this.#sayWhatIsLeft();
      if (this.#failures >= MAX_FAILURES && (await writtenIn(this.#folder)).bytes === 0) return this.#fail(reason);
      this.#tryAgain();
    });
  }

  dismissed(): void {
    void this.stop();
  }

  async #begin(): Promise<void> {
    if (this.#isOver || this.#run) return;
    await this.#lookAtDisk();
    if (this.#room === 'none') {
      // What was begun waits for room; nothing is begun without.
      if ((await writtenIn(this.#folder)).bytes === 0) this.#fail('diskFull');
      return;
    }
    const run = new RecordingRun({ ...this.#about, listener: this });
    this.#run = run;
    try {
      await run.start();
    } catch (error) {
      this.#logger.error({ err: error }, 'recording does not begin');
      this.#forgetRun();
      this.#failures += 1;
      if (this.#failures >= MAX_FAILURES && (await writtenIn(this.#folder)).bytes === 0) this.#fail('notStarted');
      else this.#tryAgain();
    }
  }

  get #about() {
    const { context, roomId, recordingId } = this.#options;
    return { context, roomId, recordingId, folder: this.#folder, keys: this.#keys, logger: this.#logger };
  }

  #followTracks(): void {
    if (this.#isOver || !this.#state) return;
    void this.#tracks?.want(this.#room !== 'none' && hasTracks(this.#state));
  }

  #tryAgain(): void {
    const waitMs = this.#backOff.next(performance.now());
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#again = undefined;
      void this.#serial.run('again', () => this.#begin());
    }, waitMs);
  }

  #forgetRun(): void {
    this.#run = undefined;
    this.#wrote = undefined;
    this.#heardOf = { silentMs: 0, blackMs: 0 };
  }

  async #lookAround(): Promise<void> {
    if (this.#isOver) return;
    await this.#lookAtDisk();
    this.#followTracks();
    if (this.#room === 'none' && this.#run) {
      const run = this.#run;
      this.#forgetRun();
      await run.stop();
      await this.#sayWhatIsLeft();
    } else if (this.#room !== 'none' && !this.#run && !this.#again) await this.#begin();
    const warnings = this.#watchdog.notice(performance.now(), this.#noticed());
    if (warnings) this.#warn(warnings);
    if (this.#isLeftAlone()) void this.stop();
  }

  #noticed() {
    const now = performance.now();
    const { silentMs, blackMs } = this.#heardOf;
    const isSpoken = this.#state !== undefined && isSpokenIn(this.#state);
    this.#spokenSince = isSpoken ? (this.#spokenSince ?? now) : undefined;
    // The part is behind by what has not been written yet, about a second; it must not grow.
    const lateMs = this.#wrote ? now - this.#wrote.since - this.#wrote.durationMs : 0;
    return {
      silentMs: Math.min(silentMs, this.#spokenSince === undefined ? 0 : now - this.#spokenSince),
      blackMs,
      lateMs,
      isDiskLow: this.#room !== 'enough',
    };
  }

  #isLeftAlone(): boolean {
    const { recordingEmptyMinutes } = this.#options.context.settings;
    if (!this.#state || recordingEmptyMinutes === 0 || !isEmpty(this.#state)) {
      this.#emptySince = undefined;
      return false;
    }
    this.#emptySince ??= performance.now();
    return performance.now() - this.#emptySince >= recordingEmptyMinutes * 60_000;
  }

  async #lookAtDisk(): Promise<void> {
    const { recordingWarnFree: warn, recordingMinFree: min } = this.#options.context.settings;
    const look = this.#options.freeSpace ?? freeSpaceAt;
    try {
      this.#room = roomFor(await look(this.#folder), { warn, min }, this.#room);
    } catch (error) {
      this.#logger.error({ err: error }, 'the disk cannot be looked at');
    }
  }

  #warn(warnings: RecordingWarning[]): void {
    this.#logger.warn({ warnings }, 'what is wrong with the recording');
    this.#tell({ status: 'warned', warnings });
  }

  /** What an earlier run, or one that died, has written. */
  async #sayWhatIsLeft(): Promise<void> {
    const left = await writtenIn(this.#folder);
    if (left.bytes > 0) this.#tell({ status: 'partSaved', ...left });
  }

  async #end(tell: () => Promise<void>): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#look);
    clearTimeout(this.#again);
    await this.#serial.run('end', async () => {
      await Promise.all([this.#run?.stop(), this.#tracks?.want(false)]);
      await tell();
    });
  }

  #tell(report: Omit<RecordingReport, 'verb' | 'recordingId'>): void {
    this.#options.report({ verb: 'reportRecording', recordingId: this.recordingId, ...report });
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#look);
    clearTimeout(this.#again);
    void this.#tracks?.want(false);
    this.#tell({ status: 'failed', reason });
  }
}

async function outcomeOf(folder: string): Promise<Omit<RecordingReport, 'verb' | 'recordingId'>> {
  const written = await writtenIn(folder);
  return written.bytes === 0 ? { status: 'failed', reason: 'nothingReceived' } : { status: 'saved', ...written };
}

/** A recording that was to be finished by a process that died while it did: what is on disk is what there is. */
export async function leftover(data: string, recordingId: RecordingId): Promise<RecordingReport> {
  const outcome = await outcomeOf(folderOf(data, recordingId));
  return { verb: 'reportRecording', recordingId, ...outcome };
}
