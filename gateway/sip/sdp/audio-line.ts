/** The line that carries sound, in offer and answer. */
import {
  type AudioCodec,
  audioCodecs,
  type LocalAudio,
  type LocalMedia,
  type NegotiatedAudio,
  type NegotiatedStream,
} from './media.ts';
import { type Answered, answerRtp, freeNumbers, type RemoteLine, readRtp } from './rtp-line.ts';
import { type Attribute, attributeOf, type MediaSection, type RtpFormat, rtpFormats } from './sdp.ts';

/** Clock rates by RFC 3551 §6 and RFC 7587 §7. */
const clockRates: Record<AudioCodec, number> = { opus: 48_000, G722: 8_000, PCMA: 8_000, PCMU: 8_000 };

/** Static ones by RFC 3551 §6. */
const payloadTypes: Record<AudioCodec, number> = { opus: 96, G722: 9, PCMA: 8, PCMU: 0 };
const telephoneEvents = [
  { payloadType: 101, clockRate: 8_000 },
  { payloadType: 102, clockRate: 48_000 },
];

interface Choice {
  codec: AudioCodec;
  format: RtpFormat;
  telephoneEvent?: RtpFormat;
}

/** Numbers that stand in this session keep their meaning (RFC 3264 §8.3.2). */
export function offerAudio(audio: LocalAudio, current?: NegotiatedAudio): Pick<MediaSection, 'formats' | 'attributes'> {
  const codecs = audioCodecs.filter((codec) => (audio.codecs ?? audioCodecs).includes(codec));
  const rates = new Set(codecs.map((codec) => clockRates[codec]));
  const free = freeNumbers([current?.receivePayloadType, current?.receiveTelephoneEvent]);
  const numbered = codecs.map((codec) => ({
    codec,
    payloadType: current?.codec === codec ? current.receivePayloadType : free(payloadTypes[codec]),
  }));
  const events = telephoneEvents
    .filter(({ clockRate }) => rates.has(clockRate))
    .map(({ clockRate, payloadType }) => ({
      clockRate,
      payloadType:
        (current?.telephoneEventClockRate === clockRate ? current.receiveTelephoneEvent : undefined) ??
        free(payloadType),
    }));
  return {
    formats: [...numbered, ...events].map(({ payloadType }) => String(payloadType)),
    attributes: [
      ...numbered.flatMap(({ payloadType, codec }) => audioFormat(payloadType, codec)),
      ...events.flatMap(({ payloadType, clockRate }) => eventFormat(payloadType, clockRate)),
      { name: 'ptime', value: '20' },
    ],
  };
}

/** Opus before G.722 before PCMA before PCMU, whatever order the other end has them in. */
export function answerAudio(
  line: RemoteLine,
  local: LocalMedia,
  current?: NegotiatedAudio,
): Answered<NegotiatedAudio> | undefined {
  const own = local.audio;
  const ours = audioCodecs.filter((codec) => (own?.codecs ?? audioCodecs).includes(codec));
  const choices = choicesIn(line.section);
  const choice = ours.flatMap((codec) => choices.find((one) => one.codec === codec) ?? [])[0];
  const rtp = own && choice && answerRtp(line, choice.format, own, local, current?.security);
  if (!rtp) return undefined;
  const { codec, format, telephoneEvent } = choice;
  const { kind, protocol } = line.section;
  const events = telephoneEvent ? [telephoneEvent] : [];
  const section = {
    kind,
    protocol,
    port: own.port,
    formats: [format, ...events].map(({ payloadType }) => String(payloadType)),
    bandwidth: {},
    attributes: [
      ...audioFormat(format.payloadType, codec),
      ...events.flatMap(({ payloadType, clockRate }) => eventFormat(payloadType, clockRate)),
      ...rtp.attributes,
    ],
  };
  return { section, agreed: negotiated(line, rtp.stream, choice, telephoneEvent?.payloadType) };
}

/** The first codec of the answer that we offered, as that is what the other end sends (RFC 3264 §6.1). */
export function readAudio(ours: MediaSection, line: RemoteLine, required: boolean): NegotiatedAudio | undefined {
  const own = choicesIn(ours);
  for (const choice of choicesIn(line.section)) {
    const matching = own.find(({ codec }) => codec === choice.codec);
    const stream = matching && readRtp(ours, line, choice.format, matching.format.payloadType, required);
    if (stream) return negotiated(line, stream, choice, matching.telephoneEvent?.payloadType);
  }
  return undefined;
}

function negotiated(
  { section }: RemoteLine,
  stream: NegotiatedStream,
  { codec, telephoneEvent }: Choice,
  receiveTelephoneEvent: number | undefined,
): NegotiatedAudio {
  return {
    kind: 'audio',
    codec,
    ...stream,
    channels: codec === 'opus' ? 2 : 1,
    ptime: ptimeOf(section),
    ...(telephoneEvent && {
      telephoneEvent: telephoneEvent.payloadType,
      receiveTelephoneEvent: receiveTelephoneEvent ?? telephoneEvent.payloadType,
      telephoneEventClockRate: telephoneEvent.clockRate,
    }),
  };
}

/** RFC 8866 §6.4: what is wished for, within what is borne. */
function ptimeOf({ attributes }: MediaSection): number {
  const read = (name: string, otherwise: number) =>
    Number.parseInt(attributeOf(attributes, name) ?? '', 10) || otherwise;
  return Math.min(60, Math.max(10, Math.min(read('ptime', 20), read('maxptime', 60))));
}

function choicesIn(section: MediaSection): Choice[] {
  const formats = rtpFormats(section);
  const events = formats.filter((format) => format.codec === 'telephone-event');
  return formats.flatMap((format) => {
    const codec = audioCodecs.find((one) => one.toLowerCase() === format.codec && clockRates[one] === format.clockRate);
    if (!codec) return [];
    // RFC 4733 §2.2: events run at the clock of the sound; devices that know only 8000 Hz are taken at their word.
    const telephoneEvent = events.find((event) => event.clockRate === format.clockRate) ?? events[0];
    return [{ codec, format, ...(telephoneEvent ? { telephoneEvent } : {}) }];
  });
}

function audioFormat(payloadType: number, codec: AudioCodec): Attribute[] {
  const channels = codec === 'opus' ? '/2' : '';
  const rtpmap = { name: 'rtpmap', value: `${payloadType} ${codec}/${clockRates[codec]}${channels}` };
  return codec === 'opus' ? [rtpmap, { name: 'fmtp', value: `${payloadType} useinbandfec=1` }] : [rtpmap];
}

function eventFormat(payloadType: number, clockRate: number): Attribute[] {
  return [
    { name: 'rtpmap', value: `${payloadType} telephone-event/${clockRate}` },
    { name: 'fmtp', value: `${payloadType} 0-15` },
  ];
}
