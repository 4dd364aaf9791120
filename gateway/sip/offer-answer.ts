/** Offer and answer (RFC 3264) for one sound and one picture stream. Pure: text and our own means in, text and result out. */
import {
  chooseAudio,
  chooseVideo,
  clockRates,
  firstAudio,
  firstVideo,
  negotiatedAudio,
  negotiatedVideo,
} from './formats.ts';
import { parseProfileLevel } from './h264.ts';
import { audioCodecs, type LocalMedia, type LocalVideo, type Negotiated, type NegotiatedLine } from './media.ts';
import {
  type Attribute,
  type Bandwidth,
  type Direction,
  directionOf,
  formatSdp,
  hasAttribute,
  type MediaSection,
  parseSdp,
  type RtpFormat,
  type SessionDescription,
} from './sdp.ts';

export type AnswerResult =
  | { ok: true; sdp: string; media: Negotiated }
  /** 400 for the first, 488 for the others (RFC 3261 §13.3.1.3). */
  | { ok: false; reason: 'unreadable' | 'nothingInCommon' | 'encryptionRequired' };

/** Our payload types. Static ones by RFC 3551 §6. */
const payloadTypes = { opus: 96, G722: 9, PCMA: 8, PCMU: 0 } as const;
const telephoneEvents = [
  { payloadType: 101, clockRate: 8_000 },
  { payloadType: 102, clockRate: 48_000 },
];
const h264PayloadTypes = [
  { payloadType: 97, mode: 1 },
  { payloadType: 98, mode: 0 },
];
const defaultProfileLevelId = '42e01f';
/** SRTP and DTLS profiles are refused until they are spoken. */
const profiles = ['RTP/AVP', 'RTP/AVPF'];

/** Our offer: sound first, then picture, each only where `local` has it. */
export function buildOffer(local: LocalMedia): string {
  const media: MediaSection[] = [];
  if (local.audio) media.push(offerAudio(local, local.audio));
  if (local.video) media.push(offerVideo(local, local.video));
  return formatSdp(sessionOf(local, media));
}

/** Our answer to an offer: a section for each of its own, in its order; what we do not take has port 0 (RFC 3264 §6). */
export function answerOffer(offer: string, local: LocalMedia): AnswerResult {
  const session = parseSdp(offer);
  if (!session) return { ok: false, reason: 'unreadable' };
  const media: Negotiated = { lines: session.media.map(lineOf) };
  const mains = [indexOfMain(session, 'audio'), indexOfMain(session, 'video')];
  const sections = session.media.map((section, index) => {
    const answered = mains.includes(index) ? answerSection(session, section, index, local, media) : undefined;
    return answered ?? { ...section, port: 0, bandwidth: {}, attributes: [], formats: section.formats.slice(0, 1) };
  });
  if (!media.audio && !media.video) return { ok: false, reason: 'nothingInCommon' };
  return { ok: true, sdp: formatSdp(sessionOf(local, sections)), media };
}

/** What was agreed on, from our own offer and the answer to it. `undefined` if the answer does not fit the offer. */
export function readAnswer(offer: string, answer: string): Negotiated | undefined {
  const ours = parseSdp(offer);
  const theirs = parseSdp(answer);
  if (!ours || !theirs) return undefined;
  const media: Negotiated = { lines: theirs.media.map(lineOf) };
  for (const [index, own] of ours.media.entries()) {
    const section = theirs.media[index];
    if (!section || section.kind !== own.kind) return undefined; // RFC 3264 §6: same number, same order
    if (section.port === 0 || !profiles.includes(section.protocol)) continue;
    const rtcpMux = hasAttribute(own.attributes, 'rtcp-mux') && hasAttribute(section.attributes, 'rtcp-mux');
    const direction = meet(directionOf(own, ours), remoteDirection(theirs, section));
    const ip = section.connection ?? theirs.connection ?? '';
    const stream = { index, section, ip, rtcpMux, direction };
    if (section.kind === 'audio') {
      const chosen = firstAudio(section);
      const receivePayloadType = chosen && payloadTypes[chosen.codec];
      if (chosen && receivePayloadType !== undefined) {
        media.audio = negotiatedAudio({ ...stream, receivePayloadType }, chosen);
      }
    } else if (section.kind === 'video') {
      const format = firstVideo(section);
      const mode = format?.fmtp['packetization-mode'] === '1' ? 1 : 0;
      const receivePayloadType = h264PayloadTypes.find((one) => one.mode === mode)?.payloadType;
      if (format && receivePayloadType !== undefined) {
        media.video = negotiatedVideo({ ...stream, receivePayloadType }, format, theirs.bandwidth);
      }
    }
  }
  return media.audio || media.video ? media : undefined;
}

