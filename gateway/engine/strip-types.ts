/** Run as `node strip-types.ts FROM TO`: writes every TypeScript file of FROM, without its types, to TO. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error('usage: strip-types.ts FROM TO');
for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
  mkdirSync(dirname(join(to, name)), { recursive: true });
  writeFileSync(join(to, name), stripTypeScriptTypes(readFileSync(join(from, name), 'utf8')));
}
