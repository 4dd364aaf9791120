/** A line that carries a picture, of people or a presentation, in offer and answer. */
import { answeredProfileLevel, limitsOf, parseProfileLevel } from './h264.ts';
import { h265Parameters } from './h265.ts';
import {
  type LocalContent,
  type LocalMedia,
  type LocalVideo,
  type NegotiatedVideo,
  type VideoCodec,
  videoCodecs,
} from './media.ts';
import { type Answered, answerRtp, freeNumbers, type RemoteLine, readRtp } from './rtp-line.ts';
import { type Attribute, attributeOf, type MediaSection } from './sdp.ts';
import { negotiatedVideo, packetizationModeOf, videoFormats } from './video-formats.ts';
import { vp8Parameters } from './vp8.ts';

const defaultProfileLevelId = '42e01f';

/** In the order that we prefer: packets of mode 1 carry pictures of any size. H.265 is offered only where it stands already. */
const offered: readonly { codec: VideoCodec; mode?: 0 | 1; payloadType: number }[] = [
  { codec: 'H264', mode: 1, payloadType: 97 },
  { codec: 'H264', mode: 0, payloadType: 98 },
  { codec: 'VP8', payloadType: 99 },
];

const codecsOf = (own: LocalVideo): readonly VideoCodec[] => own.codecs ?? ['H264'];

/** Numbers that stand in this session keep their meaning (RFC 3264 §8.3.2). */
export function offerVideo(
  own: LocalVideo | LocalContent,
  current?: NegotiatedVideo,
): Pick<MediaSection, 'formats' | 'attributes' | 'bandwidth'> {
  const free = freeNumbers([current?.receivePayloadType]);
  const stands = (codec: VideoCodec, mode?: number) =>
    current?.codec === codec && (mode === undefined || mode === current.receivePacketizationMode);
  const formats = [...offered, ...(stands('H265') ? [{ codec: 'H265' as const, payloadType: 0 }] : [])]
    .filter(({ codec }) => codecsOf(own).includes(codec))
    .map(({ codec, mode, payloadType }) => ({
      codec,
      mode,
      payloadType: stands(codec, mode) && current ? current.receivePayloadType : free(payloadType),
    }));
  return {
    formats: formats.map(({ payloadType }) => String(payloadType)),
    bandwidth: bandwidthOf(own),
    attributes: [
      ...formats.flatMap(({ codec, mode, payloadType }) =>
        videoFormat(payloadType, codec, parametersOffered(own, codec, mode, stands(codec, mode) ? current : undefined)),
      ),
      { name: 'rtcp-fb', value: '* nack pli' },
      { name: 'rtcp-fb', value: '* ccm fir' },
      { name: 'rtcp-fb', value: '* ccm tmmbr' },
      ...('label' in own ? contentAttributes('slides', current?.label ?? own.label) : []),
    ],
  };
}

function parametersOffered(own: LocalVideo, codec: VideoCodec, mode = 1, current?: NegotiatedVideo): string {
  if (codec === 'VP8') return vp8Parameters;
  if (codec === 'H265') return h265Parameters({ fmtp: current?.fmtp ?? {} });
  const ours = own.profileLevelId ?? defaultProfileLevelId;
  // An endpoint that has nothing but High keeps it.
  const profileHex = current ? parseProfileLevel(current.profileLevelId).profileHex : ours.slice(0, 4);
  const { maxMbps, maxFs } = limitsOf({ fmtp: { 'profile-level-id': ours } });
  // What the level says already (RFC 6184 §8.1 allows it to be said): a Poly DMA refuses a picture without max-fs.
  return `${h264Parameters(`${profileHex}${ours.slice(4)}`, mode)};max-mbps=${maxMbps};max-fs=${maxFs}`;
}

