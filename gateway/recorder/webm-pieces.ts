import { ByteQueue } from './byte-queue.ts';
import type { FragmentPiece, Piece, Pieces } from './pieces.ts';

// Names of elements, as RFC 9559 5.1 numbers them.
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const CODEC_ID = 0x86;
const VIDEO = 0xe0;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;

const CODECS: Record<string, string> = { V_VP8: 'vp8', A_OPUS: 'opus' };
/** What is shown last lasts about so long. */
const LAST_MS = 20;
const KEY_FRAME = 0x80;

interface Element {
  id: number;
  head: number;
  /** Nothing: until the next element of its kind (RFC 8794 6.2). */
  size: number | undefined;
}

interface Cluster {
  bytes: Buffer[];
  at: number;
  lastMs: number;
  key: boolean | undefined;
}

/** WebM as a live muxer writes it: a head, then clusters without an end of their own. */
export class WebmPieces implements Pieces {
  readonly #queue = new ByteQueue();
  #head: Buffer[] = [];
  #videoTrack: number | undefined;
  #found = { codecs: [] as string[], width: 0, height: 0 };
  #cluster: Cluster | undefined;
  #hasKey = false;
  #lastAt = -1;

  push(bytes: Buffer): Piece[] {
    this.#queue.push(bytes);
    const pieces: Piece[] = [];
    for (let element = this.#next(); element; element = this.#next()) pieces.push(...this.#take(element));
    return pieces;
  }

  end(): Piece[] {
    return this.#cluster ? [this.#finish(this.#cluster)] : [];
  }

  /** The head of a container that is looked into, or a whole element. */
  #next(): (Element & { bytes: Buffer }) | undefined {
    const element = readElement(this.#queue.peek(12));
    if (!element) return undefined;
    const isOpened = element.id === SEGMENT || element.id === CLUSTER;
    if (!isOpened && element.size === undefined) throw new RangeError('an element without an end');
    const length = element.head + (isOpened ? 0 : (element.size ?? 0));
    return this.#queue.length < length ? undefined : { ...element, bytes: this.#queue.take(length) };
  }

  #take({ id, head, bytes }: Element & { bytes: Buffer }): Piece[] {
    if (id === CLUSTER) return this.#begin(bytes);
    if (!this.#cluster) {
      if (id === TRACKS) this.#readTracks(bytes.subarray(head));
      this.#head.push(bytes);
      return [];
    }
    const content = bytes.subarray(head);
    if (id === SIMPLE_BLOCK && this.#isTooEarly(content)) return [];
    this.#cluster.bytes.push(bytes);
    if (id === TIMESTAMP) this.#cluster.at = readUnsigned(content);
    if (id === SIMPLE_BLOCK) this.#readBlock(this.#cluster, content);
    if (id === BLOCK_GROUP) {
      const block = childrenOf(content).find((child) => child.id === 0xa1);
      if (block) this.#readBlock(this.#cluster, block.content);
    }
    return [];
  }

  #begin(bytes: Buffer): Piece[] {
    const pieces: Piece[] = [];
    if (this.#cluster) pieces.push(this.#finish(this.#cluster));
    else {
      const { codecs, width, height } = this.#found;
      const size = width > 0 && height > 0 ? { width, height } : {};
      pieces.push({ piece: 'init', bytes: Buffer.concat(this.#head), codecs: codecs.join(','), ...size });
      this.#head = [];
    }
    this.#cluster = { bytes: [bytes], at: 0, lastMs: 0, key: undefined };
    return pieces;
  }

  #finish({ bytes, at, lastMs, key }: Cluster): FragmentPiece {
    this.#cluster = undefined;
    // Sound alone may come first: what follows is the picture's first key frame.
    const isKey = key ?? (this.#videoTrack === undefined || this.#lastAt < 0);
    this.#lastAt = Math.max(at, this.#lastAt + 1);
    return { piece: 'fragment', bytes: Buffer.concat(bytes), at: this.#lastAt, ms: lastMs + LAST_MS, key: isKey };
  }

  /** Pictures before the first key frame cannot be shown. */
  #isTooEarly(block: Buffer): boolean {
    const track = readNumber(block, true);
    if (this.#hasKey || !track || track.value !== this.#videoTrack) return false;
    this.#hasKey = ((block[track.length + 2] ?? 0) & KEY_FRAME) !== 0;
    return !this.#hasKey;
  }

  /** RFC 9559 10.1: number of the track, time in the cluster, flags. */
  #readBlock(cluster: Cluster, content: Buffer): void {
    const track = readNumber(content, true);
    if (!track || content.length < track.length + 3) return;
    cluster.lastMs = Math.max(cluster.lastMs, content.readInt16BE(track.length));
    if (track.value !== this.#videoTrack) return;
    cluster.key ??= ((content[track.length + 2] ?? 0) & KEY_FRAME) !== 0;
  }

  #readTracks(tracks: Buffer): void {
    for (const entry of childrenOf(tracks).filter(({ id }) => id === TRACK_ENTRY)) {
      const fields = childrenOf(entry.content);
      const find = (id: number) => fields.find((field) => field.id === id)?.content;
      const codec = find(CODEC_ID)?.toString('latin1').replace(/\0+$/, '') ?? '';
      this.#found.codecs.push(CODECS[codec] ?? codec);
      const video = find(VIDEO);
      if (!video) continue;
      this.#videoTrack = readUnsigned(find(TRACK_NUMBER) ?? Buffer.alloc(0));
      for (const { id, content } of childrenOf(video)) {
        if (id === PIXEL_WIDTH) this.#found.width = readUnsigned(content);
        if (id === PIXEL_HEIGHT) this.#found.height = readUnsigned(content);
      }
    }
  }
}

function childrenOf(bytes: Buffer): { id: number; content: Buffer }[] {
  const children: { id: number; content: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = readElement(bytes.subarray(at));
    if (!element || element.size === undefined) break;
    children.push({ id: element.id, content: bytes.subarray(at + element.head, at + element.head + element.size) });
    at += element.head + element.size;
  }
  return children;
}

function readElement(bytes: Buffer): Element | undefined {
  const id = readNumber(bytes, false);
  const size = id && readNumber(bytes.subarray(id.length), true);
  if (!id || !size) return undefined;
  // All ones: not known.
  const isUnknown = size.value === 2 ** (7 * size.length) - 1;
  return { id: id.value, head: id.length + size.length, size: isUnknown ? undefined : size.value };
}

/** RFC 8794 4: as many bytes as there are zeros before the first one; an id keeps that bit, a size does not. */
function readNumber(bytes: Buffer, isPlain: boolean): { value: number; length: number } | undefined {
  const [first] = bytes;
  if (first === undefined) return undefined;
  const length = Math.clz32(first) - 23;
  if (length > 8) throw new RangeError('no EBML');
  if (bytes.length < length) return undefined;
  let value = isPlain ? first & (0xff >> length) : first;
  for (let at = 1; at < length; at += 1) value = value * 256 + (bytes[at] ?? 0);
  return { value, length };
}

function readUnsigned(bytes: Buffer): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
