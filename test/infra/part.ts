// A part for the supervisor's tests: has a process of its own, is ready at once, leaves when its channel closes.

import { spawn } from 'node:child_process';

const [behaviour] = process.argv.slice(2);

if (behaviour === 'refuse') process.exit(2);
if (behaviour === 'crash') process.exit(7);
const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
process.once('disconnect', () => {
  sleeper.kill('SIGKILL');
  process.exit(0);
});
if (behaviour === 'stubborn') process.on('SIGTERM', () => {});
process.send?.({ type: 'ready', url: `${process.pid} ${sleeper.pid}` });
