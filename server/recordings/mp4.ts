// As much of ISO/IEC 14496-12 as joining fragments takes: where each track's time is written, in what unit.

const HEAD = 8;

/** Ticks a second by track id. */
export type Timescales = ReadonlyMap<number, number>;

interface Box {
  type: string;
  /** Of its content. */
  start: number;
  end: number;
}

/** Of the initialization segment. Throws `RangeError` where it is none. */
export function timescalesOf(init: Buffer): Timescales {
  const scales = new Map<number, number>();
  for (const trak of inside(init, ['moov', 'trak'])) {
    const [tkhd] = childrenOf(init, trak, 'tkhd');
    const [mdhd] = inside(init, ['mdia', 'mdhd'], trak);
    if (!tkhd || !mdhd) continue;
    // Version 1 has times of 64 bits (8.3.2, 8.4.2).
    const trackId = init.readUInt32BE(tkhd.start + (init[tkhd.start] === 1 ? 20 : 12));
    scales.set(trackId, init.readUInt32BE(mdhd.start + (init[mdhd.start] === 1 ? 20 : 12)));
  }
  if (scales.size === 0) throw new RangeError('no track in the initialization segment');
  return scales;
}

/**
 * Moves a fragment in time: rewrites `tfdt` (8.8.12) of each of its tracks in place.
 * @param head the fragment from its first byte on, at least its `moof`
 * @returns false where a track's time cannot be moved, because it would fall before 0 or does not fit
 */
export function shiftFragment(head: Buffer, timescales: Timescales, byMs: number): boolean {
  return inside(head, ['moof', 'traf']).every((traf) => {
    const [tfhd] = childrenOf(head, traf, 'tfhd');
    const [tfdt] = childrenOf(head, traf, 'tfdt');
    const scale = tfhd && timescales.get(head.readUInt32BE(tfhd.start + 4));
    if (!tfdt || !scale) return false;
    const by = Math.round((byMs * scale) / 1000);
    return head[tfdt.start] === 1 ? shift64(head, tfdt.start + 4, by) : shift32(head, tfdt.start + 4, by);
  });
}

/** When the earliest of a fragment's tracks begins, in ms. @param head the fragment from its first byte on, at least its `moof` */
export function earliestOf(head: Buffer, timescales: Timescales): number {
  const times = inside(head, ['moof', 'traf']).flatMap((traf) => {
    const [tfhd] = childrenOf(head, traf, 'tfhd');
    const [tfdt] = childrenOf(head, traf, 'tfdt');
    const scale = tfhd && timescales.get(head.readUInt32BE(tfhd.start + 4));
    if (!tfdt || !scale) return [];
    const at = tfdt.start + 4;
    return [(1000 * (head[tfdt.start] === 1 ? Number(head.readBigUInt64BE(at)) : head.readUInt32BE(at))) / scale];
  });
  return times.length === 0 ? 0 : Math.min(...times);
}

/** What a decoder must know of each track (8.5.2), in their order. */
export function sampleDescriptionsOf(init: Buffer): Buffer[] {
  const boxes = inside(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  return boxes.map(({ start, end }) => init.subarray(start, end));
}

function shift64(buffer: Buffer, at: number, by: number): boolean {
  const moved = buffer.readBigUInt64BE(at) + BigInt(by);
  if (moved < 0n) return false;
  buffer.writeBigUInt64BE(moved, at);
  return true;
}

function shift32(buffer: Buffer, at: number, by: number): boolean {
  const moved = buffer.readUInt32BE(at) + by;
  if (moved < 0 || moved > 0xffffffff) return false;
  buffer.writeUInt32BE(moved, at);
  return true;
}

function inside(buffer: Buffer, path: readonly string[], from: Box = whole(buffer)): Box[] {
  return path.reduce<Box[]>((boxes, type) => boxes.flatMap((box) => childrenOf(buffer, box, type)), [from]);
}

function whole(buffer: Buffer): Box {
  return { type: '', start: 0, end: buffer.length };
}

function childrenOf(buffer: Buffer, parent: Box, type: string): Box[] {
  const found: Box[] = [];
  for (let at = parent.start; at + HEAD <= parent.end; ) {
    const size = buffer.readUInt32BE(at);
    // A box to the end (0) or of 64 bits (1) is an `mdat`, behind everything that is looked for.
    if (size < HEAD || at + size > parent.end) break;
    const name = buffer.toString('latin1', at + 4, at + 8);
    if (name === type) found.push({ type, start: at + HEAD, end: at + size });
    at += size;
  }
  return found;
}
