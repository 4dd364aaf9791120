import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { SrtpKey, SrtpSuite } from '../../leg-protocol.ts';
import { JobFailure } from '../job.ts';

/** GStreamer's words for the suites, and how long master key and salt are together (RFC 4568 6.2, RFC 7714 12). */
const suites: Record<SrtpSuite, { cipher: string; auth: string; rtcpAuth: string; bytes: number }> = {
  AES_CM_128_HMAC_SHA1_80: { cipher: 'aes-128-icm', auth: 'hmac-sha1-80', rtcpAuth: 'hmac-sha1-80', bytes: 30 },
  // SRTCP keeps the long tag (RFC 4568 6.2.2).
  AES_CM_128_HMAC_SHA1_32: { cipher: 'aes-128-icm', auth: 'hmac-sha1-32', rtcpAuth: 'hmac-sha1-80', bytes: 30 },
  AEAD_AES_256_GCM: { cipher: 'aes-256-gcm', auth: 'null', rtcpAuth: 'null', bytes: 44 },
};

/** Gives a `dtlssrtpdec` a key of SDES. */
export function keyDecoder(guard: Gst.Element, { suite, key }: SrtpKey): void {
  const { cipher, auth, rtcpAuth } = suites[suite];
  for (const [name, value] of [
    ['srtp-cipher', cipher],
    ['srtcp-cipher', cipher],
    ['srtp-auth', auth],
    ['srtcp-auth', rtcpAuth],
    ['key', keyBuffer(suite, key)],
  ] as const) {
    guard.set_property(name, value);
  }
}

/** Gives a `srtpenc` its key. */
export function keyEncoder(guard: Gst.Element, { suite, key }: SrtpKey): void {
  const { cipher, auth, rtcpAuth } = suites[suite];
  for (const [name, value] of [
    ['rtp-cipher', cipher],
    ['rtcp-cipher', cipher],
    ['rtp-auth', auth],
    ['rtcp-auth', rtcpAuth],
  ] as const) {
    Gst.util_set_object_arg(guard, name, value);
  }
  guard.set_property('key', keyBuffer(suite, key));
}

function keyBuffer(suite: SrtpSuite, key: string): Gst.Buffer {
  const bytes = GLib.base64_decode(key);
  if (bytes.length !== suites[suite].bytes) throw new JobFailure('badKey', `a key of ${suite} has another length`);
  return Gst.Buffer.new_wrapped_bytes(new GLib.Bytes(bytes));
}
