import { z } from 'zod';

/** Wall-clock time in milliseconds since 1970. Always an input of the rules, never read by them. */
export const timeSchema = z.number().int().nonnegative();
/** A name that people read. Control characters and line breaks are no part of a name. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u);
/** What people write, of several lines perhaps. */
export const writtenTextSchema = (mostCharacters: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(mostCharacters)
    .regex(/^[^\p{Cc}\u2028\u2029]*(?:\n[^\p{Cc}\u2028\u2029]*)*$/u);
