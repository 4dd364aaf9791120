import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
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

const LETTERS = 'aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ';

test.each(['Be Vietnam Pro', 'Be Vietnam Pro SemiBold'])(
  '%s is found by its name and has every letter of Vietnamese',
  async (family) => {
    const env = { ...process.env, FONTCONFIG_FILE: await writeFontConfig(cache) };
    const { stdout } = await promisify(execFile)('fc-match', ['--format', '%{file}|%{charset}', family], { env });
    const [file = '', charset = ''] = stdout.split('|');
    expect(file).toMatch(/be-vietnam-pro.*\.ttf$/);
    const ranges = charset.split(' ').map((range) => range.split('-').map((end) => Number.parseInt(end, 16)));
    const has = (code: number) => ranges.some(([from = 0, to = from]) => code >= from && code <= to);
    const missing = [...LETTERS, ...LETTERS.toUpperCase()].filter((letter) => !has(letter.codePointAt(0) ?? 0));
    expect(missing).toEqual([]);
  },
);

test('several jobs that start at once in a new cache all find the font configuration', async () => {
  const paths = await Promise.all(Array.from({ length: 8 }, () => writeFontConfig(cache)));
  expect(new Set(paths).size).toBe(1);
  expect(await readdir(cache)).toEqual([basename(paths[0] ?? '')]);
});
