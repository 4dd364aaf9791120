// A supervisor to be killed: prints the pids of its part when that is ready.

import { supervise } from '../../infra/supervise.ts';

const part = supervise({ name: 'part', script: 'test/infra/part.ts', env: process.env }, console.error);
process.stdout.write((await part.ready).url);