function lineOf({ kind, protocol, formats }: MediaSection): NegotiatedLine {
  return { kind, protocol, formats };
}

// ── our sections ────────────────────────────────────────────────────────────────────────────────────────────────────

function sessionOf(local: LocalMedia, media: MediaSection[]): SessionDescription {
  const family = local.address.includes(':') ? 'IP6' : 'IP4';
  return {
    origin: `rostrum 1 1 IN ${family} ${local.address}`, // the dialog writes its own
    name: '-',
    connection: local.address,
    bandwidth: {},
    attributes: [],
    media,
  };
}

function offerAudio(local: LocalMedia, audio: NonNullable<LocalMedia['audio']>): MediaSection {
  const codecs = audioCodecs.filter((codec) => (audio.codecs ?? audioCodecs).includes(codec));
  const rates = new Set(codecs.map((codec) => clockRates[codec]));
  const events = telephoneEvents.filter(({ clockRate }) => rates.has(clockRate));
  const attributes = codecs.flatMap((codec) => audioFormat(payloadTypes[codec], codec));
  for (const { payloadType, clockRate } of events) attributes.push(...eventFormat(payloadType, clockRate));
  return {
    kind: 'audio',
    port: audio.port,
    protocol: 'RTP/AVP',
    formats: [...codecs.map((codec) => payloadTypes[codec]), ...events.map((event) => event.payloadType)].map(String),
    bandwidth: {},
    attributes: [...attributes, { name: 'ptime', value: '20' }, ...transport(audio, local.rtcpMux === true)],
  };
}

function offerVideo(local: LocalMedia, video: LocalVideo): MediaSection {
  const profileLevelId = video.profileLevelId ?? defaultProfileLevelId;
  return {
    kind: 'video',
    port: video.port,
    protocol: 'RTP/AVP',
    formats: h264PayloadTypes.map(({ payloadType }) => String(payloadType)),
    bandwidth: bandwidthOf(video),
    attributes: [
      ...h264PayloadTypes.flatMap(({ payloadType, mode }) => videoFormat(payloadType, profileLevelId, mode)),
      { name: 'rtcp-fb', value: '* nack pli' },
      { name: 'rtcp-fb', value: '* ccm fir' },
      ...transport(video, local.rtcpMux === true),
    ],
  };
}

function answerSection(
  session: SessionDescription,
  section: MediaSection,
  index: number,
  local: LocalMedia,
  into: Negotiated,
): MediaSection | undefined {
  const own = section.kind === 'audio' ? local.audio : local.video;
  if (!own || section.port === 0 || !profiles.includes(section.protocol)) return undefined;
  const rtcpMux = local.rtcpMux === true && hasAttribute(section.attributes, 'rtcp-mux');
  const direction = meet(own.direction ?? 'sendrecv', remoteDirection(session, section));
  const ip = section.connection ?? session.connection ?? '';
  const stream = { index, section, ip, rtcpMux, direction };
  const common = transport({ ...own, direction }, rtcpMux);
  if (section.kind === 'audio') {
    const chosen = chooseAudio(section, local.audio?.codecs ?? audioCodecs);
    if (!chosen) return undefined;
    const { codec, format, telephoneEvent } = chosen;
    into.audio = negotiatedAudio({ ...stream, receivePayloadType: format.payloadType }, chosen);
    const attributes = audioFormat(format.payloadType, codec);
    if (telephoneEvent) attributes.push(...eventFormat(telephoneEvent.payloadType, telephoneEvent.clockRate));
    return answered(section, own.port, [format, telephoneEvent], [...attributes, ...common]);
  }
  const format = chooseVideo(section);
  if (!format) return undefined;
  into.video = negotiatedVideo({ ...stream, receivePayloadType: format.payloadType }, format, session.bandwidth);
  const { packetizationMode, feedback } = into.video;
  const attributes = videoFormat(format.payloadType, answeredLevel(format, local.video), packetizationMode);
  if (feedback.pli) attributes.push({ name: 'rtcp-fb', value: `${format.payloadType} nack pli` });
  if (feedback.fir) attributes.push({ name: 'rtcp-fb', value: `${format.payloadType} ccm fir` });
  return answered(section, own.port, [format], [...attributes, ...common], bandwidthOf(local.video));
}

