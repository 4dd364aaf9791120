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

export const port = z.coerce.number().int().min(1).max(65535);
export const onOff = (preset: 'on' | 'off') => z.enum(['on', 'off']).default(preset);

/** For the transform of a setting that cannot be read. */
export function fail(context: z.core.$RefinementCtx): never {
  context.addIssue({ code: 'custom' });
  return z.NEVER;
}

/** A path, made absolute. */
export function pathOrNothing() {
  return z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional();
}
