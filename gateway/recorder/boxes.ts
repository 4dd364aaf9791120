// As much of ISO/IEC 14496-12 as it takes to read what the engine's muxer writes, and to write it better.

const HEAD = 8;

/** A box within a buffer: offsets of its first byte, of its content, and behind its last byte. */
export interface Box {
  type: string;
  at: number;
  start: number;
  end: number;
}

/** The boxes between two offsets, `buffer`'s whole by default. */
export function boxesIn(buffer: Buffer, start = 0, end = buffer.length): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + HEAD <= end; ) {
    const size = buffer.readUInt32BE(at);
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

/** One track as the initialization declares it. */
export interface Track {
  trackId: number;
  kind: 'video' | 'audio';
  /** Ticks a second. */
  timescale: number;
  /** RFC 6381. */
  codec: string;
  width?: number;
  height?: number;
}

/** Of `moov`, with its head. Throws `RangeError` where it is not understood. */
export function tracksOf(moov: Buffer): Track[] {
  return boxesAt(moov, ['moov', 'trak']).map((trak) => {
    const tkhd = first(moov, ['tkhd'], trak);
    const mdhd = first(moov, ['mdia', 'mdhd'], trak);
    const stsd = first(moov, ['mdia', 'minf', 'stbl', 'stsd'], trak);
    const trackId = moov.readUInt32BE(tkhd.start + (moov[tkhd.start] === 1 ? 20 : 12));
    const timescale = moov.readUInt32BE(mdhd.start + (moov[mdhd.start] === 1 ? 20 : 12));
    // FullBox and the count of entries come before the first (8.5.2).
    const [entry] = boxesIn(moov, stsd.start + 8, stsd.end);
    if (!entry) throw new RangeError('a track without a sample entry');
    return { trackId, timescale, ...describe(moov, entry) };
  });
}

function describe(moov: Buffer, entry: Box): Pick<Track, 'kind' | 'codec' | 'width' | 'height'> {
  if (entry.type === 'mp4a') return { kind: 'audio', codec: 'mp4a.40.2' };
  if (entry.type === 'Opus') return { kind: 'audio', codec: 'opus' };
  // VisualSampleEntry (12.1.3): its size, and its boxes behind 78 bytes; ISO/IEC 14496-15 5.3.3.1: avcC.
  const [avcC] = boxesIn(moov, entry.start + 78, entry.end).filter(({ type }) => type === 'avcC');
  if (!avcC) throw new RangeError(`a sample entry ${entry.type}`);
  const profile = moov.toString('hex', avcC.start + 1, avcC.start + 4);
  const [width, height] = [moov.readUInt16BE(entry.start + 24), moov.readUInt16BE(entry.start + 26)];
  return { kind: 'video', codec: `${entry.type}.${profile}`, width, height };
}

export function first(buffer: Buffer, path: readonly string[], from?: Box): Box {
  const [found] = boxesAt(buffer, path, from);
  if (!found) throw new RangeError(`no ${path.join('/')}`);
  return found;
}
