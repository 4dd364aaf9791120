/** RTCP read and written by hand: what GStreamer's session leaves to others. Pure. */

/** Packet types (RFC 3550 12.1, RFC 4585 6.1). */
const receiverReport = 201;
const transportFeedback = 205;
/** Formats of transport layer feedback (RFC 5104 4.2). */
const tmmbr = 3;
const tmmbn = 4;

interface RtcpPacket {
  readonly type: number;
  /** Count or format: the five bits behind the padding flag. */
  readonly format: number;
  /** With its header. */
  readonly bytes: Uint8Array;
}

/** Whether a packet on a shared port is RTCP (RFC 5761 4). */
export function isRtcp(bytes: Uint8Array): boolean {
  const [first = 0, type = 0] = bytes;
  return bytes.length >= 8 && first >> 6 === 2 && type >= 192 && type <= 223;
}

/** The packets of a compound (RFC 3550 6.1); what does not fit its own length ends it. */
export function splitCompound(bytes: Uint8Array): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const rest = bytes.subarray(at);
    const length = 4 * (1 + read16(rest, 2));
    if ((rest[0] ?? 0) >> 6 !== 2 || length > rest.length) break;
    packets.push({ type: rest[1] ?? 0, format: (rest[0] ?? 0) & 31, bytes: rest.subarray(0, length) });
    at += length;
  }
  return packets;
}

/** A limit that an endpoint sets: `sender` asks that stream `target` stays below `bitsPerSecond`, headers included. */
export interface BitrateLimit {
  readonly sender: number;
  readonly target: number;
  readonly bitsPerSecond: number;
  /** Bytes of headers per packet that the sender counted. */
  readonly overhead: number;
}

/** Temporary maximum media stream bit rate requests (RFC 5104 4.2.1.1). */
export function readBitrateLimits(bytes: Uint8Array): BitrateLimit[] {
  const limits: BitrateLimit[] = [];
  for (const packet of splitCompound(bytes)) {
    if (packet.type !== transportFeedback || packet.format !== tmmbr || packet.bytes.length < 12) continue;
    const sender = read32(packet.bytes, 4);
    for (let at = 12; at + 8 <= packet.bytes.length; at += 8) {
      const tuple = read32(packet.bytes, at + 4);
      const bitsPerSecond = ((tuple >>> 9) & 0x1ffff) * 2 ** (tuple >>> 26);
      limits.push({ sender, target: read32(packet.bytes, at), bitsPerSecond, overhead: tuple & 0x1ff });
    }
  }
  return limits;
}

/**
 * The notification that a limit is heard (RFC 5104 4.2.2), behind an empty receiver report and our CNAME, without which
 * a compound is not complete (RFC 3550 6.1).
 */
export function writeBitrateNotice(own: number, cname: string, limit: BitrateLimit): Uint8Array {
  const name = new TextEncoder().encode(cname).slice(0, 255);
  // The item ends with at least one zero, and the chunk on a word (RFC 3550 6.5).
  const chunk = 4 * Math.ceil((4 + 2 + name.length + 1) / 4);
  const bytes = new Uint8Array(8 + 4 + chunk + 20);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header(0, receiverReport, 8));
  view.setUint32(4, own);
  view.setUint32(8, header(1, 202, 4 + chunk));
  view.setUint32(12, own);
  view.setUint8(16, 1);
  view.setUint8(17, name.length);
  bytes.set(name, 18);
  const at = 12 + chunk;
  view.setUint32(at, header(tmmbn, transportFeedback, 20));
  view.setUint32(at + 4, own);
  view.setUint32(at + 12, limit.sender);
  view.setUint32(at + 16, writeTuple(limit));
  return bytes;
}

function writeTuple({ bitsPerSecond, overhead }: BitrateLimit): number {
  let exponent = 0;
  while (bitsPerSecond / 2 ** exponent > 0x1ffff) exponent += 1;
  const mantissa = Math.floor(bitsPerSecond / 2 ** exponent);
  return exponent * 2 ** 26 + mantissa * 2 ** 9 + overhead;
}

function header(format: number, type: number, length: number): number {
  return ((0x80 | format) * 2 ** 24 + type * 2 ** 16 + length / 4 - 1) >>> 0;
}

function read16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function read32(bytes: Uint8Array, at: number): number {
  return read16(bytes, at) * 0x10000 + read16(bytes, at + 2);
}
