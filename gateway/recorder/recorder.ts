import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Command } from '../../server/protocol/commands.ts';
import type { RecordingId, RoomId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import { COMPOSER_ID } from '../composer/id.ts';
import type { GatewayContext } from '../context.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { type RecorderContract, recorderContract } from '../engine/recorder-protocol.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOwner } from '../session/seat.ts';
import { inputOf, startStream } from '../session/streams.ts';
import { nothingSchema } from '../session/wire.ts';

type RecordingReport = Extract<Command, { verb: 'reportRecording' }>;

/**
 * One recording: a participant that consumes the composed picture and the mix and has them written to a file. Owns
 * its seat and its engine process. Reports `running` with the first picture and `saved` or `failed` exactly once.
 */
export class Recorder implements SeatOwner {
  readonly recordingId: RecordingId;
  readonly #context: GatewayContext;
  readonly #roomId: RoomId;
  readonly #report: (report: RecordingReport) => void;
  readonly #serial: Serial;
  readonly #logger: Logger;
  #engine: EngineProcess<RecorderContract> | undefined;
  #seat: Seat | undefined;
  #file = '';
  #over = false;

  constructor(context: GatewayContext, roomId: RoomId, recordingId: RecordingId, report: (r: RecordingReport) => void) {
    this.#context = context;
    this.#roomId = roomId;
    this.recordingId = recordingId;
    this.#report = report;
    this.#logger = context.logger.child({ roomId, recordingId });
    this.#serial = new Serial(this.#logger);
  }

  async start(): Promise<void> {
    try {
      const folder = folderOf(this.#context.settings.data);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const engine = await startEngine(recorderContract, { logger: this.#logger, requestTimeoutMs: 30_000 });
      this.#engine = engine;
      engine.onEvent((event) => {
        if (event.event === 'started') this.#tell({ status: 'running' });
        if (event.event === 'error') this.#fail(event.code);
      });
      engine.onExit(({ expected }) => expected || this.#fail('engineExited'));
      this.#file = await this.#nextFile(folder);
      await engine.request('start', { file: join(folder, this.#file) });
      const participantId = `recorder-${this.recordingId}`;
      const { server, control } = this.#context;
      const ask = { roomId: this.#roomId, kind: 'recorder' as const, participantId, name: 'recorder' };
      const renew = () => control.ticket(ask);
      const ticket = await renew();
      this.#seat = new Seat({ server, participantId, ticket, renew, owner: this, logger: this.#logger });
    } catch (error) {
      this.#logger.error({ err: error }, 'recording not started');
      this.#fail('notStarted');
    }
  }

  /** Finishes the file and tells the room. Resolves when both are done. */
  async stop(): Promise<void> {
    if (this.#over || !this.#engine) return;
    this.#over = true;
    try {
      const { durationMs, bytes } = await this.#engine.request('stop', {});
      if (bytes === 0) this.#tell({ status: 'failed', reason: 'nothingReceived' });
      else this.#tell({ status: 'saved', file: this.#file, durationMs, bytes });
    } catch (error) {
      this.#logger.error({ err: error }, 'recording not finished');
      this.#tell({ status: 'failed', reason: 'notFinished' });
    }
    await this.#release();
  }

  async mediaReset(): Promise<void> {
    const { tier } = this.#context.settings.recordingPicture;
    const program = { participantId: COMPOSER_ID, source: 'program' as const, tier };
    await this.#seat?.request({ request: 'watch', pictures: [{ from: program, spatialLayer: 2 }] }, nothingSchema);
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.#serial.run('receive', async () => {
      if (!this.#seat || !this.#engine || this.#over) return;
      const command = offer.kind === 'audio' ? 'receiveAudio' : 'receiveVideo';
      const { rtpPort } = await this.#engine.request(command, inputOf(offer));
      await startStream(this.#seat, offer, rtpPort);
    });
  }

  dismissed(): void {
    void this.stop();
  }

  /** Never over what is there: a recorder that died has left a part, which is reported and kept. */
  async #nextFile(folder: string): Promise<string> {
    const left = await lastFile(folder, this.recordingId);
    if (!left) return fileOf(this.recordingId, 1);
    const { file, durationMs, bytes } = left;
    this.#tell({ status: 'partSaved', file, durationMs, bytes });
    return fileOf(this.recordingId, left.part + 1);
  }

  #tell(report: Omit<RecordingReport, 'verb' | 'recordingId'>): void {
    this.#report({ verb: 'reportRecording', recordingId: this.recordingId, ...report });
  }

  #fail(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#tell({ status: 'failed', reason });
    void this.#release();
  }

  async #release(): Promise<void> {
    await Promise.all([this.#seat?.leave(), this.#engine?.stop()]);
  }
}

function fileOf(recordingId: RecordingId, part: number): string {
  return part === 1 ? `${recordingId}.mp4` : `${recordingId}-${part}.mp4`;
}

interface LeftFile {
  part: number;
  file: string;
  /** As long as the file was being written: whoever wrote it can no longer say. */
  durationMs: number;
  bytes: number;
}

/** What an earlier process has written of this recording: its last part. */
async function lastFile(folder: string, recordingId: RecordingId): Promise<LeftFile | null> {
  let last: LeftFile | null = null;
  for (let part = 1; ; part += 1) {
    const file = fileOf(recordingId, part);
    const found = await stat(join(folder, file)).catch(() => null);
    if (!found) return last;
    const durationMs = Math.max(0, Math.round(found.mtimeMs - found.birthtimeMs));
    last = { part, file, durationMs, bytes: found.size };
  }
}

/** A recording that was to be finished by a process that died while it did: what is on disk is what there is. */
export async function leftover(data: string, recordingId: RecordingId): Promise<RecordingReport> {
  const left = await lastFile(folderOf(data), recordingId);
  const about = { verb: 'reportRecording' as const, recordingId };
  if (!left || left.bytes === 0) return { ...about, status: 'failed', reason: 'nothingReceived' };
  return { ...about, status: 'saved', file: left.file, durationMs: left.durationMs, bytes: left.bytes };
}

function folderOf(data: string): string {
  return join(data, 'recordings');
}
