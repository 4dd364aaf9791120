// The thread that owns the file of samples: what is written there costs the server's loop nothing.
import { parentPort, workerData } from 'node:worker_threads';
import { type Found, type Kept, SampleFile, type Wanted } from './sample-file.ts';

export type ToWorker =
  | { ask: 'keep'; rows: Kept[] }
  | { ask: 'find'; id: number; wanted: Wanted; now: number }
  | { ask: 'thin'; now: number }
  | { ask: 'close' };
export type FromWorker = { found: Found; id: number } | { failed: string; id?: number };

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
  else if (asked.ask === 'find') {
    port?.postMessage({ found: file.find(asked.wanted, asked.now), id: asked.id } satisfies FromWorker);
  } else {
    file.close();
    port?.close();
  }
}
