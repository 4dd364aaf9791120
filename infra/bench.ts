// npm run bench -- NAME: runs test/load/NAME.ts and prints the JSON object that it ends with as the last line.

import { ensureClient } from './client.ts';
import { listMeasurements, measure } from './measurements.ts';
import { text } from './messages.ts';
import { endWithParent } from './processes.ts';
import { workerBinary } from './worker.ts';

endWithParent();
const [name = '', ...args] = process.argv.slice(2);
const known = listMeasurements('load');
if (known.includes(name)) {
  process.env.MEDIASOUP_WORKER_BIN = await workerBinary();
  await ensureClient();
  process.exitCode = await measure('load', name, args);
} else {
  process.stderr.write(`${text.benchUsage(known)}\n`);
  process.exitCode = 2;
}
