import { Mp4Pieces, type TrackOffsets } from './mp4-pieces.ts';
import { type PartOptions, PartWriter, type Written } from './part-writer.ts';
import type { Piece, Pieces } from './pieces.ts';
import { WebmPieces } from './webm-pieces.ts';

/** What the engine says of a part: see `partBegun`. */
export interface PartTimes {
  atMs: number;
  videoUs: number;
  audioUs: number;
}

/**
 * Writes a part as it is delivered, to its end. Resolves when it is finished in order; rejects with what broke it, and
 * then it is kept as far as it was written.
 * @param times resolve soon after the beginning; nothing is written before
 * @param onWritten after each fragment
 */
export async function takeIn(
  options: PartOptions,
  bytes: AsyncIterable<Buffer>,
  times: Promise<PartTimes>,
  onWritten: (written: Written) => void,
): Promise<Written> {
  const writer = new PartWriter(options);
  let known: PartTimes | undefined;
  const pieces = piecesOf(options, () => offsetsOf(known));
  const write = async (found: readonly Piece[]) => {
    for (const piece of found) {
      await writer.write(piece, known?.atMs ?? Date.now());
      if (piece.piece === 'fragment') onWritten(writer.written);
    }
  };
  try {
    for await (const some of bytes) {
      known ??= await times;
      await write(pieces.push(some));
    }
    await write(pieces.end());
    await writer.finish();
  } catch (error) {
    await writer.close();
    throw error;
  }
  return writer.written;
}

function piecesOf({ container }: PartOptions, offsets: () => TrackOffsets): Pieces {
  return container === 'mp4' ? new Mp4Pieces(offsets) : new WebmPieces();
}

function offsetsOf(times: PartTimes | undefined): TrackOffsets {
  return { video: times?.videoUs ?? 0, audio: times?.audioUs ?? 0 };
}
