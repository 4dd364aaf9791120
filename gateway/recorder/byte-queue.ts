/** Bytes that come in pieces and are taken in others. */
export class ByteQueue {
  #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** The first `count` bytes, or as many as there are; they stay. */
  peek(count: number): Buffer {
    if ((this.#pieces[0]?.length ?? 0) < count && this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return (this.#pieces[0] ?? Buffer.alloc(0)).subarray(0, count);
  }

  /** As many as there are at most. */
  take(count: number): Buffer {
    const taken = this.peek(count);
    const [first = taken] = this.#pieces;
    this.#length -= taken.length;
    if (taken.length === first.length) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(taken.length);
    return taken;
  }
}
