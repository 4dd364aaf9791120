/** What a picture format in an `m=` section means, whichever codec it is of. */
import { limitsOf, parameterSetsOf, parseProfileLevel, preferenceOf, profileLevelWithin } from './h264.ts';
import { h265Limits, h265ParameterSets, isUsableH265 } from './h265.ts';
import type { NegotiatedStream, NegotiatedVideo, VideoCodec, VideoLimits } from './media.ts';
import type { RemoteLine } from './rtp-line.ts';
import { type MediaSection, type RtpFormat, rtpFormats } from './sdp.ts';
import { vp8Limits } from './vp8.ts';

export interface VideoFormat {
  codec: VideoCodec;
  format: RtpFormat;
  /** Smaller is better. */
  preference: number;
}

/** Those that we could take, in the order of the section. */
export function videoFormats(section: MediaSection, codecs: readonly VideoCodec[]): VideoFormat[] {
  return rtpFormats(section).flatMap((format) => {
    const codec = codecs.find((one) => one.toLowerCase() === format.codec && format.clockRate === 90_000);
    const preference = codec && preferences[codec](format);
    return codec && preference !== undefined ? [{ codec, format, preference }] : [];
  });
}

/** H.264 that is passed on untouched, VP8, then what has to be transcoded: H.264 High (see `h264.ts`), H.265. */
const preferences: Record<VideoCodec, (format: RtpFormat) => number | undefined> = {
  H264: preferenceOf,
  VP8: () => 10,
  H265: (format) => (isUsableH265(format) ? 30 : undefined),
};

export function negotiatedVideo(
  line: RemoteLine,
  stream: NegotiatedStream,
  { codec, format }: Pick<VideoFormat, 'codec' | 'format'>,
): NegotiatedVideo {
  const declared = declarations[codec](format);
  const { attributes, bandwidth } = line.section;
  const limits = withinImageSize(declared.limits, imageSizes(attributes, format.payloadType));
  const told = [bandwidth.as, bandwidth.tias, line.sessionBandwidth.as, line.sessionBandwidth.tias];
  return {
    kind: 'video',
    codec,
    transcode: declared.transcode,
    ...stream,
    profileLevelId: declared.profileLevelId,
    packetizationMode: declared.packetizationMode,
    receivePacketizationMode: declared.packetizationMode,
    limits,
    maxBitrate: Math.min(limits.maxBitrate, ...told.filter((rate) => rate !== undefined && rate > 0).map(Number)),
    ...(declared.parameterSets.length > 0 ? { parameterSets: declared.parameterSets } : {}),
    feedback: {
      pli: offersFeedback(line.section, format, 'nack pli'),
      fir: offersFeedback(line.section, format, 'ccm fir'),
      tmmbr: offersFeedback(line.section, format, 'ccm tmmbr'),
    },
  };
}

type Declared = Pick<NegotiatedVideo, 'limits' | 'profileLevelId' | 'packetizationMode' | 'transcode'> & {
  parameterSets: string[];
};

const declarations: Record<VideoCodec, (format: RtpFormat) => Declared> = {
  H264: (format) => {
    const { profile, profileHex, levelHex } = parseProfileLevel(format.fmtp['profile-level-id']);
    return {
      limits: limitsOf(format),
      profileLevelId: `${profileHex}${levelHex}`,
      packetizationMode: packetizationModeOf(format),
      transcode: profile === 'high',
      parameterSets: parameterSetsOf(format),
    };
  },
  VP8: (format) => ({ ...unlike(vp8Limits(format)), transcode: false, parameterSets: [] }),
  H265: (format) => ({ ...unlike(h265Limits(format)), transcode: true, parameterSets: h265ParameterSets(format) }),
};

/** RFC 6184 §8.1: 0 where nothing is said. */
export const packetizationModeOf = ({ fmtp }: RtpFormat): 0 | 1 => (fmtp['packetization-mode'] === '1' ? 1 : 0);

function unlike(limits: VideoLimits): Pick<Declared, 'limits' | 'profileLevelId' | 'packetizationMode'> {
  return { limits, profileLevelId: profileLevelWithin(limits), packetizationMode: 1 };
}

/** RFC 6236 §3.1: sizes that the other end can receive, in macroblocks; empty where it does not say. */
function imageSizes(attributes: MediaSection['attributes'], payloadType: number): number[] {
  return attributes.flatMap(({ name, value = '' }) => {
    const [about] = value.split(/\s/, 1);
    if (name !== 'imageattr' || (about !== '*' && about !== String(payloadType))) return [];
    const received = value.split(/\b(?=(?:recv|send)\s)/i).filter((part) => /^recv/i.test(part));
    return [...received.join().matchAll(/\[x=(\[[\d:,]*\]|\d+),y=(\[[\d:,]*\]|\d+)/g)].map(
      ([, x = '', y = '']) => Math.ceil(greatest(x) / 16) * Math.ceil(greatest(y) / 16),
    );
  });
}

/** Of `640`, `[320,640]` or `[320:16:640]`. */
const greatest = (range: string): number => Math.max(0, ...(range.match(/\d{1,5}/g) ?? []).map(Number));

function withinImageSize(limits: VideoLimits, sizes: readonly number[]): VideoLimits {
  const largest = Math.max(0, ...sizes);
  return largest > 0 ? { ...limits, maxFs: Math.min(limits.maxFs, largest) } : limits;
}

/** RFC 4585 §4.2: `*` stands for every payload type; some devices name several kinds in one line. */
function offersFeedback(section: MediaSection, { payloadType }: RtpFormat, kind: string): boolean {
  const [group = '', parameter = ''] = kind.split(' ');
  return section.attributes.some(({ name, value = '' }) => {
    if (name !== 'rtcp-fb') return false;
    const [about, said, ...parameters] = value.split(/\s+/);
    return (about === '*' || about === String(payloadType)) && said === group && parameters.includes(parameter);
  });
}
