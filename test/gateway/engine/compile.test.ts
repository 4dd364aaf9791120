import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileJobs, writeFontConfig } from '../../../gateway/engine/compile.ts';

let cache = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'rostrum-compile-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

test('jobs are stripped of their types once, also when several start at once', async () => {
  const [folder, other] = await Promise.all([compileJobs(cache), compileJobs(cache)]);
  expect(folder).toBe(other);
  const main = join(folder, 'main.ts');
  expect(await readFile(main, 'utf8')).not.toMatch(/: Promise</);
  const before = (await stat(main)).mtimeMs;
  expect(await compileJobs(cache)).toBe(folder);
  expect((await stat(main)).mtimeMs).toBe(before);
  expect((await readdir(cache)).length).toBe(1);
});

test('what older versions left is removed after a day', async () => {
  const fresh = join(cache, 'job-fresh');
  const stale = join(cache, 'job-stale');
  await writeFile(fresh, '');
  await writeFile(stale, '');
  await utimes(stale, 1000, 1000);
  await compileJobs(cache);
  const left = await readdir(cache);
  expect(left).toContain('job-fresh');
  expect(left).not.toContain('job-stale');
});

test('the font configuration names a folder that has the font', async () => {
  const text = await readFile(await writeFontConfig(cache), 'utf8');
  const [, folder] = /<dir>(.*)<\/dir>/.exec(text) ?? [];
  expect((await readdir(folder ?? '')).some((name) => name.endsWith('.ttf'))).toBe(true);
});

test('several jobs that start at once in a new cache all find the font configuration', async () => {
  const paths = await Promise.all(Array.from({ length: 8 }, () => writeFontConfig(cache)));
  expect(new Set(paths).size).toBe(1);
  expect(await readdir(cache)).toEqual([basename(paths[0] ?? '')]);
});
