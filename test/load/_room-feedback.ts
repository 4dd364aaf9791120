/** What a browser says of what came down to it: transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01). */

export const SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';
export const WIDE_NUMBER = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

const EVERY_MS = 100;
/** Of the reference time, and of the deltas, ms. */
const REFERENCE_MS = 64;
const DELTA_MS = 0.25;
/** Seconds as 6.18 bits. */
const SEND_TIME_UNITS = 2 ** 18;
const SEND_TIME_MS = 64_000;
const SYMBOLS = 7;
const [MISSED, SMALL, LARGE] = [0, 1, 2];

interface Ids {
  sendTime: number;
  wideNumber: number;
}

/**
 * Reports ten times a second over a line that is never late: packets are said to have come as evenly as they were sent, by
 * the time of sending that each of them tells. Owns its timer.
 */
export class Feedback {
  readonly #ids: Ids;
  readonly #send: (rtcp: Buffer) => void;
  readonly #timer: NodeJS.Timeout;
  #came: { number: number; at: number }[] = [];
  #last: { number: number; at: number } | undefined;
  #next: number | undefined;
  #count = 0;

  constructor(ids: Ids, send: (rtcp: Buffer) => void) {
    this.#ids = ids;
    this.#send = send;
    this.#timer = setInterval(() => this.#report(), EVERY_MS);
  }

  heard(rtp: Buffer): void {
    const { sendTime, wideNumber } = this.#ids;
    let number: number | undefined;
    let time: number | undefined;
    for (const [id, at] of extensionsOf(rtp)) {
      if (id === wideNumber) number = rtp.readUInt16BE(at);
      if (id === sendTime) time = (rtp.readUIntBE(at, 3) * 1000) / SEND_TIME_UNITS;
    }
    if (number === undefined || time === undefined) return;
    const { number: lastNumber, at: lastAt } = this.#last ?? { number, at: time };
    this.#last = {
      number: lastNumber + wrapped(number - lastNumber, 2 ** 16),
      at: lastAt + wrapped(time - lastAt, SEND_TIME_MS),
    };
    this.#came.push(this.#last);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    const came = this.#came.toSorted((a, b) => a.number - b.number);
    this.#came = [];
    const [first] = came;
    if (!first) return;
    const base = Math.min(this.#next ?? first.number, first.number);
    this.#next = (came.at(-1)?.number ?? base) + 1;
    this.#send(feedbackOf(base, came, this.#count++ & 0xff));
  }
}

/** @param came by number; `base` is the first that is told of */
function feedbackOf(base: number, came: readonly { number: number; at: number }[], count: number): Buffer {
  const reference = Math.floor((came[0]?.at ?? 0) / REFERENCE_MS);
  const symbols: number[] = [];
  const deltas: Buffer[] = [];
  let before = reference * REFERENCE_MS;
  for (const { number, at } of came) {
    while (base + symbols.length < number) symbols.push(MISSED);
    const delta = Math.round((at - before) / DELTA_MS);
    before += delta * DELTA_MS;
    const isSmall = delta >= 0 && delta <= 0xff;
    symbols.push(isSmall ? SMALL : LARGE);
    deltas.push(isSmall ? Buffer.of(delta) : int16(delta));
  }
  const status = symbols.length;
  const chunks: Buffer[] = [];
  while (symbols.length > 0) {
    const some = symbols.splice(0, SYMBOLS);
    const packed = some.reduce((bits, symbol, place) => bits | (symbol << (2 * (SYMBOLS - 1 - place))), 0xc000);
    chunks.push(int16(packed));
  }
  const header = Buffer.alloc(20);
  header.writeUInt32BE(1, 4);
  header.writeUInt16BE(base & 0xffff, 12);
  header.writeUInt16BE(status, 14);
  header.writeUIntBE(reference & 0xffffff, 16, 3);
  header[19] = count;
  const body = Buffer.concat([header, ...chunks, ...deltas]);
  const packet = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
  packet[0] = 0x80 | 15;
  packet[1] = 205;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  return packet;
}

/** Of one octet each (RFC 8285 4.2): the number, and where the value begins. */
function* extensionsOf(rtp: Buffer): Generator<[id: number, at: number]> {
  const first = rtp[0] ?? 0;
  const at = 12 + 4 * (first & 15);
  if (!(first & 0x10) || rtp.readUInt16BE(at) !== 0xbede) return;
  const end = at + 4 + 4 * rtp.readUInt16BE(at + 2);
  for (let each = at + 4; each < end; ) {
    const head = rtp[each] ?? 0;
    if (head !== 0) yield [head >> 4, each + 1];
    each += head === 0 ? 1 : (head & 15) + 2;
  }
}

/** The shorter way round. */
function wrapped(difference: number, round: number): number {
  return difference - round * Math.round(difference / round);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}
