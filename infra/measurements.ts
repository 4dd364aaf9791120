// Running programs that measure and end with a JSON object as the last line.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';
import { text } from './messages.ts';
import { runTool } from './processes.ts';

/** The programs of a folder of test/, by name; a file that begins with `_` is shared by others. */
export function listMeasurements(folder: string): string[] {
  const path = join(root, 'test', folder);
  if (!existsSync(path)) return [];
  const files = readdirSync(path).filter((file) => file.endsWith('.ts') && !file.startsWith('_'));
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

/** Only the JSON object goes to the standard output. Resolves to the exit code. */
export async function measure(folder: string, name: string, args: string[]): Promise<number> {
  const { code, output } = await runTool(join('test', folder, `${name}.ts`), args, {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const lines = output.trimEnd().split('\n');
  const result = lines.findLast(isJsonObject);
  for (const line of lines) if (line !== result) process.stderr.write(`${line}\n`);
  if (result) process.stdout.write(`${result}\n`);
  else process.stderr.write(`${text.noResult(name)}\n`);
  return result ? code : code || 1;
}
