import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../server/settings/settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];
const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');
const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');

/** Flags of `npm start` that are no settings, of `npm run audit` and of vitest. */
const OTHER_FLAGS = ['--help', '--now', '--project'];
/** What `npm start` tells the gateway of the server. */
const BETWEEN_PROCESSES = ['ROSTRUM_SERVER_URL'];

test('every setting that the pages name exists', () => {
  const keys = Object.keys(SETTINGS);
  const flags = new Set([...OTHER_FLAGS, ...keys.map((key) => `--${key.toLowerCase().replaceAll('_', '-')}`)]);
  const named = quoted.flatMap((code) => code.match(/(?<![\w-])--[a-z][a-z0-9-]*/g) ?? []);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((flag) => !flags.has(flag))).toEqual([]);
  const known = new Set([...BETWEEN_PROCESSES, ...keys.map((key) => `ROSTRUM_${key}`)]);
  const variables = text.match(/ROSTRUM_[A-Z][A-Z0-9_]*[A-Z0-9]/g) ?? [];
  expect(variables.filter((name) => !known.has(name))).toEqual([]);
});

test('every command and every file that the pages name exists', () => {
  const commands = [...text.matchAll(/npm run (\w+)/g)].map(([, command]) => command ?? '');
  expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  const paths = quoted.filter((code) => /^(server|client|gateway|infra|test|docs)\/[^\s*]*$/.test(code));
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !existsSync(join(root, path.replace(/:\d+$/, ''))))).toEqual([]);
});
