// Builds the client when its sources are newer than what stands in .rostrum/client.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock, root, runStep } from './bootstrap.mjs';
import { text } from './messages.ts';

/** What the built client depends on: itself, the contract and rules it imports, and the packages. */
const sources = ['client', 'server/protocol', 'server/room', 'package-lock.json'];

/** Where Vite puts the client and the server finds it, unless it is told otherwise. */
export const builtClient = join(root, '.rostrum', 'client');
const stamp = join(root, '.rostrum', 'client.hash');

/** A hash over the paths and contents of every file below `paths`, relative to `base`. */
export async function hashSources(base: string, paths: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await listFiles(base, path)) {
      hash.update(`${file}\0`).update(await readFile(join(base, file)));
    }
  }
  return hash.digest('hex');
}

async function listFiles(base: string, path: string): Promise<string[]> {
  const absolute = join(base, path);
  if (!existsSync(absolute)) return [];
  const entries = await readdir(absolute, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (!entries) return [path];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(base.length + 1)).sort();
}

/** Resolves when `.rostrum/client` holds what the sources say; a build in another process is waited for. */
export async function ensureClient(): Promise<void> {
  const wanted = await hashSources(root, sources);
  if (await isBuilt(wanted)) return;
  const unlock = await acquireLock(join(root, '.rostrum', 'client.lock'));
  try {
    if (await isBuilt(wanted)) return;
    await rm(stamp, { force: true });
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const args = [vite, 'build', '--config', 'client/vite.config.ts'];
    await runStep({ name: 'client', label: text.clientBuild, command: process.execPath, args });
    await writeFile(stamp, wanted);
  } finally {
    unlock();
  }
}

async function isBuilt(wanted: string): Promise<boolean> {
  if (!existsSync(join(builtClient, 'index.html')) || !existsSync(stamp)) return false;
  return (await readFile(stamp, 'utf8')) === wanted;
}
