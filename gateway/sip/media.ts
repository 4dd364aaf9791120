/** What we can do in a call, and what was agreed on with the other end. Types shared by offer and answer. */
import type { H264Limits } from './h264.ts';
import type { Direction } from './sdp.ts';

/** In the order that we prefer. */
export const audioCodecs = ['opus', 'G722', 'PCMA', 'PCMU'] as const;
export type AudioCodec = (typeof audioCodecs)[number];

interface LocalStream {
  /** RTP port at `LocalMedia.address`. */
  port: number;
  /** Default: the next port (RFC 3550 §11). */
  rtcpPort?: number;
  /** Default sendrecv. */
  direction?: Direction;
}

export interface LocalAudio extends LocalStream {
  /** Default: all of `audioCodecs`. The order does not matter. */
  codecs?: readonly AudioCodec[];
}

export interface LocalVideo extends LocalStream {
  /** What we decode, six hexadecimal digits; default `42e01f`: Constrained Baseline, level 3.1, 1280×720 at 30 Hz. */
  profileLevelId?: string;
  /** What we want to receive at most, in bit/s: `b=`. */
  maxBitrate?: number;
}

export interface LocalMedia {
  /** Address literal for `c=`. */
  address: string;
  /** True if our ports can take RTP and RTCP together (RFC 5761); used where the other end can too. */
  rtcpMux?: boolean;
  audio?: LocalAudio;
  video?: LocalVideo;
}

interface NegotiatedStream {
  /** Which `m=` line this is, from 0. */
  index: number;
  remote: { ip: string; port: number; rtcpPort: number; rtcpMux: boolean };
  /** Ours: `sendonly` means that we send and the other end listens. */
  direction: Direction;
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
  /** Payload type of telephone-event (RFC 4733), if the other end takes it. */
  telephoneEvent?: number;
}

export interface NegotiatedVideo extends NegotiatedStream {
  kind: 'video';
  codec: 'H264';
  /** Of what the other end decodes. */
  profileLevelId: string;
  packetizationMode: 0 | 1;
  /** What the other end decodes at most. */
  limits: H264Limits;
  /** bit/s that we may send: the least of `b=TIAS`, `b=AS` and the level's own bound. */
  maxBitrate: number;
  /** Key frames can be asked for by RTCP (RFC 4585 §6.3.1, RFC 5104 §4.3.1). */
  feedback: { pli: boolean; fir: boolean };
}

/** A medium that is missing was refused, switched off, or never offered. */
export interface Negotiated {
  audio?: NegotiatedAudio;
  video?: NegotiatedVideo;
}
