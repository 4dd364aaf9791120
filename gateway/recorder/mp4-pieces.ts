import { type Box, boxesAt, boxesIn, firstBox, moveTime, readTime } from '../../server/recordings/boxes.ts';
import { ByteQueue } from './byte-queue.ts';
import { type Track, tracksOf } from './mp4-tracks.ts';
import type { FragmentPiece, InitPiece, Piece, Pieces } from './pieces.ts';

/** When the first sample of each track is to be played, in µs: the muxer lets every track begin at 0. */
export interface TrackOffsets {
  video: number;
  audio: number;
}

/** A fragment of one track, as the muxer makes them. */
interface TrackFragment {
  track: Track;
  /** The box `traf`, and the samples' bytes. */
  traf: Buffer;
  samples: Buffer;
  /** In ticks. */
  time: number;
  duration: number;
  key: boolean;
}

const DEFAULT_BASE_IS_MOOF = 0x02_00_00;
const NOT_SYNC = 0x01_00_00;
/** Larger boxes come from no muxer of ours. */
const MAX_BOX = 256 * 1024 * 1024;

/**
 * Fragmented MP4 (ISO/IEC 14496-12 8.8). The muxer writes a `moof` for each track; here those of the same time become
 * one, with all its tracks, offsets counted from itself and times that keep the tracks in step, as MSE and HLS want it.
 */
export class Mp4Pieces implements Pieces {
  readonly #queue = new ByteQueue();
  readonly #offsets: () => TrackOffsets;
  #head: Buffer[] = [];
  #tracks: Track[] = [];
  #moof: Buffer | undefined;
  #pending: TrackFragment[] = [];
  #sequence = 0;
  #lastAt = -1;

  /** @param offsets asked for when the first fragment is there */
  constructor(offsets: () => TrackOffsets) {
    this.#offsets = offsets;
  }

  push(bytes: Buffer): Piece[] {
    this.#queue.push(bytes);
    const pieces: Piece[] = [];
    for (let box = this.#nextBox(); box; box = this.#nextBox()) pieces.push(...this.#take(box));
    return pieces;
  }

  end(): Piece[] {
    return this.#pending.length > 0 ? [this.#join()] : [];
  }

  #nextBox(): Buffer | undefined {
    if (this.#queue.length < 8) return undefined;
    const size = this.#queue.peek(8).readUInt32BE(0);
    if (size < 8 || size > MAX_BOX) throw new RangeError(`a box of ${size} bytes`);
    return this.#queue.length < size ? undefined : this.#queue.take(size);
  }

  #take(box: Buffer): Piece[] {
    switch (box.toString('latin1', 4, 8)) {
      case 'ftyp':
        this.#head = [box];
        return [];
      case 'moov':
        this.#tracks = tracksOf(box);
        return [this.#init(Buffer.concat([...this.#head, box]))];
      case 'moof':
        this.#moof = box;
        return [];
      case 'mdat':
        return this.#moof ? this.#add(this.#moof, box) : [];
      default:
        // `mfra` at the end says what the index says.
        return [];
    }
  }

  #init(bytes: Buffer): InitPiece {
    const codecs = this.#tracks.map(({ codec }) => codec).join(',');
    const { width, height } = this.#tracks.find(({ kind }) => kind === 'video') ?? {};
    return { piece: 'init', bytes, codecs, ...(width && height ? { width, height } : {}) };
  }

