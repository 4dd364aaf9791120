import { Worker } from 'node:worker_threads';
import type { Template } from '../protocol/notices.ts';
import type { Subject } from './notice-text.ts';
import type { Paper, PaperLook } from './reports/paper.ts';

/** What is printed: a report, or the notice of a meeting. Plain data: it goes to another thread. */
export type PrintJob =
  | { what: 'report'; paper: Paper; look: PaperLook; office: string; now: number }
  | { what: 'notice'; subject: Subject; template: Template; now: number };

/**
 * Makes PDFs in a thread of its own: laying out the pages of 130 sites takes two seconds, in which no meeting may stand still.
 * One after the other; each thread ends with its page.
 */
export class Printer {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects where it cannot be made. */
  print(job: PrintJob): Promise<Buffer> {
    const printed = this.#last.then(() => printInThread(job));
    this.#last = printed.catch(() => undefined);
    return printed;
  }
}

function printInThread(job: PrintJob): Promise<Buffer> {
  const worker = new Worker(new URL('./print-worker.ts', import.meta.url), { workerData: job });
  const printed = Promise.withResolvers<Buffer>();
  worker.once('message', (bytes: Uint8Array) => printed.resolve(Buffer.from(bytes)));
  worker.once('error', printed.reject);
  // After the page it changes nothing any more.
  worker.once('exit', () => printed.reject(new Error('it was not printed')));
  return printed.promise;
}
