import { resolve } from 'node:path';
import { z } from 'zod';

/** What a setting means, in both languages, and what may be given, in neither. */
export interface Described {
  vi: string;
  en: string;
  allowed: string;
}

export function describe<S extends z.ZodType>(schema: S, described: Described): { schema: S; described: Described } {
  return { schema, described };
}

/** A path, made absolute. */
export function pathOrNothing() {
  return z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional();
}
