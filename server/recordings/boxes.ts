// As much of ISO/IEC 14496-12 as it takes to read fragmented MP4 that was written by one's own muxer. Pure.

const HEAD = 8;

/** A box within a buffer: offsets of its first byte, of its content, and behind its last byte. */
export interface Box {
  type: string;
  at: number;
  start: number;
  end: number;
}

/** The boxes between two offsets, `buffer`'s whole by default, as far as they are complete. */
export function boxesIn(buffer: Buffer, start = 0, end = buffer.length): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + HEAD <= end; ) {
    const size = buffer.readUInt32BE(at);
    // A box to the end (0) or of 64 bits (1) is an `mdat`, behind everything that is looked for.
    if (size < HEAD || at + size > end) break;
    boxes.push({ type: buffer.toString('latin1', at + 4, at + 8), at, start: at + HEAD, end: at + size });
    at += size;
  }
  return boxes;
}

/** Those that a path leads to. */
export function boxesAt(buffer: Buffer, path: readonly string[], from?: Box): Box[] {
  const [type, ...rest] = path;
  const found = boxesIn(buffer, from?.start, from?.end).filter((box) => box.type === type);
  return rest.length === 0 ? found : found.flatMap((box) => boxesAt(buffer, rest, box));
}

/** Throws `RangeError` where there is none. */
export function firstBox(buffer: Buffer, path: readonly string[], from?: Box): Box {
  const [found] = boxesAt(buffer, path, from);
  if (!found) throw new RangeError(`no ${path.join('/')}`);
  return found;
}

/** How a track counts its time, in ticks a second. */
export interface TrackClock {
  trackId: number;
  timescale: number;
}

/** Of a `trak`. Version 1 has times of 64 bits (8.3.2, 8.4.2). Throws `RangeError` where it is not understood. */
export function clockOf(moov: Buffer, trak: Box): TrackClock {
  const tkhd = firstBox(moov, ['tkhd'], trak);
  const mdhd = firstBox(moov, ['mdia', 'mdhd'], trak);
  const idAt = tkhd.start + (moov[tkhd.start] === 1 ? 20 : 12);
  const scaleAt = mdhd.start + (moov[mdhd.start] === 1 ? 20 : 12);
  return { trackId: moov.readUInt32BE(idAt), timescale: moov.readUInt32BE(scaleAt) };
}

/** When a track's fragment begins, in ticks: its `tfdt` (8.8.12). */
export function readTime(buffer: Buffer, { start }: Box): number {
  return buffer[start] === 1 ? Number(buffer.readBigUInt64BE(start + 4)) : buffer.readUInt32BE(start + 4);
}

/** Rewrites it in place; false where it would fall before 0 or does not fit. */
export function moveTime(buffer: Buffer, tfdt: Box, byTicks: number): boolean {
  const moved = readTime(buffer, tfdt) + byTicks;
  const isLong = buffer[tfdt.start] === 1;
  if (moved < 0 || (!isLong && moved > 0xffffffff)) return false;
  if (isLong) buffer.writeBigUInt64BE(BigInt(moved), tfdt.start + 4);
  else buffer.writeUInt32BE(moved, tfdt.start + 4);
  return true;
}
