import { Readable } from 'node:stream';
import { earliestOf, sampleDescriptionsOf, shiftFragment, type Timescales, timescalesOf } from './mp4.ts';
import { durationOf } from './part-index.ts';
import type { ByteRange } from './ranges.ts';
import type { PartOnDisk } from './timeline.ts';

type Read = (part: PartOnDisk, range: ByteRange) => Promise<Buffer>;

/** Several parts as one MP4 from time 0 on, without what lay between them. */
export interface Joined {
  bytes: number;
  open(): Readable;
}

interface Piece {
  part: PartOnDisk;
  timescales: Timescales;
  byMs: number;
}

/**
 * One initialization, then every fragment, each moved in time to where the one before it ends. Nothing where the parts
 * differ in how they are encoded.
 */
export async function joinParts(parts: readonly PartOnDisk[], read: Read): Promise<Joined | null> {
  const inits = await Promise.all(parts.map((part) => read(part, spanOf(part.header.init))));
  const [init] = inits;
  if (!init || !inits.every((one) => isAlike(one, init))) return null;
  let at = await leadOf(parts[0], timescalesOf(init), read);
  const pieces = parts.map((part, i): Piece => {
    const first = part.fragments[0]?.at ?? 0;
    const byMs = at - first;
    at += durationOf(part.fragments) - first;
    return { part, timescales: timescalesOf(inits[i] ?? init), byMs };
  });
  const fragments = parts.flatMap((part) => part.fragments);
  const bytes = fragments.reduce((sum, fragment) => sum + fragment.bytes, init.length);
  return { bytes, open: () => Readable.from(written(init, pieces, read), { objectMode: false }) };
}

/** How far, in ms, the earliest track begins before the time by which the first fragment goes: none may fall below 0. */
async function leadOf(part: PartOnDisk | undefined, timescales: Timescales, read: Read): Promise<number> {
  const [first] = part?.fragments ?? [];
  if (!part || !first) return 0;
  return Math.max(0, Math.ceil(first.at - earliestOf(await read(part, spanOf(first)), timescales)));
}

async function* written(init: Buffer, pieces: readonly Piece[], read: Read): AsyncGenerator<Buffer> {
  yield init;
  for (const { part, timescales, byMs } of pieces) {
    for (const fragment of part.fragments) {
      const bytes = await read(part, spanOf(fragment));
      if (byMs !== 0 && !shiftFragment(bytes, timescales, byMs))
        throw new Error(`${part.file} cannot be moved in time`);
      yield bytes;
    }
  }
}

function spanOf({ offset, bytes }: { offset: number; bytes: number }): ByteRange {
  return { first: offset, last: offset + bytes - 1 };
}

/** The same codecs, sizes and parameter sets in the same tracks: a decoder need not be told anything anew. */
function isAlike(a: Buffer, b: Buffer): boolean {
  const [of, other] = [sampleDescriptionsOf(a), sampleDescriptionsOf(b)];
  return of.length === other.length && of.every((one, i) => other[i]?.equals(one));
}