function answered(
  { kind, protocol }: MediaSection,
  port: number,
  formats: readonly (RtpFormat | undefined)[],
  attributes: Attribute[],
  bandwidth: Bandwidth = {},
): MediaSection {
  const types = formats.flatMap((format) => (format ? [String(format.payloadType)] : []));
  return { kind, protocol, port, formats: types, attributes, bandwidth };
}

/**
 * RFC 6184 §8.2.2: the profile of the answer is the offer's; the level is ours where both may differ, else not above the offer's.
 */
function answeredLevel(format: RtpFormat, video: LocalVideo | undefined): string {
  const theirs = format.fmtp['profile-level-id'] ?? '42000a';
  const ours = video?.profileLevelId ?? defaultProfileLevelId;
  const [their, our] = [parseProfileLevel(theirs), parseProfileLevel(ours)];
  const mayDiffer = format.fmtp['level-asymmetry-allowed'] === '1';
  return mayDiffer || our.level <= their.level ? `${their.profileHex}${ours.slice(4)}` : theirs;
}

// ── attributes ──────────────────────────────────────────────────────────────────────────────────────────────────────

function audioFormat(payloadType: number, codec: keyof typeof payloadTypes): Attribute[] {
  const rtpmap = {
    name: 'rtpmap',
    value: `${payloadType} ${codec}/${clockRates[codec]}${codec === 'opus' ? '/2' : ''}`,
  };
  return codec === 'opus' ? [rtpmap, { name: 'fmtp', value: `${payloadType} useinbandfec=1` }] : [rtpmap];
}

function eventFormat(payloadType: number, clockRate: number): Attribute[] {
  return [
    { name: 'rtpmap', value: `${payloadType} telephone-event/${clockRate}` },
    { name: 'fmtp', value: `${payloadType} 0-15` },
  ];
}

function videoFormat(payloadType: number, profileLevelId: string, mode: number): Attribute[] {
  const parameters = `profile-level-id=${profileLevelId};packetization-mode=${mode};level-asymmetry-allowed=1`;
  return [
    { name: 'rtpmap', value: `${payloadType} H264/90000` },
    { name: 'fmtp', value: `${payloadType} ${parameters}` },
  ];
}

function transport(
  stream: { port: number; rtcpPort?: number | undefined; direction?: Direction | undefined },
  rtcpMux: boolean,
): Attribute[] {
  return [
    { name: 'rtcp', value: String(rtcpMux ? stream.port : (stream.rtcpPort ?? stream.port + 1)) },
    ...(rtcpMux ? [{ name: 'rtcp-mux' }] : []),
    { name: stream.direction ?? 'sendrecv' },
  ];
}

function bandwidthOf(video: LocalVideo | undefined): Bandwidth {
  return video?.maxBitrate === undefined ? {} : { as: video.maxBitrate, tias: video.maxBitrate };
}

// ── directions ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The other end's direction; an address of zeros is a hold from before RFC 3264 (§8.4): it does not listen. */
function remoteDirection(session: SessionDescription, section: MediaSection): Direction {
  const direction = directionOf(section, session);
  const address = section.connection ?? session.connection;
  if (address !== '0.0.0.0' && address !== '::') return direction;
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}

/** Ours after both sides had their say. */
function meet(ours: Direction, theirs: Direction): Direction {
  const sends = (direction: Direction) => direction === 'sendrecv' || direction === 'sendonly';
  const listens = (direction: Direction) => direction === 'sendrecv' || direction === 'recvonly';
  const send = sends(ours) && listens(theirs);
  const receive = listens(ours) && sends(theirs);
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** The section that carries people; slides (RFC 4796) are another matter. -1 if there is none. */
function indexOfMain(session: SessionDescription, kind: string): number {
  const isLive = (section: MediaSection) => section.kind === kind && section.port !== 0;
  const isMain = (section: MediaSection) =>
    !section.attributes.some(({ name, value }) => name === 'content' && /\b(?:slides|alt|sl)\b/.test(value ?? ''));
  const main = session.media.findIndex((section) => isLive(section) && isMain(section));
  return main >= 0 ? main : session.media.findIndex(isLive);
}
