import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LineState } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { Found, Kept, Wanted, WantedSteps } from './sample-file.ts';
import { figuresOf, rowOfJudged, rowOfSample } from './sample-rows.ts';
import { nameOfStream } from './sample-views.ts';
import type { Answers, FromWorker, Question, ToWorker, View } from './sample-worker.ts';

const WRITE_MS = 5_000;
const THIN_MS = 60_000;
/** Where the file cannot be written so fast, the rest is lost: some minutes of the largest meeting. */
const MOST_WAITING = 200_000;
/** Of so many lines, what was judged is kept each second; of more, of each that is good every second one, and so on. */
const EACH_SECOND = 40;
/** Less often it is of no meeting: ten seconds are to have one, and a chart no gaps. */
const MOST_APART_S = 4;

/** What was measured or judged of one stream in one step. */
export type Figures = { at: number; roomId: string; stream: string } & Record<string, number | string | number[]>;

/** One second of one room, to be kept. */
export interface KeptSecond {
  at: number;
  lines: ReadonlyMap<string, LineState>;
  samples: readonly Sample[];
}

/** What was measured, in a file of its own and a thread of its own. Owned by whoever opened it. */
export class Samples {
  readonly #worker: Worker;
  readonly #now: () => number;
  readonly #asked = new Map<number, PromiseWithResolvers<Answers[keyof Answers]>>();
  readonly #timers: NodeJS.Timeout[];
  readonly #failed: (reason: string) => void;
  #waiting: Kept[] = [];
  #lastId = 0;
  #gone = false;

  /** @param failed what could not be written; the meeting goes on */
  constructor(folder: string, now: () => number, failed: (reason: string) => void) {
    this.#now = now;
    this.#failed = failed;
    this.#worker = new Worker(new URL('./sample-worker.ts', import.meta.url), {
      workerData: { path: join(folder, 'samples.sqlite') },
    });
    this.#worker.on('message', (message: FromWorker) => this.#answered(message));
    this.#worker.on('error', (error) => failed(error.message));
    this.#worker.on('exit', () => this.#ended());
    this.#timers = [
      setInterval(() => this.#flush(), WRITE_MS),
      setInterval(() => this.#post({ ask: 'thin', now: this.#nowSeconds() }), THIN_MS),
    ];
  }

  keep(roomId: string, { at, lines, samples }: KeptSecond): void {
    if (this.#waiting.length > MOST_WAITING) return;
    const second = Math.floor(at / 1000);
    const apart = Math.min(MOST_APART_S, Math.ceil(lines.size / EACH_SECOND));
    let turn = second;
    for (const [participantId, { level, reasons, up, down }] of lines) {
      if (level === 'good' && turn++ % apart !== 0) continue;
      for (const direction of ['up', 'down'] as const) {
        const figures = direction === 'up' ? up : down;
        const row = rowOfJudged({ level, figures, reason: reasons.find((r) => r.direction === direction) });
        this.#waiting.push({ roomId, participantId, second, stream: nameOfStream({ direction }), row });
      }
    }
    for (const sample of samples) {
      const { participantId } = sample;
      const row = rowOfSample(sample);
      this.#waiting.push({
        roomId,
        participantId,
        second: Math.floor(sample.at / 1000),
        stream: nameOfStream(sample),
        row,
      });
    }
  }

  /** Oldest first, as finely as is still kept. Rejects where the file cannot be read. */
  find(wanted: Wanted): Promise<Found> {
    return this.#ask({ ask: 'find', wanted });
  }

  /** What was kept, made to be looked at (`sample-views.ts`): no more than about `points` steps. Rejects as `find`. */
  view<V extends View>(view: V, wanted: WantedSteps): Promise<Answers[V]> {
    return this.#ask({ ask: view, wanted });
  }

  /** As `find`, in the names and units of `protocol/monitor.ts`. */
  async figures(wanted: Wanted): Promise<{ stepMs: number; samples: Figures[] }> {
    const { stepMs, rows } = await this.find(wanted);
    const samples = rows.map((row) => ({ ...figuresOf(row), at: row.at, roomId: row.roomId, stream: row.stream }));
    return { stepMs, samples };
  }

  /** Resolves when everything is in the file. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#gone) return;
    const gone = once(this.#worker, 'exit');
    this.#flush();
    this.#post({ ask: 'thin', now: this.#nowSeconds() });
    this.#post({ ask: 'close' });
    await gone;
  }

  #ask<Q extends Question>(question: Q): Promise<Answers[Q['ask']]> {
    this.#flush();
    const id = ++this.#lastId;
    const asked = Promise.withResolvers<Answers[keyof Answers]>();
    if (this.#gone) asked.reject(new Error('the file of samples is closed'));
    else this.#asked.set(id, asked);
    this.#post({ ...question, id, now: this.#nowSeconds() });
    // The worker answers each question by its own kind.
    return asked.promise as Promise<Answers[Q['ask']]>;
  }

  #nowSeconds(): number {
    return Math.floor(this.#now() / 1000);
  }

  #flush(): void {
    const rows = this.#waiting;
    this.#waiting = [];
    if (rows.length > 0) this.#post({ ask: 'keep', rows });
  }

  #post(message: ToWorker): void {
    if (!this.#gone) this.#worker.postMessage(message);
  }

  #answered(message: FromWorker): void {
    const asked = message.id === undefined ? undefined : this.#asked.get(message.id);
    if (message.id !== undefined) this.#asked.delete(message.id);
    if ('found' in message) asked?.resolve(message.found);
    else if (asked) asked.reject(new Error(message.failed));
    else this.#failed(message.failed);
  }

  #ended(): void {
    this.#gone = true;
    for (const { reject } of this.#asked.values()) reject(new Error('the file of samples is closed'));
    this.#asked.clear();
  }
}
