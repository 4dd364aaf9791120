/** What a VP8 stream towards an endpoint may look like (RFC 7741 §6.1). */
import type { VideoLimits } from './media.ts';
import type { RtpFormat } from './sdp.ts';

/** 1280×720 at 30 Hz: what we decode, and what an endpoint that declares nothing is sent. */
const usual = { maxFs: 3_600, frameRate: 30 };

export const vp8Parameters = `max-fr=${usual.frameRate};max-fs=${usual.maxFs}`;

/** `max-fs` is in macroblocks. VP8 has no levels; nothing but `b=` bounds its bit rate, so the usual size's does. */
export function vp8Limits({ fmtp }: RtpFormat): VideoLimits {
  const said = (name: string, otherwise: number) => Number(/^\d{1,6}$/.exec(fmtp[name] ?? '')?.[0] ?? 0) || otherwise;
  const maxFs = said('max-fs', usual.maxFs);
  return { maxFs, maxMbps: maxFs * said('max-fr', usual.frameRate), maxBitrate: 10_000_000 };
}
