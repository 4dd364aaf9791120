import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  acquireLock,
  Explained,
  listMissing,
  lockMatches,
  packages,
  root,
  runStep,
  terminalLanguage,
} from '../../infra/bootstrap.mjs';

test('a package counts as installed only when dpkg has it fully installed', () => {
  const listing = 'gjs installed\nmeson config-files\nffmpeg half-installed\n';
  expect(listMissing(['gjs', 'meson', 'ffmpeg', 'sox'], listing)).toEqual(['meson', 'ffmpeg', 'sox']);
  expect(listMissing([], '')).toEqual([]);
});

test('no package is listed for two purposes', () => {
  const all = Object.values(packages).flat();
  expect(new Set(all).size).toBe(all.length);
});

test('node_modules matches the lock file when every demanded package is there in that version', () => {
  const lock = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
      'node_modules/fsevents': { version: '2.0.0', optional: true },
    },
  };
  const zod = { version: '4.0.0', integrity: 'sha512-a' };
  expect(lockMatches(lock, { packages: { 'node_modules/zod': zod } })).toBe(true);
  expect(lockMatches(lock, { packages: { 'node_modules/zod': { ...zod, version: '4.0.1' } } })).toBe(false);
  expect(lockMatches(lock, { packages: { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } } })).toBe(false);
  expect(lockMatches(lock, { packages: {} })).toBe(false);
  expect(lockMatches(lock, undefined)).toBe(false);
});

test('the terminal is spoken to in the language of its locale', () => {
  expect(terminalLanguage({ LANG: 'vi_VN.UTF-8' })).toBe('vi');
  expect(terminalLanguage({ LANG: 'C.UTF-8' })).toBe('en');
  expect(terminalLanguage({ LANG: 'vi_VN.UTF-8', LC_ALL: 'en_GB.UTF-8' })).toBe('en');
  expect(terminalLanguage({})).toBe('en');
});

test('a lock is held by one at a time, and given on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rostrum-lock-'));
  const releaseFirst = await acquireLock(join(folder, 'lock'));
  let second = false;
  const waiting = acquireLock(join(folder, 'lock')).then((release) => {
    second = true;
    return release;
  });
  await setTimeout(100);
  expect(second).toBe(false);
  releaseFirst();
  (await waiting)();
  await rm(folder, { recursive: true });
});

test('a step that fails is explained with what it said last, and its whole output is kept', async () => {
  const step = { name: 'test-step', label: 'step', command: 'sh', args: ['-c', 'echo the reason; exit 3'] };
  await expect(runStep(step)).rejects.toBeInstanceOf(Explained);
  expect(await readFile(join(root, '.rostrum', 'log', 'test-step.log'), 'utf8')).toBe('the reason\n');
});

const dependencies = z.record(z.string(), z.string()).default({});
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dependencies, optionalDependencies: dependencies })),
});

/** Where Node would look for `name` from the package at `path`, innermost first. */
function placesOf(path: string, name: string): string[] {
  const at = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
  if (path === '') return [at];
  const outer = path.lastIndexOf('node_modules/');
  return [at, ...placesOf(path.slice(0, Math.max(0, outer - 1)), name)];
}

// `npm ci` refuses a lock file that lacks one, even for a platform that is not this one. A registry that does not
// carry every platform of a version yet writes such a lock file: choose a version that is complete.
test('the lock file names every package, those for other platforms too', () => {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }).filter(
      (name) => !placesOf(path, name).some((place) => place in packages),
    ),
  );
  expect(missing).toEqual([]);
});
