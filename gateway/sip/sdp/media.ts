/** What we can do in a call, and what was agreed on with the other end. Types shared by offer and answer. */
import type { Direction } from './sdp.ts';

/** In the order that we prefer. */
export const audioCodecs = ['opus', 'G722', 'PCMA', 'PCMU'] as const;
export type AudioCodec = (typeof audioCodecs)[number];

/** H.265 is only ever taken from an endpoint that has nothing else, never offered. */
export const videoCodecs = ['H264', 'VP8', 'H265'] as const;
export type VideoCodec = (typeof videoCodecs)[number];

/** RFC 4568 §6.2, RFC 7714 §14.2; in the order that we prefer. */
export const srtpSuites = ['AEAD_AES_256_GCM', 'AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const;
export type SrtpSuite = (typeof srtpSuites)[number];

/** `required`: a stream that cannot be encrypted is refused. `preferred`: encrypted where the other end can (RFC 8643). */
export type SecurityPolicy = 'required' | 'preferred' | 'off';

interface SrtpKey {
  suite: SrtpSuite;
  /** Base64 of master key and master salt, one after the other (RFC 4568 §6.1). */
  key: string;
}

/** How one RTP stream is protected. */
export type Security =
  | { kind: 'none' }
  /** `local` protects what we send, `remote` what we receive (RFC 4568 §5.1.1). */
  | { kind: 'sdes'; local: SrtpKey; remote: SrtpKey }
  /** `role` is ours: `active` begins the handshake (RFC 5763 §5). The fingerprint is that of their certificate. */
  | { kind: 'dtls'; role: 'active' | 'passive'; fingerprint: Fingerprint };

/** RFC 8122 §5. */
export interface Fingerprint {
  /** Lower case, e.g. `sha-256`. */
  hash: string;
  /** Pairs of upper-case hexadecimal digits between colons. */
  value: string;
}

export interface LocalStream {
  /** RTP port at `LocalMedia.address`. */
  port: number;
  /** Default: the next port (RFC 3550 §11). */
  rtcpPort?: number;
  /** Default sendrecv. */
  direction?: Direction;
  /** Our key for each suite that we speak on this stream; the same in every later offer and answer of the call. */
  srtpKeys?: Partial<Record<SrtpSuite, string>>;
}

export interface LocalAudio extends LocalStream {
  /** Default: all of `audioCodecs`. The order does not matter. */
  codecs?: readonly AudioCodec[];
}

export interface LocalVideo extends LocalStream {
  /** Default: H264 alone. VP8 and H265 are taken only where the other end has no H.264 that we take. */
  codecs?: readonly VideoCodec[];
  /** What we decode, six hexadecimal digits; default `42e01f`: Constrained Baseline, level 3.1, 1280×720 at 30 Hz. */
  profileLevelId?: string;
  /** What we want to receive at most, in bit/s: `b=`. */
  maxBitrate?: number;
}

/** A presentation beside the people (RFC 4796). */
export interface LocalContent extends LocalVideo {
  /** `a=label` (RFC 4574), which the floor points at. */
  label: string;
}

export type FloorTransport = 'udp' | 'tcp';

/** Who may present (RFC 8856). As floor control server we give out the three numbers. */
export interface LocalFloorControl {
  port: number;
  /** Of `port`, and what we offer. */
  transport: FloorTransport;
  /** Port of the other transport, for endpoints that ask for it; without it they are refused. */
  otherPort?: number;
  confId: number;
  userId: number;
  floorId: number;
}

export interface LocalMedia {
  /** Address literal for `c=`. */
  address: string;
  /** True if our ports can take RTP and RTCP together (RFC 5761); used where the other end can too. */
  rtcpMux?: boolean;
  /** Default: off. `fingerprint` is that of our DTLS certificate, `sha-256 AB:CD:…`; without it DTLS is not spoken. */
  security?: { policy: SecurityPolicy; fingerprint?: string };
  audio?: LocalAudio;
  video?: LocalVideo;
  content?: LocalContent;
  floorControl?: LocalFloorControl;
  /** Far-end camera control, H.224 over RTP (RFC 4573). */
  camera?: LocalStream;
}

export interface NegotiatedStream {
  /** Which `m=` line this is, from 0. */
  index: number;
  remote: { ip: string; port: number; rtcpPort: number; rtcpMux: boolean };
  /** Ours: `sendonly` means that we send and the other end listens. */
  direction: Direction;
  security: Security;
  /** In what we send: the other end's number. */
  payloadType: number;
  /** In what we receive: our number; nearly always the same. */
  receivePayloadType: number;
  /** RTP clock in Hz; 8000 for G.722, whatever it samples at (RFC 3551 §4.5.2). */
  clockRate: number;
  /** The other end's format parameters, names in lower case. */
  fmtp: Record<string, string>;
}

export interface NegotiatedAudio extends NegotiatedStream {
  kind: 'audio';
  codec: AudioCodec;
  /** As in a=rtpmap: 2 for opus (RFC 7587 §7), else 1. */
  channels: number;
  /** Milliseconds of sound per packet that the other end asks for; default 20 (RFC 8866 §6.4, RFC 3551 §4.5). */
  ptime: number;
  /** Payload type of telephone-event (RFC 4733), if the other end takes it: in what we send. */
  telephoneEvent?: number;
  /** The same in what we receive: our number; nearly always the same. */
  receiveTelephoneEvent?: number;
  /** Clock of the events in Hz; that of the sound but for devices that know only 8000. */
  telephoneEventClockRate?: number;
}

/** Bounds on what the other end decodes. */
export interface VideoLimits {
  /** Macroblocks (16×16) per frame. */
  maxFs: number;
  /** Macroblocks per second. */
  maxMbps: number;
  /** bit/s. */
  maxBitrate: number;
}

export interface NegotiatedVideo extends NegotiatedStream {
  kind: 'video';
  codec: VideoCodec;
  /** What we receive is nothing that browsers and the SFU take (H.264 High, H.265): the leg's engine turns it into H.264. */
  transcode: boolean;
  /** Of what the other end decodes. For VP8 and H.265: that of an H.264 stream of the same limits. */
  profileLevelId: string;
  /** In what we send: theirs (RFC 6184 §5.4); 1 for the other codecs. */
  packetizationMode: 0 | 1;
  /** In what we receive: what `receivePayloadType` stands for; nearly always the same. */
  receivePacketizationMode: 0 | 1;
  /** What the other end decodes at most. */
  limits: VideoLimits;
  /** bit/s that we may send: the least of `b=TIAS`, `b=AS` and the level's own bound. */
  maxBitrate: number;
  /** H.264 parameter sets that were given out of band, base64 (RFC 6184 §8.2.1, sprop-parameter-sets). */
  parameterSets?: string[];
  /** Our label of a presentation: what the floor points at (RFC 4574). */
  label?: string;
  /** What can be asked for by RTCP (RFC 4585 §6.3.1, RFC 5104 §4.3.1 and §4.2.1). */
  feedback: { pli: boolean; fir: boolean; tmmbr: boolean };
}

export interface NegotiatedFloorControl {
  index: number;
  remote: { ip: string; port: number };
  transport: FloorTransport;
  /** Ours (RFC 4145 §4): `active` connects, over UDP says the first word. */
  setup: 'active' | 'passive';
  /** Ours (RFC 8856 §5.1). */
  role: 'server' | 'client';
  confId: number;
  userId: number;
  floorId: number;
  /** The label of the stream that the floor stands for, as the server of the floor wrote it. */
  mstrm?: string;
}

export interface NegotiatedCamera extends NegotiatedStream {
  kind: 'camera';
}

/** One `m=` line of the session as it stands, refused ones too: a later offer keeps their number and order (RFC 3264 §8). */
export interface NegotiatedLine {
  kind: string;
  protocol: string;
  formats: string[];
}

/** A medium that is missing was refused, switched off, or never offered. */
export interface Negotiated {
  audio?: NegotiatedAudio;
  video?: NegotiatedVideo;
  content?: NegotiatedVideo;
  floorControl?: NegotiatedFloorControl;
  camera?: NegotiatedCamera;
  lines: NegotiatedLine[];
}
