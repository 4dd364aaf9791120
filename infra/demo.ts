// npm run demo: npm start with a demonstration province already in a meeting.

import { text } from './messages.ts';
import { announce, runSystem } from './system.ts';

process.env.ROSTRUM_DEMO = 'on';
const system = await runSystem({ args: process.argv.slice(2) });
announce(system);
process.stdout.write(`${text.demo(system.server.url)}\n`);
