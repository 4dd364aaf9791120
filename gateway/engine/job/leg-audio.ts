import type { EndpointAudio } from '../leg-protocol.ts';
import type { RtpInput, RtpOutput } from '../protocol.ts';
import { announceLevel } from './audio-level.ts';
import { countPassed } from './branch.ts';
import { LegDigits } from './leg-digits.ts';
import type { LegMedium } from './leg-medium.ts';
import { LegPrompt } from './leg-prompt.ts';
import { audioCaps, decodeDescription, encodeDescription, endpointJitterMs, serverJitterMs } from './leg-rtp.ts';
import { packetTap } from './packet-tap.ts';
import { elementOf } from './rtp.ts';
import { decoders, payloaderProperties } from './rtp-description.ts';
import { levelledOpus, rawAudio, steadyMixer } from './sound-description.ts';

/** Milliseconds of silence after which the endpoint's sound counts as begun anew. */
const silenceMs = 3000;

/** The fixed part: the endpoint and the server get a packet every 20 ms, whatever the other side does. */
export const audioMixers = ['audio-in', 'audio-out'];
export const audioSkeleton = [
  steadyMixer('audio-in', 'audio-from', endpointJitterMs),
  steadyMixer('audio-out', 'audio-to', serverJitterMs),
].join(' ');

export interface AudioListener {
  onFlowing(): void;
  /** Once for each press of a key. */
  onDigit(digit: string): void;
  onPlayed(): void;
}

/** The sound of the leg. The medium is the caller's to close, after `close`. */
export class LegAudio {
  readonly #medium: LegMedium;
  readonly #listener: AudioListener;
  readonly #digits: LegDigits;
  readonly prompt: LegPrompt;
  #held = false;
  #decoded = 0;
  #decodedAt = Number.NEGATIVE_INFINITY;

  constructor(medium: LegMedium, listener: AudioListener) {
    this.#medium = medium;
    this.#listener = listener;
    this.#digits = new LegDigits(medium.endpoint, (digit) => listener.onDigit(digit));
    this.prompt = new LegPrompt(medium.pipeline, medium.out, () => listener.onPlayed());
  }

  connect(audio: EndpointAudio | undefined): void {
    const hears = audio?.direction === 'sendrecv' || audio?.direction === 'recvonly';
    this.#digits.connect(hears ? audio.dtmfPayloadType : undefined);
    if (audio === undefined) {
      this.#medium.disconnect();
      return;
    }
    const speaks = audio.direction === 'sendrecv' || audio.direction === 'sendonly';
    this.#medium.connect(audio, {
      receive: hears ? { caps: audioCaps(audio), decode: decodeDescription(audio.codec) } : undefined,
      send: speaks ? (position) => encodeDescription(audio, position) : undefined,
    });
  }

  sendToServer(output: RtpOutput): number {
    // The highest complexity costs twice as much, and at this rate nobody hears it in speech.
    const encoder = 'bitrate=48000 frame-size=20 complexity=5 inband-fec=true packet-loss-percentage=5';
    const opus = levelledOpus(encoder, payloaderProperties(output));
    return this.#medium.sendToServer(
      output,
      `queue name=in max-size-buffers=25 leaky=downstream ! ${opus}`,
      announceLevel,
    );
  }

  receiveFromServer(input: RtpInput): number {
    const decode = `${packetTap} ! ${decoders.opus} ! audioconvert ! audioresample ! ${rawAudio} ! valve name=gate drop=${this.#held} ! identity name=out silent=true`;
    return this.#medium.receiveFromServer(input, decode);
  }

  hold(on: boolean): void {
    this.#held = on;
    const bin = this.#medium.receiveBin;
    if (bin !== undefined) elementOf(bin, 'gate').set_property('drop', on);
  }

  poll(now: number): void {
    this.#medium.endpoint.poll(now);
    this.#digits.poll();
    this.prompt.poll();
    const decoded = this.#medium.decode === undefined ? 0 : countPassed(this.#medium.decode, 'out');
    if (decoded > this.#decoded) {
      if (now - this.#decodedAt > silenceMs) this.#listener.onFlowing();
      this.#decodedAt = now;
    }
    this.#decoded = decoded;
  }

  close(): void {
    this.prompt.stop();
    this.#digits.close();
  }
}
