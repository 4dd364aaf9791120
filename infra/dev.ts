// npm run dev: server and gateway start anew when their sources change, the client reloads in place.

import { join } from 'node:path';
import { createServer } from 'vite';
import { root } from './bootstrap.mjs';
import { text } from './messages.ts';
import { announce, runSystem } from './system.ts';

const system = await runSystem({ args: process.argv.slice(2), watch: true });
announce(system);

// Read by client/vite.config.ts: where /api and /socket.io go.
process.env.ROSTRUM_SERVER_URL = system.localUrl;
const vite = await createServer({ configFile: join(root, 'client', 'vite.config.ts') });
system.onStop(() => vite.close());
await vite.listen();
process.stdout.write(`${text.devClient(vite.resolvedUrls?.local[0] ?? '')}\n`);
