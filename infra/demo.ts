// npm run demo: npm start with a demonstration province already in a meeting, in a folder of its own that is made anew
// each time: a demonstration leaves nothing behind, and one that was ended begins again.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';
import { text } from './messages.ts';
import { announce, runSystem } from './system.ts';

const args = process.argv.slice(2);
process.env.ROSTRUM_DEMO = 'on';
const isGiven = process.env.ROSTRUM_DATA || args.some((arg) => arg === '--data' || arg.startsWith('--data='));
if (!isGiven && !args.includes('--help')) {
  process.env.ROSTRUM_DATA = join(root, '.rostrum', 'demo');
  await rm(process.env.ROSTRUM_DATA, { recursive: true, force: true });
}
const system = await runSystem({ args });
announce(system);
process.stdout.write(`${text.demo(system.server.url)}\n`);
