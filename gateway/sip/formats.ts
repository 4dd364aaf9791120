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

/** opus before G.722 before PCMA before PCMU, whatever order the other end has them in. */
export function chooseAudio(section: MediaSection, allowed: readonly AudioCodec[]): ChosenAudio | undefined {
  const formats = rtpFormats(section);
  for (const codec of audioCodecs) {
    if (!allowed.includes(codec)) continue;
    const format = formats.find((one) => one.codec === codec.toLowerCase() && one.clockRate === clockRates[codec]);
    if (!format) continue;
    const events = formats.filter((one) => one.codec === 'telephone-event');
    const telephoneEvent = events.find((event) => event.clockRate === format.clockRate) ?? events[0];
    return { codec, format, ...(telephoneEvent ? { telephoneEvent } : {}) };
  }
  return undefined;
}

/** Constrained Baseline, Baseline or Main in mode 1 before mode 0; High only where nothing else is there. */
export function chooseVideo(section: MediaSection): RtpFormat | undefined {
  const usable = rtpFormats(section).flatMap((format) => {
    const preference = format.codec === 'h264' && format.clockRate === 90_000 ? preferenceOf(format) : undefined;
    return preference === undefined ? [] : [{ format, preference }];
  });
  return usable.toSorted((a, b) => a.preference - b.preference)[0]?.format;
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
    payloadType: format.payloadType,
    receivePayloadType,
    clockRate: format.clockRate,
    fmtp: format.fmtp,
  };
}

export function negotiatedAudio(stream: Stream, { codec, format, telephoneEvent }: ChosenAudio): NegotiatedAudio {
  const events = telephoneEvent ? { telephoneEvent: telephoneEvent.payloadType } : {};
  return { kind: 'audio', codec, ...streamOf(stream, format), channels: codec === 'opus' ? 2 : 1, ...events };
}

export function negotiatedVideo(stream: Stream, format: RtpFormat, sessionBandwidth: Bandwidth): NegotiatedVideo {
  const limits = limitsOf(format);
  const { as, tias } = { ...sessionBandwidth, ...stream.section.bandwidth };
  const told = [as, tias].filter((rate) => rate !== undefined);
  return {
    kind: 'video',
    codec: 'H264',
    ...streamOf(stream, format),
    profileLevelId: format.fmtp['profile-level-id'] ?? '42000a',
    packetizationMode: format.fmtp['packetization-mode'] === '1' ? 1 : 0,
    limits,
    maxBitrate: Math.min(limits.maxBitrate, ...told),
    feedback: {
      pli: offersFeedback(stream.section, format, 'nack pli'),
      fir: offersFeedback(stream.section, format, 'ccm fir'),
    },
  };
}

/** RFC 4585 §4.2: `*` stands for every payload type. */
export function offersFeedback(section: MediaSection, { payloadType }: RtpFormat, kind: string): boolean {
  return section.attributes.some(
    ({ name, value }) => name === 'rtcp-fb' && [`* ${kind}`, `${payloadType} ${kind}`].includes(value ?? ''),
  );
}
