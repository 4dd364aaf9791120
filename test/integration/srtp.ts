/** SRTP and SRTCP (RFC 3711, RFC 7714) over Node's ciphers: an independent peer for the engine's own. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { SrtpKey, SrtpSuite } from '../../gateway/engine/leg-protocol.ts';

const sizes = {
  AES_CM_128_HMAC_SHA1_80: { key: 16, salt: 14, tag: 10, rtcpTag: 10 },
  AES_CM_128_HMAC_SHA1_32: { key: 16, salt: 14, tag: 4, rtcpTag: 10 },
  AEAD_AES_256_GCM: { key: 32, salt: 12, tag: 16, rtcpTag: 16 },
} as const;

export function randomSrtpKey(suite: SrtpSuite): SrtpKey {
  const { key, salt } = sizes[suite];
  return { suite, key: randomBytes(key + salt).toString('base64') };
}

/** One direction of one stream. */
export interface SrtpContext {
  protect(rtp: Buffer): Buffer;
  /** Undefined when authentication fails. */
  unprotect(srtp: Buffer): Buffer | undefined;
  protectRtcp(rtcp: Buffer): Buffer;
  unprotectRtcp(srtcp: Buffer): Buffer | undefined;
}

export function srtpContext({ suite, key }: SrtpKey): SrtpContext {
  const master = Buffer.from(key, 'base64');
  const size = sizes[suite];
  const derive = (label: number, length: number) =>
    deriveKey(master.subarray(0, size.key), master.subarray(size.key), label, length);
  const keys = (first: number) => ({
    key: derive(first, size.key),
    auth: derive(first + 1, 20),
    salt: derive(first + 2, size.salt),
  });
  const [rtp, rtcp] = [keys(0), keys(3)];
  const counter = rollOver();
  let index = 0;
  const gcm = suite === 'AEAD_AES_256_GCM';
  return {
    protect(packet) {
      const at = headerLength(packet);
      const roc = counter(packet.readUInt16BE(2));
      const [header, payload] = [packet.subarray(0, at), packet.subarray(at)];
      const vector = { salt: rtp.salt, ssrc: packet.readUInt32BE(8), roc, low: packet.readUInt16BE(2) };
      if (gcm) return Buffer.concat([header, seal(rtp.key, gcmVector(vector), header, payload)]);
      const body = Buffer.concat([header, icm(rtp.key, icmVector(vector), payload)]);
      return Buffer.concat([body, hmac(rtp.auth, body, roc).subarray(0, size.tag)]);
    },
    unprotect(packet) {
      const at = headerLength(packet);
      const roc = counter(packet.readUInt16BE(2));
      const header = packet.subarray(0, at);
      const vector = { salt: rtp.salt, ssrc: packet.readUInt32BE(8), roc, low: packet.readUInt16BE(2) };
      if (gcm) return joined(header, unseal(rtp.key, gcmVector(vector), header, packet.subarray(at)));
      const body = packet.subarray(0, packet.length - size.tag);
      const tag = packet.subarray(packet.length - size.tag);
      if (!hmac(rtp.auth, body, roc).subarray(0, size.tag).equals(tag)) return undefined;
      return Buffer.concat([header, icm(rtp.key, icmVector(vector), body.subarray(at))]);
    },
    protectRtcp(packet) {
      index += 1;
      const word = (index | 0x80000000) >>> 0;
      const trailer = Buffer.alloc(4);
      trailer.writeUInt32BE(word);
      const [header, payload] = [packet.subarray(0, 8), packet.subarray(8)];
      const vector = { salt: rtcp.salt, ssrc: packet.readUInt32BE(4), roc: index >>> 16, low: index & 0xffff };
      if (gcm) {
        const sealed = seal(rtcp.key, gcmVector(vector), Buffer.concat([header, trailer]), payload);
        return Buffer.concat([header, sealed, trailer]);
      }
      const body = Buffer.concat([header, icm(rtcp.key, icmVector(vector), payload), trailer]);
      return Buffer.concat([body, createHmac('sha1', rtcp.auth).update(body).digest().subarray(0, size.rtcpTag)]);
    },
    unprotectRtcp(packet) {
      const end = gcm ? packet.length : packet.length - size.rtcpTag;
      const trailer = packet.subarray(end - 4, end);
      const theirs = trailer.readUInt32BE() & 0x7fffffff;
      const header = packet.subarray(0, 8);
      const vector = { salt: rtcp.salt, ssrc: packet.readUInt32BE(4), roc: theirs >>> 16, low: theirs & 0xffff };
      if (gcm) {
        const extra = Buffer.concat([header, trailer]);
        return joined(header, unseal(rtcp.key, gcmVector(vector), extra, packet.subarray(8, end - 4)));
      }
      const body = packet.subarray(0, end);
      const tag = createHmac('sha1', rtcp.auth).update(body).digest().subarray(0, size.rtcpTag);
      if (!tag.equals(packet.subarray(end))) return undefined;
      return Buffer.concat([header, icm(rtcp.key, icmVector(vector), body.subarray(8, end - 4))]);
    },
  };
}

