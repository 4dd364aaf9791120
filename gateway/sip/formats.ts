/** Which of the formats in an `m=` section we take, and what follows from it. */
import { limitsOf, preferenceOf } from './h264.ts';
import { type AudioCodec, audioCodecs, type NegotiatedAudio, type NegotiatedVideo } from './media.ts';
import { attributeOf, type Bandwidth, type Direction, type MediaSection, type RtpFormat, rtpFormats } from './sdp.ts';

/** Clock rates by RFC 3551 §6 and RFC 7587 §7. */
export const clockRates: Record<AudioCodec, number> = { opus: 48_000, G722: 8_000, PCMA: 8_000, PCMU: 8_000 };

export interface ChosenAudio {
  codec: AudioCodec;
  format: RtpFormat;
  telephoneEvent?: RtpFormat;
}

/** In an offer: opus before G.722 before PCMA before PCMU, whatever order the other end has them in. */
export function chooseAudio(section: MediaSection, allowed: readonly AudioCodec[]): ChosenAudio | undefined {
  const candidates = audioFormats(section);
  const ours = audioCodecs.filter((codec) => allowed.includes(codec));
  for (const codec of ours) {
    const chosen = candidates.find((candidate) => candidate.codec === codec);
    if (chosen) return chosen;
  }
  return undefined;
}

/** In an answer that leaves several: the first one, as that is what the other end sends (RFC 3264 §6.1). */
export function firstAudio(section: MediaSection): ChosenAudio | undefined {
  return audioFormats(section)[0];
}

function audioFormats(section: MediaSection): ChosenAudio[] {
  const formats = rtpFormats(section);
  const events = formats.filter((format) => format.codec === 'telephone-event');
  return formats.flatMap((format) => {
    const codec = audioCodecs.find((one) => one.toLowerCase() === format.codec && clockRates[one] === format.clockRate);
    if (!codec) return [];
    const telephoneEvent = events.find((event) => event.clockRate === format.clockRate) ?? events[0];
    return [{ codec, format, ...(telephoneEvent ? { telephoneEvent } : {}) }];
  });
}

/** In an offer: Constrained Baseline, Baseline or Main in mode 1 before mode 0; High only where nothing else is there. */
export function chooseVideo(section: MediaSection): RtpFormat | undefined {
  return videoFormats(section).toSorted((a, b) => a.preference - b.preference)[0]?.format;
}

/** In an answer: the first one. */
export function firstVideo(section: MediaSection): RtpFormat | undefined {
  return videoFormats(section)[0]?.format;
}

function videoFormats(section: MediaSection): { format: RtpFormat; preference: number }[] {
  return rtpFormats(section).flatMap((format) => {
    const preference = format.codec === 'h264' && format.clockRate === 90_000 ? preferenceOf(format) : undefined;
    return preference === undefined ? [] : [{ format, preference }];
  });
}

interface Stream {
  index: number;
  section: MediaSection;
  ip: string;
  direction: Direction;
  rtcpMux: boolean;
  receivePayloadType: number;
}

function streamOf({ index, section, ip, direction, rtcpMux, receivePayloadType }: Stream, format: RtpFormat) {
  const rtcp = Number(/^\d{1,5}/.exec(attributeOf(section.attributes, 'rtcp') ?? '')?.[0] ?? section.port + 1);
  return {
    index,
    remote: { ip, port: section.port, rtcpPort: rtcpMux ? section.port : rtcp, rtcpMux },
    direction,
    security: { kind: 'none' as const },
    payloadType: format.payloadType,
    receivePayloadType,
    clockRate: format.clockRate,
    fmtp: format.fmtp,
  };
}

export function negotiatedAudio(stream: Stream, { codec, format, telephoneEvent }: ChosenAudio): NegotiatedAudio {
  const events = telephoneEvent ? { telephoneEvent: telephoneEvent.payloadType } : {};
  const ptime = Number(attributeOf(stream.section.attributes, 'ptime')) || 20;
  return { kind: 'audio', codec, ...streamOf(stream, format), channels: codec === 'opus' ? 2 : 1, ptime, ...events };
}

export function negotiatedVideo(stream: Stream, format: RtpFormat, sessionBandwidth: Bandwidth): NegotiatedVideo {
  const limits = limitsOf(format);
  const { as, tias } = { ...sessionBandwidth, ...stream.section.bandwidth };
  const told = [as, tias].filter((rate) => rate !== undefined);
  return {
    kind: 'video',
    codec: 'H264',
    transcode: false,
    ...streamOf(stream, format),
    profileLevelId: format.fmtp['profile-level-id'] ?? '42000a',
    packetizationMode: format.fmtp['packetization-mode'] === '1' ? 1 : 0,
    limits,
    maxBitrate: Math.min(limits.maxBitrate, ...told),
    feedback: {
      pli: offersFeedback(stream.section, format, 'nack pli'),
      fir: offersFeedback(stream.section, format, 'ccm fir'),
      tmmbr: offersFeedback(stream.section, format, 'ccm tmmbr'),
    },
  };
}

/** RFC 4585 §4.2: `*` stands for every payload type. */
export function offersFeedback(section: MediaSection, { payloadType }: RtpFormat, kind: string): boolean {
  return section.attributes.some(
    ({ name, value }) => name === 'rtcp-fb' && [`* ${kind}`, `${payloadType} ${kind}`].includes(value ?? ''),
  );
}
