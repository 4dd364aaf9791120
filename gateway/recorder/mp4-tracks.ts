import { type Box, boxesAt, boxesIn, clockOf, firstBox, type TrackClock } from '../../server/recordings/boxes.ts';

/** One track as the initialization declares it. */
export interface Track extends TrackClock {
  kind: 'video' | 'audio';
  /** RFC 6381. */
  codec: string;
  width?: number;
  height?: number;
}

/** Of `moov`, with its head. Throws `RangeError` where it is not understood. */
export function tracksOf(moov: Buffer): Track[] {
  return boxesAt(moov, ['moov', 'trak']).map((trak) => {
    const stsd = firstBox(moov, ['mdia', 'minf', 'stbl', 'stsd'], trak);
    // FullBox and the count of entries come before the first (ISO/IEC 14496-12 8.5.2).
    const [entry] = boxesIn(moov, stsd.start + 8, stsd.end);
    if (!entry) throw new RangeError('a track without a sample entry');
    return { ...clockOf(moov, trak), ...describe(moov, entry) };
  });
}

function describe(moov: Buffer, entry: Box): Omit<Track, keyof TrackClock> {
  if (entry.type === 'mp4a') return { kind: 'audio', codec: 'mp4a.40.2' };
  if (entry.type === 'Opus') return { kind: 'audio', codec: 'opus' };
  // VisualSampleEntry (12.1.3): its size, and its boxes behind 78 bytes; ISO/IEC 14496-15 5.3.3.1: avcC.
  const [avcC] = boxesIn(moov, entry.start + 78, entry.end).filter(({ type }) => type === 'avcC');
  if (!avcC) throw new RangeError(`a sample entry ${entry.type}`);
  const profile = moov.toString('hex', avcC.start + 1, avcC.start + 4);
  const [width, height] = [moov.readUInt16BE(entry.start + 24), moov.readUInt16BE(entry.start + 26)];
  return { kind: 'video', codec: `${entry.type}.${profile}`, width, height };
}
