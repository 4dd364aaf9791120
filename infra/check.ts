// npm run check: types, lint and format, side by side.

import { reportChecks, runChecks } from './checks.ts';
import { endWithParent } from './processes.ts';

endWithParent();
const results = await runChecks();
reportChecks(results);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
