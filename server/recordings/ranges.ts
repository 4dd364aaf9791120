import type { Fragment } from '../protocol/recording.ts';
import type { PartOnDisk } from './timeline.ts';

/** Bytes `first` to `last`, both included, as HTTP counts them. */
export interface ByteRange {
  first: number;
  last: number;
}

/** A stretch of the recording's own time, in ms. */
export interface Stretch {
  from: number;
  to: number;
}

/**
 * What a `Range` header asks for of so many bytes (RFC 9110 14.1.2). `whole`: nothing, or more than one range, which a
 * server need not heed (14.2); `none`: not satisfiable.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'whole' | 'none' {
  const [, given = '', until = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (given === '' && until === '') return 'whole';
  if (given === '') {
    const bytes = Math.min(Number(until), size);
    return bytes === 0 ? 'none' : { first: size - bytes, last: size - 1 };
  }
  const first = Number(given);
  const last = until === '' ? size - 1 : Math.min(Number(until), size - 1);
  if (first >= size) return 'none';
  return last < first ? 'whole' : { first, last };
}

/**
 * The part as far as it lies in the stretch: whole fragments that overlap it, from the key frame on that the first
 * needs. Nothing where none does.
 * @param placedAt the recording's time at the part's media time 0
 */
export function cutPart(part: PartOnDisk, placedAt: number, { from, to }: Stretch): PartOnDisk | null {
  const { fragments } = part;
  const overlaps = ({ at, ms }: Fragment) => placedAt + at < to && placedAt + at + ms > from;
  const first = fragments.findIndex(overlaps);
  if (first < 0) return null;
  const last = fragments.findLastIndex(overlaps);
  const key = fragments.findLastIndex((fragment, i) => i <= first && fragment.key);
  return { ...part, fragments: fragments.slice(Math.max(0, key), last + 1) };
}

/** Whether these bytes are the part's initialization or of its (cut) fragments, and nothing else. */
export function covers({ header: { init }, fragments }: PartOnDisk, { first, last }: ByteRange): boolean {
  const stretches = [init, ...fragments].toSorted((a, b) => a.offset - b.offset);
  let at = first;
  for (const { offset, bytes } of stretches) {
    if (offset > at) break;
    at = Math.max(at, offset + bytes);
  }
  const begins = stretches.some(({ offset, bytes }) => offset <= first && first < offset + bytes);
  return begins && at > last;
}
