import type { RtpCapabilitiesDictionary } from '../../server/protocol/media.ts';

/** What the gateway's participants send: the dictionaries that mediasoup's `produce` wants (RFC 7587, RFC 6184, RFC 7741). */
export const SENT_CODECS = {
  opus: { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } },
  H264: {
    mimeType: 'video/H264',
    payloadType: 102,
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
  VP8: { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {} },
} as const;
export type SentCodec = keyof typeof SENT_CODECS;

/** Key frames are asked for (RFC 4585 6.3.1, RFC 5104 4.3.1); lost packets are not sent again on loopback. */
export const VIDEO_FEEDBACK = [
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
];

/**
 * What the gateway's participants can receive: what the router has, without retransmission and header extensions.
 * @param only sound or pictures, where the participant takes no more
 */
export function receivable(router: RtpCapabilitiesDictionary, only?: 'audio' | 'video'): RtpCapabilitiesDictionary {
  const codecs = router.codecs.filter(
    ({ kind, mimeType }) =>
      typeof mimeType === 'string' && /\/(opus|vp8|h264)$/i.test(mimeType) && (only === undefined || kind === only),
  );
  return {
    codecs: codecs.map((c) => ({ ...c, rtcpFeedback: c.kind === 'video' ? VIDEO_FEEDBACK : [] })),
    headerExtensions: [],
  };
}
