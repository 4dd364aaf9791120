// npm start: the whole system on its embedded defaults.

import { announce, runSystem } from './system.ts';

announce(await runSystem({ args: process.argv.slice(2) }));
