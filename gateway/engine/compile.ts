import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const jobFolder = fileURLToPath(new URL('./job', import.meta.url));
const stripper = fileURLToPath(new URL('./strip-types.ts', import.meta.url));
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes `job/` runnable by gjs: types stripped, one folder per content hash below `cacheFolder`. Answers with
 * that folder; when it already stands this costs only reading the sources. File names keep their `.ts`, so that
 * relative imports work unchanged.
 */
export async function compileJobs(cacheFolder: string): Promise<string> {
  const sources = await readSources();
  const target = join(cacheFolder, `job-${hashOf(process.version, ...sources.flat())}`);
  if (await exists(target)) return target;
  await mkdir(cacheFolder, { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder, 'stripping-'));
  try {
    // A process of its own: Node prints a warning for this API, which an operator's terminal need not show.
    await run(process.execPath, ['--disable-warning=ExperimentalWarning', stripper, jobFolder, temporary]);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process may have been quicker: a rename onto a full folder fails, and its content is the same.
    if (!(await exists(target))) throw error;
  }
  await removeStale(cacheFolder, target);
  return target;
}

function hashOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

async function readSources(): Promise<[string, string][]> {
  const names = (await readdir(jobFolder, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  return Promise.all(
    names.map(async (name) => [name, await readFile(join(jobFolder, name), 'utf8')] as [string, string]),
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function removeStale(cacheFolder: string, current: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!/^(job|stripping)-/.test(name) || name === basename(current)) continue;
    const path = join(cacheFolder, name);
    const age = await stat(path).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > dayMs) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Writes a private fontconfig file that puts Be Vietnam Pro (from its npm package) before the system's fonts, so
 * that pictures look the same on every machine. Answers with the path for FONTCONFIG_FILE.
 */
export async function writeFontConfig(cacheFolder: string): Promise<string> {
  const family = fileURLToPath(new URL('.', import.meta.resolve('@expo-google-fonts/be-vietnam-pro/package.json')));
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${escapeXml(join(family, '400Regular'))}</dir>
  <dir>${escapeXml(join(family, '600SemiBold'))}</dir>
  <cachedir>${escapeXml(join(cacheFolder, 'fontconfig'))}</cachedir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
</fontconfig>
`;
  // By its content: several installations may share the cache.
  const path = join(cacheFolder, `fonts-${hashOf(text)}.conf`);
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return path;
  await mkdir(cacheFolder, { recursive: true });
  // Several jobs may start at once, in this process as well as in others.
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
  return path;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
