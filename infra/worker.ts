// Where mediasoup's worker comes from: given, cached, or built. A prebuilt one lacks what the recipe mends.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { arch, homedir, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { acquireLock, Explained, ensurePackages, root, runStep } from './bootstrap.mjs';
import { text } from './messages.ts';

const packageFolder = join(root, 'node_modules', 'mediasoup');
const recipeFolder = join(root, 'infra', 'mediasoup-worker');

/** Raise it when a change to the recipe must reach machines that have a worker already. */
const recipe = 2;

/** Names what a built worker depends on: its version, the platform, and the release whose libraries it links. */
export function cacheName(version: string, osRelease: string): string {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(osRelease)?.[1];
  const distribution = `${field('ID') ?? 'unknown'}${field('VERSION_ID') ?? field('VERSION_CODENAME') ?? ''}`;
  return `mediasoup-worker-${version}-${platform()}-${arch()}-${distribution}-r${recipe}`;
}

/** A worker started without mediasoup's environment says who its real father should be and exits with 41. */
function starts(path: string): boolean {
  return spawnSync(path, { env: {}, timeout: 10_000 }).status === 41;
}

function readOrEmpty(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The cached binary, whether it is there or not. */
function cachedPath(env: NodeJS.ProcessEnv): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'rostrum', cacheName(version, readOrEmpty('/etc/os-release')), 'mediasoup-worker');
}

/**
 * The path of a mediasoup worker that starts on this machine: `MEDIASOUP_WORKER_BIN`, else the cached one, else one built
 * here (about three minutes, with progress). Rejects with `Explained` or the build's error.
 */
export async function workerBinary(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = env.MEDIASOUP_WORKER_BIN;
  if (given) {
    if (starts(given)) return given;
    process.stderr.write(`${text.badSetting('MEDIASOUP_WORKER_BIN', given, text.aWorker)}\n`);
    throw new Explained('MEDIASOUP_WORKER_BIN');
  }
  const cached = cachedPath(env);
  if (starts(cached)) return cached;
  const unlock = await acquireLock(`${dirname(cached)}.lock`);
  try {
    // Another process may have finished it while this one waited.
    if (!starts(cached)) await build(cached);
    return cached;
  } finally {
    unlock();
  }
}

/** Puts a worker into the cache in one step, so that nobody ever sees half of one. */
async function build(cached: string): Promise<void> {
  await removeLeftovers(cached);
  await mkdir(dirname(cached), { recursive: true });
  const scratch = await mkdtemp(`${dirname(cached)}-`);
  try {
    await ensurePackages(['worker']);
    const fresh = join(scratch, 'mediasoup-worker');
    const args = [join(recipeFolder, 'build.sh'), packageFolder, scratch, fresh];
    await runStep({ name: 'mediasoup-worker', label: text.workerBuild, command: 'bash', args });
    if (!starts(fresh)) throw new Error(`${fresh} does not start`);
    await rename(fresh, cached);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What a build left behind that was interrupted; the lock says that nobody is building now. */
async function removeLeftovers(cached: string): Promise<void> {
  const folder = dirname(cached);
  const siblings = await readdir(dirname(folder));
  for (const name of siblings.filter((sibling) => sibling.startsWith(`${basename(folder)}-`))) {
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}
