import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../infra/bootstrap.mjs';

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
