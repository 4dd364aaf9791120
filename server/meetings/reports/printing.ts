import { Worker } from 'node:worker_threads';
import type { Paper, PaperLook } from './paper.ts';

export interface PrintJob {
  paper: Paper;
  look: PaperLook;
  office: string;
  now: number;
}

/**
 * The report as PDF, made in a thread of its own: laying out the pages of 130 sites takes two seconds, in which no meeting may
 * stand still. The thread ends with its page. Rejects where it cannot be made.
 */
export function printPaper(job: PrintJob): Promise<Buffer> {
  const worker = new Worker(new URL('./print-worker.ts', import.meta.url), { workerData: job });
  const printed = Promise.withResolvers<Buffer>();
  worker.once('message', (bytes: Uint8Array) => printed.resolve(Buffer.from(bytes)));
  worker.once('error', printed.reject);
  // After the page it changes nothing any more.
  worker.once('exit', () => printed.reject(new Error('the report was not printed')));
  return printed.promise;
}
