/** Long messages over UDP go in pieces (RFC 8855 6.2.3: the F bit, with offset and length in units of 4 octets). Pure. */
import { bounds, type Header, readHeader } from './codec.ts';

const fragmentHeader = bounds.header + 4;
/** Octets of one datagram: below what any path carries whole. */
const maxDatagram = 1_200;
/** Unfinished messages held at one time; the oldest gives way. */
const maxUnfinished = 4;

/** The datagrams that carry this message: itself, or its fragments in order. */
export function fragment(bytes: Buffer, max: number = maxDatagram): Buffer[] {
  if (bytes.length <= max) return [bytes];
  const payload = bytes.subarray(bounds.header);
  const step = Math.floor((max - fragmentHeader) / 4) * 4;
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < payload.length; offset += step) {
    const piece = payload.subarray(offset, offset + step);
    const header = Buffer.alloc(fragmentHeader);
    bytes.copy(header, 0, 0, bounds.header);
    header.writeUInt8(header.readUInt8(0) | 0x08, 0);
    header.writeUInt16BE(offset / 4, bounds.header);
    header.writeUInt16BE(piece.length / 4, bounds.header + 2);
    pieces.push(Buffer.concat([header, piece]));
  }
  return pieces;
}

interface Unfinished {
  key: string;
  /** The whole message, its header without the F bit. */
  bytes: Buffer;
  /** Which units of 4 octets are there. */
  present: Set<number>;
}

/** Puts fragments together, in whatever order and however often they come. */
export class Reassembler {
  #unfinished: Unfinished[] = [];

  /** The whole message, once it is whole; `undefined` while it is not, or if the datagram makes no sense. */
  push(datagram: Buffer): Buffer | undefined {
    const header = readHeader(datagram);
    if (!header?.fragmented) return datagram;
    if (datagram.length < fragmentHeader || header.payloadLength > bounds.payload) return undefined;
    const offset = datagram.readUInt16BE(bounds.header);
    const length = datagram.readUInt16BE(bounds.header + 2);
    const piece = datagram.subarray(fragmentHeader);
    if (piece.length !== length * 4 || offset * 4 + piece.length > header.payloadLength) return undefined;
    const whole = this.#entryFor(datagram, header);
    piece.copy(whole.bytes, bounds.header + offset * 4);
    for (let unit = offset; unit < offset + length; unit += 1) whole.present.add(unit);
    if (whole.present.size * 4 < header.payloadLength) return undefined;
    this.#unfinished = this.#unfinished.filter((entry) => entry !== whole);
    return whole.bytes;
  }

  #entryFor(datagram: Buffer, header: Header): Unfinished {
    const key = datagram.toString('hex', 0, bounds.header);
    const known = this.#unfinished.find((entry) => entry.key === key);
    if (known) return known;
    const bytes = Buffer.alloc(bounds.header + header.payloadLength);
    datagram.copy(bytes, 0, 0, bounds.header);
    bytes.writeUInt8(bytes.readUInt8(0) & ~0x08, 0);
    const entry = { key, bytes, present: new Set<number>() };
    this.#unfinished = [...this.#unfinished, entry].slice(-maxUnfinished);
    return entry;
  }
}
