/** What a stream begins with: a player needs it before any fragment. */
export interface InitPiece {
  piece: 'init';
  bytes: Buffer;
  /** RFC 6381. */
  codecs: string;
  width?: number;
  height?: number;
}

/** What can be played once the pieces before it are there. Times in ms of the part's media time. */
export interface FragmentPiece {
  piece: 'fragment';
  bytes: Buffer;
  at: number;
  ms: number;
  /** Begins with a key frame, or has no picture. */
  key: boolean;
}

export type Piece = InitPiece | FragmentPiece;

/** Tells the pieces of one part apart, whatever packets they come in. Throws `RangeError` where it is no such stream. */
export interface Pieces {
  push(bytes: Buffer): Piece[];
  /** What is complete now that nothing follows. */
  end(): Piece[];
}