/** RFC 3711 4.3.1 and 4.3.3 with a key derivation rate of zero; RFC 7714 11 pads the salt of 12 bytes. */
function deriveKey(key: Buffer, salt: Buffer, label: number, length: number): Buffer {
  const vector = Buffer.alloc(16);
  salt.copy(vector);
  vector[7] = (vector[7] ?? 0) ^ label;
  return icm(key, vector, Buffer.alloc(length));
}

interface Vector {
  salt: Buffer;
  ssrc: number;
  /** The upper 32 and the lower 16 bits of the packet's index. */
  roc: number;
  low: number;
}

/** RFC 3711 4.1.1. */
function icmVector({ salt, ssrc, roc, low }: Vector): Buffer {
  const vector = Buffer.alloc(16);
  vector.writeUInt32BE(ssrc, 4);
  vector.writeUInt32BE(roc, 8);
  vector.writeUInt16BE(low, 12);
  for (const [at, byte] of salt.entries()) vector[at] = (vector[at] ?? 0) ^ byte;
  return vector;
}

/** RFC 7714 8.1. */
function gcmVector({ salt, ssrc, roc, low }: Vector): Buffer {
  const vector = Buffer.alloc(12);
  vector.writeUInt32BE(ssrc, 2);
  vector.writeUInt32BE(roc, 6);
  vector.writeUInt16BE(low, 10);
  for (const [at, byte] of salt.entries()) vector[at] = (vector[at] ?? 0) ^ byte;
  return vector;
}

function icm(key: Buffer, vector: Buffer, bytes: Buffer): Buffer {
  return createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, vector).update(bytes);
}

function seal(key: Buffer, vector: Buffer, extra: Buffer, bytes: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, vector).setAAD(extra);
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Buffer, vector: Buffer, extra: Buffer, bytes: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, vector).setAAD(extra);
  decipher.setAuthTag(bytes.subarray(bytes.length - 16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - 16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function joined(header: Buffer, payload: Buffer | undefined): Buffer | undefined {
  return payload && Buffer.concat([header, payload]);
}

/** RFC 3711 4.2: the tag covers the roll-over counter too. */
function hmac(key: Buffer, body: Buffer, roc: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(roc);
  return createHmac('sha1', key).update(body).update(counter).digest();
}

/** Counts how often the sequence number of one stream has come round (RFC 3711 3.3.1). */
function rollOver(): (sequence: number) => number {
  let roc = 0;
  let last: number | undefined;
  return (sequence) => {
    if (last !== undefined && last - sequence > 0x8000) roc += 1;
    const back = last !== undefined && sequence - last > 0x8000;
    if (!back) last = sequence;
    return back ? Math.max(0, roc - 1) : roc;
  };
}

function headerLength(packet: Buffer): number {
  const first = packet[0] ?? 0;
  const plain = 12 + 4 * (first & 15);
  return first & 0x10 ? plain + 4 + 4 * packet.readUInt16BE(plain + 2) : plain;
}
