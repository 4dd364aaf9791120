import type { Settings } from '../../server/config.ts';
import type { ConnectEndpoint } from '../engine/leg-protocol.ts';
import { answerOffer, buildOffer, type LocalMedia, type Negotiated, readAnswer } from '../sip/index.ts';

/** The ports that the engine has bound for one call, and what is said of them in SDP. */
export interface LegPorts {
  audioPort?: number | undefined;
  videoPort?: number | undefined;
}

/** The composed picture is constrained baseline; a codec may send as much as level 3.1 carries. */
const VIDEO_BITS_PER_SECOND = 4_000_000;

/** Our side of a call's description (RFC 3264). */
export function localMedia(settings: Pick<Settings, 'announcedAddresses' | 'sipHost'>, ports: LegPorts): LocalMedia {
  return {
    address: reachableAddress(settings),
    ...(ports.audioPort === undefined ? {} : { audio: { port: ports.audioPort } }),
    ...(ports.videoPort === undefined ? {} : { video: { port: ports.videoPort, maxBitrate: VIDEO_BITS_PER_SECOND } }),
  };
}

/** The address that endpoints are told: the bound one, or of several the first that is announced for media. */
export function reachableAddress({
  announcedAddresses,
  sipHost,
}: Pick<Settings, 'announcedAddresses' | 'sipHost'>): string {
  const wildcard = sipHost === '0.0.0.0' || sipHost === '::';
  return wildcard ? (announcedAddresses[0] ?? '127.0.0.1') : sipHost;
}

/** What was agreed on, in the engine's words. */
export function toEndpoint({ audio, video }: Negotiated): ConnectEndpoint {
  return {
    ...(audio && {
      audio: {
        remote: { ip: audio.remote.ip, port: audio.remote.port, rtcpPort: audio.remote.rtcpPort },
        codec: audio.codec,
        payloadType: audio.payloadType,
        receivePayloadType: audio.receivePayloadType,
        ...(audio.telephoneEvent === undefined ? {} : { dtmfPayloadType: audio.telephoneEvent }),
        direction: audio.direction,
      },
    }),
    ...(video && {
      video: {
        remote: { ip: video.remote.ip, port: video.remote.port, rtcpPort: video.remote.rtcpPort },
        payloadType: video.payloadType,
        receivePayloadType: video.receivePayloadType,
        packetizationMode: video.packetizationMode,
        profileLevelId: video.profileLevelId,
        maxBitrateKbps: Math.max(1, Math.floor(video.maxBitrate / 1000)),
        direction: video.direction,
      },
    }),
  };
}

/**
 * One call's offers and answers. Pure but for remembering the offer that an answer is awaited for.
 */
export class Negotiation {
  readonly #local: LocalMedia;
  #offered: string | undefined;

  constructor(local: LocalMedia) {
    this.#local = local;
  }

  offer(): string {
    this.#offered = buildOffer(this.#local);
    return this.#offered;
  }

  /** Our answer and what it agrees on; undefined where nothing is in common or the offer cannot be read. */
  answer(offer: string): { sdp: string; media: Negotiated } | undefined {
    const answered = answerOffer(offer, this.#local);
    return answered.ok ? answered : undefined;
  }

  /** What the remote's answer to our last offer agrees on. */
  accept(answer: string): Negotiated | undefined {
    return this.#offered === undefined ? undefined : readAnswer(this.#offered, answer);
  }
}
