// The thread that owns the file of samples: what is written there costs the server's loop nothing.
import { parentPort, workerData } from 'node:worker_threads';
import { type Found, type Kept, SampleFile, type Wanted, type WantedSteps } from './sample-file.ts';
import { chartOf, courseOf, type KeptChart, type KeptCourse, type KeptLine, momentOf } from './sample-views.ts';

/** What is answered to each question. */
export interface Answers {
  find: Found;
  chart: KeptChart;
  course: KeptCourse;
  moment: KeptLine[];
}
export type View = Exclude<keyof Answers, 'find'>;
export type Question = { ask: 'find'; wanted: Wanted } | { ask: View; wanted: WantedSteps };
export type ToWorker =
  | { ask: 'keep'; rows: Kept[] }
  | (Question & { id: number; now: number })
  | { ask: 'thin'; now: number }
  | { ask: 'close' };
export type FromWorker = { found: Answers[keyof Answers]; id: number } | { failed: string; id?: number };

const port = parentPort;
if (!port) throw new Error('this module runs in a thread of its own');
const file = new SampleFile((workerData as { path: string }).path);

port.on('message', (asked: ToWorker) => {
  try {
    perform(asked);
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    port.postMessage({ failed, ...('id' in asked ? { id: asked.id } : {}) } satisfies FromWorker);
  }
});

function perform(asked: ToWorker): void {
  if (asked.ask === 'keep') file.keep(asked.rows);
  else if (asked.ask === 'thin') file.thin(asked.now);
  else if (asked.ask === 'close') {
    file.close();
    port?.close();
  } else port?.postMessage({ found: answerTo(asked), id: asked.id } satisfies FromWorker);
}

function answerTo(asked: Question & { now: number }): Answers[keyof Answers] {
  if (asked.ask === 'find') return file.find(asked.wanted, asked.now);
  const { grid, rows } = file.steps(asked.wanted, asked.now);
  if (asked.ask === 'chart') return chartOf(grid, rows);
  return asked.ask === 'course' ? courseOf(grid, rows) : momentOf(grid, rows);
}
