import type { EndpointAudio } from '../leg-protocol.ts';
import type { RtpInput, RtpOutput } from '../protocol.ts';
import { countPassed } from './leg-branch.ts';
import type { LegMedium } from './leg-medium.ts';
import { audioCaps, decodeDescription, encodeDescription, endpointJitterMs, rawAudio } from './leg-rtp.ts';
import { elementOf } from './rtp.ts';
import { decoders, jitterMs, payloaderProperties } from './rtp-description.ts';

/** Milliseconds of silence after which the endpoint's sound counts as begun anew. */
const silenceMs = 3000;

const mixer = 'audiomixer force-live=true ignore-inactive-pads=true output-buffer-duration=20000000';

/**
 * The fixed part: mixers that are never without sound. So the endpoint and the server get a packet every 20 ms, each
 * continuing the last, through every stall and loss of the other side.
 */
export const audioSkeleton = [
  `${mixer} name=audio-in latency=30000000 min-upstream-latency=${endpointJitterMs}000000`,
  `! ${rawAudio} ! tee name=audio-from allow-not-linked=true`,
  `${mixer} name=audio-out latency=30000000 min-upstream-latency=${jitterMs}000000`,
  `! ${rawAudio} ! tee name=audio-to allow-not-linked=true`,
].join(' ');

/** The sound of the leg. The medium is the caller's to close. */
export class LegAudio {
  readonly #medium: LegMedium;
  readonly #onFlowing: () => void;
  #held = false;
  #decoded = 0;
  #decodedAt = Number.NEGATIVE_INFINITY;

  constructor(medium: LegMedium, onFlowing: () => void) {
    this.#medium = medium;
    this.#onFlowing = onFlowing;
  }

  connect(audio: EndpointAudio | undefined): void {
    if (audio === undefined) {
      this.#medium.disconnect();
      return;
    }
    const hears = audio.direction === 'sendrecv' || audio.direction === 'recvonly';
    const speaks = audio.direction === 'sendrecv' || audio.direction === 'sendonly';
    this.#medium.connect(audio.remote, {
      receive: hears ? { caps: audioCaps(audio), decode: decodeDescription(audio.codec) } : undefined,
      send: speaks ? (position) => encodeDescription(audio, position) : undefined,
    });
  }

  sendToServer(output: RtpOutput): number {
    const encoder = 'opusenc bitrate=48000 frame-size=20 inband-fec=true packet-loss-percentage=5';
    const encode = `queue name=in max-size-buffers=25 leaky=downstream ! ${encoder} ! rtpopuspay ${payloaderProperties(output)}`;
    return this.#medium.sendToServer(output, encode);
  }

  receiveFromServer(input: RtpInput): number {
    const decode = `${decoders.opus} ! audioconvert ! audioresample ! ${rawAudio} ! valve name=gate drop=${this.#held} ! identity name=out silent=true`;
    return this.#medium.receiveFromServer(input, decode);
  }

  hold(on: boolean): void {
    this.#held = on;
    const bin = this.#medium.receiveBin;
    if (bin !== undefined) elementOf(bin, 'gate').set_property('drop', on);
  }

  poll(now: number): void {
    this.#medium.endpoint.poll(now);
    const decoded = this.#medium.decode === undefined ? 0 : countPassed(this.#medium.decode, 'out');
    if (decoded > this.#decoded) {
      if (now - this.#decodedAt > silenceMs) this.#onFlowing();
      this.#decodedAt = now;
    }
    this.#decoded = decoded;
  }
}
