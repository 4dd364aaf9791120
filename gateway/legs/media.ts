import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Settings } from '../../server/config.ts';
import type { Encryption, Endpoint, LineCapacity } from '../../server/protocol/records.ts';
import { picturesOf } from '../../server/room/line-capacity.ts';
import type { ConnectEndpoint } from '../engine/leg-protocol.ts';
import {
  answerOffer,
  buildOffer,
  type LocalFloorControl,
  type LocalMedia,
  type Negotiated,
  type NegotiatedVideo,
  type Quirks,
  quirksOf,
  readAnswer,
  type SrtpSuite,
  withFloorOverTcp,
} from '../sip/index.ts';

/** The ports that are bound for one call, and what is said of them in SDP. */
export interface LegPorts {
  audioPort?: number | undefined;
  videoPort?: number | undefined;
  contentPort?: number | undefined;
  cameraPort?: number | undefined;
  floorControl?: LocalFloorControl | undefined;
  /** Of the certificate with which the engine speaks DTLS. */
  fingerprint?: string | undefined;
}

/** The composed picture is constrained baseline; a codec may send as much as level 3.1 carries. */
const VIDEO_BITS_PER_SECOND = 4_000_000;
/** Slides move little. */
const CONTENT_BITS_PER_SECOND = 2_000_000;
/** `a=label` of the slides: the floor points at it (RFC 4574, RFC 8856 §5.2). */
const CONTENT_LABEL = '12';
/** Octets of master key and salt (RFC 4568 §6.2, RFC 7714 §14.2). */
const KEY_OCTETS: Record<SrtpSuite, number> = {
  AEAD_AES_256_GCM: 44,
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
};

/**
 * Our side of a call's description (RFC 3264). Makes the keys with which this call's streams are protected.
 * @param line what is known of the endpoint's: it is asked to send no more than goes up there (RFC 3890)
 */
export function localMedia(
  address: string,
  ports: LegPorts,
  encryption: Encryption = 'preferred',
  line: LineCapacity = {},
): LocalMedia {
  const stream = (port: number) => ({ port, srtpKeys: freshKeys() });
  const { audioPort, videoPort, contentPort, cameraPort, floorControl, fingerprint } = ports;
  const codecs = ['H264', 'VP8', 'H265'] as const;
  const taken = picturesOf(line.upKbps, contentPort !== undefined);
  return {
    address,
    security: { policy: encryption, ...(fingerprint ? { fingerprint } : {}) },
    ...(audioPort ? { audio: stream(audioPort) } : {}),
    ...(videoPort
      ? { video: { ...stream(videoPort), codecs, maxBitrate: Math.min(VIDEO_BITS_PER_SECOND, taken.main * 1000) } }
      : {}),
    ...(contentPort && floorControl
      ? {
          content: {
            ...stream(contentPort),
            codecs,
            maxBitrate: Math.min(CONTENT_BITS_PER_SECOND, taken.content * 1000),
            label: CONTENT_LABEL,
          },
          floorControl,
        }
      : {}),
    ...(cameraPort ? { camera: stream(cameraPort) } : {}),
  };
}

function freshKeys(): Record<SrtpSuite, string> {
  const key = (suite: SrtpSuite) => randomBytes(KEY_OCTETS[suite]).toString('base64');
  return {
    AEAD_AES_256_GCM: key('AEAD_AES_256_GCM'),
    AES_CM_128_HMAC_SHA1_80: key('AES_CM_128_HMAC_SHA1_80'),
    AES_CM_128_HMAC_SHA1_32: key('AES_CM_128_HMAC_SHA1_32'),
  };
}

/** Where we are bound and what endpoints are told of it, for those of one family of addresses. */
export interface OwnAddress {
  bind: string;
  /** The bound one, or of several the first that is announced for media. */
  reachable: string;
}

/** @param peer address literal of the endpoint, where it is known: IPv6 endpoints are met on IPv6 where we have it */
export function ownAddress(
  { announcedAddresses, sipHost, sipHost6 }: Pick<Settings, 'announcedAddresses' | 'sipHost' | 'sipHost6'>,
  peer = '',
): OwnAddress {
  const bind = isIPv6(peer) && sipHost6 !== undefined ? sipHost6 : sipHost;
  const isAny = bind === '0.0.0.0' || bind === '::';
  const announced = announcedAddresses.find((address) => isIPv6(address) === isIPv6(bind));
  return { bind, reachable: isAny ? (announced ?? (isIPv6(bind) ? '::1' : '127.0.0.1')) : bind };
}

