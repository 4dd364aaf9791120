import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = globSync('{server,client,gateway,infra}/**/*.{ts,svelte,mjs}', { cwd: root }).sort();
const tests = globSync('test/**/*.ts', { cwd: root });

interface Import {
  from: string;
  /** A path in the project, or the name of a package. */
  to: string;
  isType: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|import\('([^']+)'\)/gm,
  );
  return [...statements].map(([, type, ...names]) => {
    const name = names.find((n) => n !== undefined) ?? '';
    return {
      from: file,
      to: name.startsWith('.') ? normalize(join(dirname(file), name)) : name,
      isType: type !== undefined,
    };
  });
}

const imports = sources.flatMap(importsOf);
const within = (folder: string) => (path: string) => path === folder || path.startsWith(`${folder}/`);
const show = ({ from, to }: Import) => `${from} imports ${to}`;
const breaches = (isBreach: (i: Import) => boolean) => imports.filter(isBreach).map(show);

describe('import rules', () => {
  test('the protocol imports zod only', () => {
    const allowed = (to: string) => within('server/protocol')(to) || to === 'zod';
    expect(breaches((i) => within('server/protocol')(i.from) && !allowed(i.to))).toEqual([]);
  });

  test('the rules import the protocol only', () => {
    const allowed = (to: string) => within('server/protocol')(to) || within('server/room')(to);
    expect(breaches((i) => within('server/room')(i.from) && !allowed(i.to))).toEqual([]);
  });

  test('the rules of accounts import the protocol only', () => {
    const allowed = (to: string) =>
      within('server/protocol')(to) || within('server/accounts')(to) || to === 'node:crypto';
    expect(breaches((i) => within('server/accounts')(i.from) && !allowed(i.to))).toEqual([]);
  });

  test('the other parts of the server meet only in its root files and where these are put together', () => {
    const part = (path: string) =>
      /^server\/(signalling|media|monitor|meetings|store|cluster|api|recordings)\//.exec(path)?.[1];
    const joining = (path: string) => /^server\/(desk|lines)\//.test(path);
    const apart = (i: Import) => part(i.to) !== part(i.from) && (part(i.to) !== undefined || joining(i.to));
    expect(breaches((i) => part(i.from) !== undefined && apart(i))).toEqual([]);
  });

  test('the client imports of the server only protocol and rules, and nothing of the gateway', () => {
    const rules = (to: string) => within('server/room')(to) || to === 'server/accounts/policy.ts';
    const allowed = (to: string) => within('server/protocol')(to) || rules(to);
    const foreign = (to: string) =>
      (within('server')(to) && !allowed(to)) || within('gateway')(to) || within('infra')(to);
    expect(breaches((i) => within('client')(i.from) && foreign(i.to))).toEqual([]);
  });

  test('the gateway imports of the server only protocol, rules, settings and how recordings lie on disk', () => {
    const onDisk = ['boxes', 'cipher', 'part-index'].map((name) => `server/recordings/${name}.ts`);
    const allowed = (to: string) =>
      within('server/protocol')(to) || within('server/room')(to) || [...onDisk, 'server/config.ts'].includes(to);
    expect(breaches((i) => within('gateway')(i.from) && within('server')(i.to) && !allowed(i.to))).toEqual([]);
    expect(breaches((i) => within('gateway/engine')(i.from) && within('server')(i.to))).toEqual([]);
    expect(breaches((i) => within('server')(i.from) && within('gateway')(i.to))).toEqual([]);
  });

  test('presentational components know no session', () => {
    const foreign = (to: string) => within('client')(to) && !within('client/ui')(to);
    expect(breaches((i) => within('client/ui')(i.from) && foreign(i.to))).toEqual([]);
  });

  test.each([
    ['mediasoup', 'server/media'],
    ['mediasoup-client', 'client/media'],
    ['sip.js', 'gateway/sip'],
    ['express', 'server/api'],
    ['kysely', 'server/store'],
    ['node:sqlite', 'server/store'],
    ['@aws-sdk/client-s3', 'server/recordings'],
  ])('%s is known to %s alone', (name, folder) => {
    const named = (to: string) => to === name || to.startsWith(`${name}/`);
    expect(breaches((i) => named(i.to) && !within(folder)(i.from))).toEqual([]);
  });

  test('only the engine and the infrastructure start processes', () => {
    const allowed = (from: string) => within('gateway/engine')(from) || within('infra')(from);
    expect(breaches((i) => i.to === 'node:child_process' && !allowed(i.from))).toEqual([]);
  });

  test('no file needs itself', () => {
    const needs = new Map<string, string[]>();
    for (const { from, to, isType } of imports) if (!isType) needs.set(from, [...(needs.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (path.includes(file) || done.has(file)) return;
      for (const next of needs.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
    expect(circles).toEqual([]);
  });
});

describe('the house', () => {
  test('every unit test mirrors a source file or folder', () => {
    const orphans = tests
      .filter((file) => /^test\/(server|client|gateway|infra)\/.*\.test\.ts$/.test(file))
      .map((file) => file.replace(/^test\//, '').replace(/\.test\.ts$/, ''))
      .filter(
        (path) => ![`${path}.ts`, `${path}.svelte.ts`, `${path}.mjs`, path].some((s) => existsSync(join(root, s))),
      );
    expect(orphans).toEqual([]);
  });

  test('files are kebab-case and of a size that can be read at once', () => {
    const named = (file: string) => /^[a-z0-9.-]+$/.test(file.split('/').at(-1) ?? '');
    expect(sources.filter((file) => !named(file))).toEqual([]);
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length;
    // Catalogues are as long as what there is to say; bootstrap.mjs may import nothing.
    const long = sources.filter((file) => !/words|messages|refusals|bootstrap/.test(file) && lines(file) > 340);
    expect(long).toEqual([]);
  });

  test('one plain JavaScript file', () => {
    expect(globSync('{server,client,gateway,infra,test}/**/*.{js,mjs,cjs}', { cwd: root })).toEqual([
      'infra/bootstrap.mjs',
    ]);
  });
});
