import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashSources } from '../../infra/client.ts';

let base = '';
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'rostrum-client-'));
  await mkdir(join(base, 'client', 'ui'), { recursive: true });
  await writeFile(join(base, 'client', 'ui', 'tokens.css'), 'a');
  await writeFile(join(base, 'package-lock.json'), '{}');
});
afterEach(() => rm(base, { recursive: true }));

const hash = () => hashSources(base, ['client', 'server/protocol', 'package-lock.json']);

test('the client is built anew when a source changes, is renamed or appears', async () => {
  const hashes = [await hash(), await hash()];
  expect(hashes[0]).toBe(hashes[1]);
  await writeFile(join(base, 'client', 'ui', 'tokens.css'), 'b');
  hashes.push(await hash());
  await rename(join(base, 'client', 'ui', 'tokens.css'), join(base, 'client', 'ui', 'colours.css'));
  hashes.push(await hash());
  await writeFile(join(base, 'package-lock.json'), '{"lockfileVersion":3}');
  hashes.push(await hash());
  expect(new Set(hashes).size).toBe(4);
});
