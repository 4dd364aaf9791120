// Where mediasoup's worker comes from: given, cached, downloaded, or built.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch, homedir, platform, release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { acquireLock, Explained, ensurePackages, root, runStep, showProgress } from './bootstrap.mjs';
import { text } from './messages.ts';

const packageFolder = join(root, 'node_modules', 'mediasoup');
const recipeFolder = join(root, 'infra', 'mediasoup-worker');

/** Raise it when a change to the recipe must reach machines that have a worker already. */
const recipe = 1;

/** Names what a built worker depends on: its version, the platform, and the release whose libraries it links. */
export function cacheName(version: string, osRelease: string): string {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(osRelease)?.[1];
  const distribution = `${field('ID') ?? 'unknown'}${field('VERSION_ID') ?? field('VERSION_CODENAME') ?? ''}`;
  return `mediasoup-worker-${version}-${platform()}-${arch()}-${distribution}-r${recipe}`;
}

/** Where mediasoup's releases keep the worker for this machine (its npm-scripts.mjs, getWorkerPrebuildTarName). */
export function prebuiltUrl(version: string, repository: string, env: NodeJS.ProcessEnv): string {
  const base =
    env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL ??
    `${repository.replace(/^git\+/, '').replace(/\.git$/, '')}/releases/download`;
  const kernel = platform() === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  return `${base}/${version}/mediasoup-worker-${version}-${platform()}-${arch()}${kernel}.tgz`;
}

/** A worker started without mediasoup's environment says who its real father should be and exits with 41. */
function starts(path: string): boolean {
  return spawnSync(path, { env: {}, timeout: 10_000 }).status === 41;
}

function readOrEmpty(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

interface WorkerSource {
  version: string;
  repository: string;
  /** The cached binary, whether it is there or not. */
  cached: string;
}

function describeSource(env: NodeJS.ProcessEnv): WorkerSource {
  const { version, repository } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const name = cacheName(version, readOrEmpty('/etc/os-release'));
  return { version, repository: repository.url, cached: join(cache, 'rostrum', name, 'mediasoup-worker') };
}

/**
 * The path of a mediasoup worker that starts on this machine: `MEDIASOUP_WORKER_BIN`, else the cached one, else the
 * prebuilt one, else one built here (about three minutes, with progress). Rejects with `Explained` or the build's error.
 */
export async function workerBinary(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = env.MEDIASOUP_WORKER_BIN;
  if (given) {
    if (starts(given)) return given;
    process.stderr.write(`${text.badSetting('MEDIASOUP_WORKER_BIN', given, text.aWorker)}\n`);
    throw new Explained('MEDIASOUP_WORKER_BIN');
  }
  const source = describeSource(env);
  if (starts(source.cached)) return source.cached;
  const unlock = await acquireLock(`${dirname(source.cached)}.lock`);
  try {
    // Another process may have finished it while this one waited.
    if (!starts(source.cached)) await obtain(source, env);
    return source.cached;
  } finally {
    unlock();
  }
}

/** Puts a worker into the cache in one step, so that nobody ever sees half of one. */
async function obtain(source: WorkerSource, env: NodeJS.ProcessEnv): Promise<void> {
  await removeLeftovers(source);
  await mkdir(dirname(source.cached), { recursive: true });
  const scratch = await mkdtemp(`${dirname(source.cached)}-`);
  try {
    const fresh = join(scratch, 'mediasoup-worker');
    const prebuilt = env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD ? false : await downloadPrebuilt(source, scratch, env);
    if (!prebuilt) await build(scratch, fresh);
    await rename(fresh, source.cached);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What a build left behind that was interrupted; the lock says that nobody is building now. */
async function removeLeftovers(source: WorkerSource): Promise<void> {
  const folder = dirname(source.cached);
  const siblings = await readdir(dirname(folder));
  for (const name of siblings.filter((sibling) => sibling.startsWith(`${basename(folder)}-`))) {
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/** False, quietly, where the network is closed, the platform has no prebuilt worker or that one does not start. */
async function downloadPrebuilt(source: WorkerSource, scratch: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const archive = join(scratch, 'prebuilt.tgz');
  const url = prebuiltUrl(source.version, source.repository, env);
  const bytes = await showProgress(text.workerDownload, fetchBytes(url));
  if (!bytes) return false;
  await writeFile(archive, bytes);
  const unpacked = spawnSync('tar', ['xzf', archive, '-C', scratch, 'mediasoup-worker'], { stdio: 'ignore' });
  return unpacked.status === 0 && starts(join(scratch, 'mediasoup-worker'));
}

/** Five seconds for the first byte, two minutes for all. */
async function fetchBytes(url: string): Promise<Uint8Array | undefined> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), 5_000);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) return undefined;
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), 120_000);
    return await response.bytes();
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function build(scratch: string, output: string): Promise<void> {
  await ensurePackages(['worker']);
  const args = [join(recipeFolder, 'build.sh'), packageFolder, scratch, output];
  await runStep({ name: 'mediasoup-worker', label: text.workerBuild, command: 'bash', args });
  if (!starts(output)) throw new Error(`${output} does not start`);
}