/**
 * What was agreed on, in the engine's words.
 * @param rates what its pictures may take, by its line and by what it has asked for since (TMMBR)
 */
export function toEndpoint(
  { audio, video, content, camera }: Negotiated,
  rates = picturesOf(Infinity, true),
): ConnectEndpoint {
  return {
    ...(audio && {
      audio: {
        remote: remoteOf(audio),
        security: audio.security,
        codec: audio.codec,
        payloadType: audio.payloadType,
        receivePayloadType: audio.receivePayloadType,
        ...(audio.telephoneEvent === undefined
          ? {}
          : { dtmfPayloadType: audio.receiveTelephoneEvent ?? audio.telephoneEvent }),
        direction: audio.direction,
      },
    }),
    ...(video && { video: pictureOf(video, rates.main) }),
    ...(content && { content: pictureOf(content, rates.content) }),
    ...(camera && {
      camera: {
        remote: remoteOf(camera),
        security: camera.security,
        payloadType: camera.payloadType,
        receivePayloadType: camera.receivePayloadType,
        direction: camera.direction,
      },
    }),
  };
}

function pictureOf(video: NegotiatedVideo, limitKbps: number): NonNullable<ConnectEndpoint['video']> {
  const { security, codec, transcode, payloadType, receivePayloadType, packetizationMode } = video;
  return {
    remote: remoteOf(video),
    security,
    codec,
    transcode,
    payloadType,
    receivePayloadType,
    packetizationMode,
    ...(video.parameterSets ? { parameterSets: video.parameterSets } : {}),
    limits: { maxFs: video.limits.maxFs, maxMbps: video.limits.maxMbps },
    maxBitrateKbps: Math.max(1, Math.min(limitKbps, Math.floor(video.maxBitrate / 1000))),
    direction: video.direction,
  };
}

function remoteOf({ remote }: { remote: { ip: string; port: number; rtcpPort: number } }) {
  return { ip: remote.ip, port: remote.port, rtcpPort: remote.rtcpPort };
}

/** Where an endpoint shows slides: on a second line, if it can be told when there are any; else inside its one picture. */
export function slidesOf({ video, content, floorControl }: Negotiated): Endpoint['content'] {
  if (content && floorControl) return 'separate';
  return video ? 'inside' : 'none';
}

/** What the room is told of an endpoint: what this call can do. */
export function endpointOf(agreed: Negotiated, userAgent: string | undefined): Endpoint {
  const { audio, video, content, camera } = agreed;
  const streams = [audio, video, content].filter((stream) => stream !== undefined);
  return {
    ...(userAgent ? { userAgent: userAgent.slice(0, 200) } : {}),
    encrypted: streams.length > 0 && streams.every(({ security }) => security.kind !== 'none'),
    content: slidesOf(agreed),
    cameraControl: camera !== undefined,
    video: video !== undefined,
  };
}

/** One call's offers and answers. Pure but for remembering the offer that an answer is awaited for. */
export class Negotiation {
  readonly #local: LocalMedia;
  readonly #quirks: Quirks;
  #offered: string | undefined;
  #agreed: Negotiated | undefined;

  /** @param quirks of the endpoint, where it is known */
  constructor(local: LocalMedia, quirks: Quirks = quirksOf()) {
    this.#local = local;
    this.#quirks = quirks;
  }

  offer(): string {
    this.#offered = buildOffer(this.#local, this.#agreed, this.#quirks);
    return this.#offered;
  }

  /**
   * Floor control is offered over UDP. A second offer, over TCP, where the other end has refused that; `undefined` where it took it,
   * or was offered none. It may have refused the slides only for want of a floor: they are offered again.
   */
  offerOtherFloor(): string | undefined {
    const { floorControl } = this.#local;
    if (this.#offered === undefined || !this.#agreed || !floorControl) return undefined;
    const current = withFloorOverTcp(this.#agreed, floorControl);
    if (!current) return undefined;
    this.#offered = buildOffer(this.#local, current, this.#quirks);
    return this.#offered;
  }

  /** Our answer and what it agrees on; or why there is none. */
  answer(offer: string): ReturnType<typeof answerOffer> {
    const answered = answerOffer(offer, this.#local, this.#agreed);
    if (answered.ok) this.#agreed = answered.media;
    return answered;
  }

  /** What the remote's answer to our last offer agrees on. */
  accept(answer: string): Negotiated | undefined {
    const agreed = this.#offered === undefined ? undefined : readAnswer(this.#offered, answer, this.#local);
    if (agreed) this.#agreed = agreed;
    return agreed;
  }
}
