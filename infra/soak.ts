// npm run soak -- NAME [MINUTES]: runs test/soak/NAME.ts, which tells how it goes every ten seconds, and prints the JSON
// object that it ends with as the last line.

import { listMeasurements, measure } from './measurements.ts';
import { text } from './messages.ts';
import { endWithParent } from './processes.ts';

endWithParent();
const [name = '', ...args] = process.argv.slice(2);
const known = listMeasurements('soak');
if (known.includes(name)) process.exitCode = await measure('soak', name, args);
else {
  process.stderr.write(`${text.soakUsage(known)}\n`);
  process.exitCode = 2;
}
