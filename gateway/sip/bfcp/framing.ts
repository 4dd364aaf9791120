/** Cuts a TCP byte stream into BFCP messages by their payload length (RFC 8855 6.1). Pure. */
import { bounds } from './codec.ts';

export interface Framer {
  /** Whole messages, in order; `undefined` once the stream cannot be followed any further. */
  push(chunk: Buffer): Buffer[] | undefined;
}

export function createFramer(): Framer {
  let buffer = Buffer.alloc(0);
  let isBroken = false;
  return {
    push(chunk) {
      if (isBroken) return undefined;
      buffer = Buffer.concat([buffer, chunk]);
      const messages: Buffer[] = [];
      while (buffer.length >= 4) {
        // Nothing but version 1 goes over TCP (5.1): anything else is no BFCP, and its length means nothing.
        const length = bounds.header + buffer.readUInt16BE(2) * 4;
        isBroken = buffer.readUInt8(0) >> 5 !== 1 || length > bounds.header + bounds.payload;
        if (isBroken) buffer = Buffer.alloc(0);
        if (isBroken && messages.length === 0) return undefined;
        if (buffer.length < length) break;
        messages.push(Buffer.from(buffer.subarray(0, length)));
        buffer = buffer.subarray(length);
      }
      return messages;
    },
  };
}
