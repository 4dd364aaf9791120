// npm run bench -- NAME: runs test/load/NAME.ts and prints the JSON object that it ends with as the last line.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';
import { ensureClient } from './client.ts';
import { text } from './messages.ts';
import { endWithParent, runTool } from './processes.ts';
import { workerBinary } from './worker.ts';

const folder = join(root, 'test', 'load');

/** The benchmarks: the files of test/load itself. What they share lives in folders below or elsewhere in test/. */
function listBenchmarks(): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  return files.map((file) => file.slice(0, -'.ts'.length)).sort();
}

function isJsonObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

async function bench(name: string, args: string[]): Promise<number> {
  process.env.MEDIASOUP_WORKER_BIN = await workerBinary();
  await ensureClient();
  const { code, output } = await runTool(join('test', 'load', `${name}.ts`), args, {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const lines = output.trimEnd().split('\n');
  const result = lines.findLast(isJsonObject);
  for (const line of lines) if (line !== result) process.stderr.write(`${line}\n`);
  if (result) process.stdout.write(`${result}\n`);
  else process.stderr.write(`${text.noResult(name)}\n`);
  return result ? code : code || 1;
}

endWithParent();
const [name = '', ...args] = process.argv.slice(2);
const known = listBenchmarks();
if (known.includes(name)) {
  process.exitCode = await bench(name, args);
} else {
  process.stderr.write(`${text.benchUsage(known)}\n`);
  process.exitCode = 2;
}
