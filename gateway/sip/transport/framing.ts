/** Cuts a TCP byte stream into SIP messages (RFC 3261 §18.3) and keep-alives (RFC 5626 §3.5.1). Pure: no socket, no clock. */
import { limits } from './wire.ts';

export type Frame =
  | { kind: 'message'; bytes: Buffer }
  /** A double CRLF between messages; the owner answers it with one CRLF. */
  | { kind: 'ping' }
  /** The stream cannot be followed any further. `bytes` is the head, if there was one, so that it can be answered. */
  | { kind: 'broken'; bytes: Buffer };

export interface Framer {
  push(chunk: Buffer): Frame[];
  /** Octets of an unfinished message that wait for the rest. */
  readonly pending: number;
}

const headEnd = Buffer.from('\r\n\r\n');

export function createFramer(): Framer {
  let buffer = Buffer.alloc(0);
  let blankLines = 0;
  let broken = false;

  function takeBlankLine(frames: Frame[]): boolean {
    if (buffer.length < 2 || buffer[0] !== 0x0d || buffer[1] !== 0x0a) return false;
    buffer = buffer.subarray(2);
    blankLines += 1;
    if (blankLines === 2) {
      frames.push({ kind: 'ping' });
      blankLines = 0;
    }
    return true;
  }

  function breakOff(frames: Frame[], bytes: Buffer): false {
    frames.push({ kind: 'broken', bytes });
    broken = true;
    buffer = Buffer.alloc(0);
    return false;
  }

  function takeMessage(frames: Frame[]): boolean {
    if (buffer.length < 2) return false;
    blankLines = 0;
    const end = buffer.indexOf(headEnd);
    if (end > limits.head || (end < 0 && buffer.length > limits.head)) return breakOff(frames, Buffer.alloc(0));
    if (end < 0) return false;
    const length = contentLength(buffer.toString('latin1', 0, end + 2));
    const head = buffer.subarray(0, end + headEnd.length);
    if (length === undefined || length > limits.body) return breakOff(frames, head);
    if (buffer.length < head.length + length) return false;
    frames.push({ kind: 'message', bytes: buffer.subarray(0, head.length + length) });
    buffer = buffer.subarray(head.length + length);
    return true;
  }

  return {
    get pending() {
      return buffer.length;
    },
    push(chunk) {
      const frames: Frame[] = [];
      if (broken) return frames;
      buffer = Buffer.concat([buffer, chunk]);
      while (takeBlankLine(frames) || takeMessage(frames));
      return frames;
    },
  };
}

/** RFC 3261 §20.14: on a stream the header is required; without it the next message cannot be found. */
function contentLength(head: string): number | undefined {
  const values = [...head.matchAll(/^(?:Content-Length|l)[ \t]*:[ \t]*(.*?)[ \t]*\r$/gim)].map(
    (match) => match[1] ?? '',
  );
  const [value, other] = values;
  if (value === undefined || other !== undefined || !/^\d{1,9}$/.test(value)) return undefined;
  return Number(value);
}