  #add(moof: Buffer, mdat: Buffer): Piece[] {
    this.#moof = undefined;
    const pieces: Piece[] = [];
    for (const box of boxesAt(moof, ['moof', 'traf'])) {
      const fragment = readFragment(moof, box, mdat, this.#tracks);
      if (this.#pending.some(({ track }) => track === fragment.track)) pieces.push(this.#join());
      this.#pending.push(fragment);
    }
    if (this.#pending.length === this.#tracks.length) pieces.push(this.#join());
    return pieces;
  }

  /** One fragment of all that is pending. */
  #join(): FragmentPiece {
    const offsets = this.#offsets();
    const parts = this.#pending.toSorted((a, b) => a.track.trackId - b.track.trackId);
    this.#pending = [];
    this.#sequence += 1;
    const mfhd = box('mfhd', Buffer.from([0, 0, 0, 0]), uint32(this.#sequence));
    const moofSize = 8 + mfhd.length + parts.reduce((sum, { traf }) => sum + traf.length, 0);
    let sampleAt = moofSize + 8;
    for (const { traf, track, samples } of parts) {
      place(traf, sampleAt, Math.round((offsets[track.kind] * track.timescale) / 1e6));
      sampleAt += samples.length;
    }
    const moof = box('moof', mfhd, ...parts.map(({ traf }) => traf));
    const mdat = box('mdat', ...parts.map(({ samples }) => samples));
    return { piece: 'fragment', bytes: Buffer.concat([moof, mdat]), ...this.#timeOf(parts, offsets) };
  }

  #timeOf(parts: readonly TrackFragment[], offsets: TrackOffsets): Pick<FragmentPiece, 'at' | 'ms' | 'key'> {
    const leading = parts.find(({ track }) => track.kind === 'video') ?? parts[0];
    if (!leading) return { at: this.#lastAt + 1, ms: 0, key: false };
    const { time, duration, track, key } = leading;
    const begin = (time / track.timescale) * 1000 + offsets[track.kind] / 1000;
    const end = Math.round(begin + (duration / track.timescale) * 1000);
    this.#lastAt = Math.max(this.#lastAt + 1, Math.round(begin));
    const hasPicture = this.#tracks.some(({ kind }) => kind === 'video');
    const isKey = track.kind === 'video' ? key : !hasPicture;
    return { at: this.#lastAt, ms: Math.max(0, end - this.#lastAt), key: isKey };
  }
}

/** @param mdat with its head; the track's samples are all of it */
function readFragment(moof: Buffer, trafBox: Box, mdat: Buffer, tracks: readonly Track[]): TrackFragment {
  const tfhd = readTfhd(moof, firstBox(moof, ['tfhd'], trafBox));
  const track = tracks.find(({ trackId }) => trackId === tfhd.trackId);
  if (!track) throw new RangeError(`no track ${tfhd.trackId}`);
  const run = readTrun(moof, firstBox(moof, ['trun'], trafBox), tfhd);
  const time = readTime(moof, firstBox(moof, ['tfdt'], trafBox));
  const traf = Buffer.from(moof.subarray(trafBox.at, trafBox.end));
  return { track, traf, samples: mdat.subarray(8), time, ...run };
}

interface TrackDefaults {
  trackId: number;
  duration: number;
  flags: number;
}

/** 8.8.7: which optional fields there are is in the flags. */
function readTfhd(moof: Buffer, { start }: Box): TrackDefaults {
  const flags = moof.readUIntBE(start + 1, 3);
  if (flags & 0x1) throw new RangeError('a fragment with absolute offsets');
  let at = start + 8 + (flags & 0x2 ? 4 : 0);
  const next = (flag: number) => {
    if (!(flags & flag)) return 0;
    at += 4;
    return moof.readUInt32BE(at - 4);
  };
  const duration = next(0x8);
  next(0x10);
  return { trackId: moof.readUInt32BE(start + 4), duration, flags: next(0x20) };
}

/** 8.8.8: how long its samples last together, and whether the first is a key frame. */
function readTrun(moof: Buffer, { start }: Box, defaults: TrackDefaults): { duration: number; key: boolean } {
  const flags = moof.readUIntBE(start + 1, 3);
  const count = moof.readUInt32BE(start + 4);
  let at = start + 8 + (flags & 0x1 ? 4 : 0);
  let firstFlags = defaults.flags;
  if (flags & 0x4) {
    firstFlags = moof.readUInt32BE(at);
    at += 4;
  }
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag);
  const flagsAt = fields.indexOf(0x400);
  if (flagsAt >= 0 && !(flags & 0x4)) firstFlags = moof.readUInt32BE(at + 4 * flagsAt);
  let duration = flags & 0x100 ? 0 : count * defaults.duration;
  for (let sample = 0; flags & 0x100 && sample < count; sample += 1) {
    duration += moof.readUInt32BE(at + sample * 4 * fields.length);
  }
  return { duration, key: (firstFlags & NOT_SYNC) === 0 };
}

/** Writes into a `traf` where its samples begin, counted from the `moof`, and by how many ticks it is later. */
function place(traf: Buffer, sampleAt: number, laterTicks: number): void {
  for (const inner of boxesIn(traf, 8)) {
    const { type, start } = inner;
    if (type === 'tfhd') traf.writeUIntBE(traf.readUIntBE(start + 1, 3) | DEFAULT_BASE_IS_MOOF, start + 1, 3);
    if (type === 'trun') traf.writeInt32BE(sampleAt, start + 8);
    if (type === 'tfdt' && !moveTime(traf, inner, laterTicks)) throw new RangeError('a time that is too long');
  }
}

function box(type: string, ...content: Buffer[]): Buffer {
  const size = content.reduce((sum, { length }) => sum + length, 8);
  return Buffer.concat([uint32(size), Buffer.from(type, 'latin1'), ...content]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
