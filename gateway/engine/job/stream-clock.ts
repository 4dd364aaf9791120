import type Gst from 'gi://Gst?version=1.0';
import type { StreamClock } from './lip-sync.ts';
import { elementOf, readProperty } from './rtp.ts';
import type { Source } from './sources.ts';

/** Running time in ns of the packet that passed last; −1 before the first. */
export function latestPts(bin: Gst.Bin): number {
  return latestPacket(bin)?.pts ?? -1;
}

/** How that packet's payload begins; undefined before the first. */
export function latestPayload(bin: Gst.Bin): Uint8Array | undefined {
  const buffer = latestPacket(bin);
  if (buffer === undefined) return undefined;
  const [first = 0] = buffer.extract_dup(0, 1);
  let at = 12 + 4 * (first & 15);
  if (first & 16) {
    // RFC 3550 5.3.1: an extension says its length in words.
    const [, , high = 0, low = 0] = buffer.extract_dup(at, 4);
    at += 4 + 4 * (high * 256 + low);
  }
  return buffer.extract_dup(at, 4);
}

function latestPacket(bin: Gst.Bin): Gst.Buffer | undefined {
  const sample = readProperty(elementOf(bin, 'latest'), 'last-sample') as Gst.Sample | null;
  return sample?.get_buffer();
}

/** Undefined until a packet and a sender report have come. */
export function readClock(bin: Gst.Bin, sources: readonly Source[], clockRate: number): StreamClock | undefined {
  const source = sources.find(({ internal, hasReport }) => hasReport && !internal);
  if (source === undefined) return undefined;
  const buffer = latestPacket(bin);
  if (buffer === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = buffer.extract_dup(4, 4);
  const rtp = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return { reportNtp: source.reportNtp, reportRtp: source.reportRtp, clockRate, rtp, pts: buffer.pts };
}
