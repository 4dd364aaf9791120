import { type Refusal, Refused, refusalSchema, refuse } from '../../server/protocol/refusals.ts';

export { Refused };

/** Whatever was thrown, as a refusal: what is not one of ours is `internal`. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refused) return thrown.refusal;
  return refuse('internal', thrown instanceof Error ? thrown.message : String(thrown));
}

/** A refusal that came from outside, or null where it is none of this version. */
export function readRefusal(value: unknown): Refusal | null {
  const parsed = refusalSchema.safeParse(value);
  return parsed.success ? refuse(parsed.data.code, parsed.data.detail) : null;
}