/** H.264 that browsers take in mode 1, then mode 0, then VP8, then what has to be transcoded. */
export function answerVideo(
  line: RemoteLine,
  own: LocalVideo | LocalContent,
  local: LocalMedia,
  current?: NegotiatedVideo,
): Answered<NegotiatedVideo> | undefined {
  const choice = videoFormats(line.section, codecsOf(own)).toSorted((a, b) => a.preference - b.preference)[0];
  const rtp = choice && answerRtp(line, choice.format, own, local, current?.security);
  if (!rtp) return undefined;
  const { codec, format } = choice;
  const agreed = negotiatedVideo(line, rtp.stream, choice);
  const feedback = Object.entries({ pli: 'nack pli', fir: 'ccm fir', tmmbr: 'ccm tmmbr' } as const).flatMap(
    ([kind, value]) =>
      agreed.feedback[kind as keyof typeof agreed.feedback]
        ? [{ name: 'rtcp-fb', value: `${format.payloadType} ${value}` }]
        : [],
  );
  const parameters: Record<VideoCodec, () => string> = {
    H264: () =>
      h264Parameters(
        answeredProfileLevel(format, own.profileLevelId ?? defaultProfileLevelId),
        agreed.packetizationMode,
      ),
    VP8: () => vp8Parameters,
    H265: () => h265Parameters(format),
  };
  const { kind, protocol } = line.section;
  const section = {
    kind,
    protocol,
    port: own.port,
    formats: [String(format.payloadType)],
    bandwidth: bandwidthOf(own),
    attributes: [
      ...videoFormat(format.payloadType, codec, parameters[codec]()),
      ...feedback,
      ...answeredContent(line.section, own),
      ...rtp.attributes,
    ],
  };
  return { section, agreed: labelled(agreed, section) };
}

function labelled(agreed: NegotiatedVideo, ours: MediaSection): NegotiatedVideo {
  const label = attributeOf(ours.attributes, 'label');
  return label === undefined ? agreed : { ...agreed, label };
}

/** The first codec of the answer that we offered (RFC 3264 §6.1). */
export function readVideo(ours: MediaSection, line: RemoteLine, required: boolean): NegotiatedVideo | undefined {
  const own = videoFormats(ours, videoCodecs);
  for (const { codec, format } of videoFormats(line.section, videoCodecs)) {
    const same = own.filter((one) => one.codec === codec);
    // Devices leave packetization-mode out and keep our number: then the number says which of ours they mean.
    const matching =
      same.find((one) => one.format.payloadType === format.payloadType) ??
      same.find((one) => packetizationModeOf(one.format) === packetizationModeOf(format)) ??
      same[0];
    const stream = matching && readRtp(ours, line, format, matching.format.payloadType, required);
    if (!stream) continue;
    const receivePacketizationMode = codec === 'H264' ? packetizationModeOf(matching.format) : 1;
    return labelled({ ...negotiatedVideo(line, stream, { codec, format }), receivePacketizationMode }, ours);
  }
  return undefined;
}

// ── attributes ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Label of a presentation: the other end's own where it has one, as devices hold on to theirs (RFC 4574, RFC 4796). */
function answeredContent({ attributes }: MediaSection, own: LocalVideo | LocalContent): Attribute[] {
  const label = attributeOf(attributes, 'label');
  const isLabel = label !== undefined && /^[\w.+-]{1,32}$/.test(label);
  if ('label' in own) return contentAttributes('slides', isLabel ? label : own.label);
  const saysMain = attributes.some(({ name, value }) => name === 'content' && value?.split(',').includes('main'));
  return [
    ...(saysMain ? [{ name: 'content', value: 'main' }] : []),
    ...(isLabel ? [{ name: 'label', value: label }] : []),
  ];
}

const contentAttributes = (content: string, label: string): Attribute[] => [
  { name: 'content', value: content },
  { name: 'label', value: label },
];

const h264Parameters = (profileLevelId: string, mode: number): string =>
  `profile-level-id=${profileLevelId};packetization-mode=${mode};level-asymmetry-allowed=1`;

function videoFormat(payloadType: number, codec: VideoCodec, parameters: string): Attribute[] {
  return [
    { name: 'rtpmap', value: `${payloadType} ${codec}/90000` },
    { name: 'fmtp', value: `${payloadType} ${parameters}` },
  ];
}

function bandwidthOf({ maxBitrate }: LocalVideo): MediaSection['bandwidth'] {
  return maxBitrate === undefined ? {} : { as: maxBitrate, tias: maxBitrate };
}
