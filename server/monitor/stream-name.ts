import type { SourceRef } from '../protocol/records.ts';

/** Of the streams that there are now: every line's are asked for theirs each second. */
const NAMES = new WeakMap<SourceRef, string>();

/** Two that are equal have the same, and no others. */
export function nameOfSource(stream: SourceRef): string {
  const known = NAMES.get(stream);
  if (known !== undefined) return known;
  const { participantId, source, for: whose = '', tier = '' } = stream;
  const name = `${participantId}/${source}/${whose}/${tier}`;
  NAMES.set(stream, name);
  return name;
}
