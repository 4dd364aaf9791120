import type { types } from 'mediasoup';

// In-band FEC and DTX are asked of browsers by the router's parameters (RFC 7587 6.1): they end up in the SDP answer.
const OPUS: types.RouterRtpCodecCapability = {
  kind: 'audio',
  mimeType: 'audio/opus',
  clockRate: 48_000,
  channels: 2,
  parameters: { useinbandfec: 1, usedtx: 1 },
};

const VP8: types.RouterRtpCodecCapability = { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 };

/** RFC 6184 8.1: constrained baseline is what every codec understands, main is what many prefer to send. */
function h264(profileLevelId: string): types.RouterRtpCodecCapability {
  return {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': profileLevelId, 'level-asymmetry-allowed': 1 },
  };
}

/** The codecs of every router, the preferred picture first: browsers send the first one they know. */
export function routerCodecs(videoCodec: 'vp8' | 'h264'): types.RouterRtpCodecCapability[] {
  const h264s = [h264('42e01f'), h264('4d001f')];
  return videoCodec === 'vp8' ? [OPUS, VP8, ...h264s] : [OPUS, ...h264s, VP8];
}
