import type Gst from 'gi://Gst?version=1.0';
import type { EndpointAudio } from '../../leg-protocol.ts';
import type { RtpInput, RtpOutput } from '../../protocol.ts';
import { announceLevel } from '../audio-level.ts';
import { countPassed } from '../branch.ts';
import { packetTap } from '../packet-tap.ts';
import { elementOf } from '../rtp.ts';
import { opusDecoder, payloaderProperties } from '../rtp-description.ts';
import { levelledOpus, rawAudio, steadyMixer } from '../sound-description.ts';
import { LegDigits } from './leg-digits.ts';
import { LegLoop } from './leg-loop.ts';
import type { LegMedium } from './leg-medium.ts';
import { LegPrompt } from './leg-prompt.ts';
import { audioCaps, decodeDescription, encodeDescription, endpointJitterMs, serverJitterMs } from './leg-rtp.ts';

/** Milliseconds of silence after which the endpoint's sound counts as begun anew. */
const silenceMs = 3000;

/** Milliseconds of silence after which it is decoded anew: what makes up for losses would fill the whole of the pause. */
const pauseMs = 20_000;

/**
 * How the endpoint's sound is encoded. The highest complexity costs twice as much as this one, and at this rate nobody
 * hears it in speech. While its microphone is closed, little more than the level in each packet is of use; the packets are
 * no longer then, since the SFU makes a level of ten in 400 ms at least.
 */
const complexity = { open: 5, closed: 0 } as const;

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
  readonly loop: LegLoop;
  #held = false;
  #isOpen = true;
  #decoded = 0;
  #decodedAt = Number.NEGATIVE_INFINITY;

  constructor(medium: LegMedium, listener: AudioListener) {
    this.#medium = medium;
    this.#listener = listener;
    this.#digits = new LegDigits(medium.endpoint, (digit) => listener.onDigit(digit));
    this.prompt = new LegPrompt(medium.pipeline, medium.out, () => listener.onPlayed());
    this.loop = new LegLoop(medium);
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
    const encoder = 'name=encoder bitrate=48000 frame-size=20 inband-fec=true packet-loss-percentage=5';
    const opus = levelledOpus(encoder, payloaderProperties(output));
    return this.#medium.sendToServer(output, `identity name=in silent=true ! ${opus}`, (bin) => {
      announceLevel(bin);
      this.#applyComplexity(bin);
    });
  }

  receiveFromServer(input: RtpInput): number {
    const decode = `${packetTap} ! ${opusDecoder} ! ${rawAudio} ! valve name=gate drop=${this.#held} ! identity name=out silent=true`;
    return this.#medium.receiveFromServer(input, decode);
  }

  /** Whether anybody may hear the endpoint; whom others hear is not played back to himself. */
  setMicrophone(open: boolean): void {
    this.#isOpen = open;
    if (open) this.loop.stop();
    const bin = this.#medium.sendBin;
    if (bin !== undefined) this.#applyComplexity(bin);
  }

  hold(on: boolean): void {
    this.#held = on;
    if (on) this.loop.stop();
    for (const bin of [this.#medium.receiveBin, this.#medium.comingBin])
      if (bin !== undefined) elementOf(bin, 'gate').set_property('drop', on);
  }

  poll(now: number): void {
    this.#medium.endpoint.poll(now);
    this.#digits.poll();
    this.prompt.poll();
    this.#takeComing();
    this.#renewDecoder(now);
    const decoded = this.#medium.decode === undefined ? 0 : countPassed(this.#medium.decode, 'out');
    if (decoded > this.#decoded) {
      if (now - this.#decodedAt > silenceMs) this.#listener.onFlowing();
      this.#decodedAt = now;
    }
    this.#decoded = decoded;
  }

  /** The former sound is in the mixer, and plays on there, until the next one is. */
  #takeComing(): void {
    const coming = this.#medium.comingBin;
    if (coming !== undefined && countPassed(coming, 'out') > 0) this.#medium.takeComing({ shiftNs: 0 });
  }

  #applyComplexity(bin: Gst.Bin): void {
    elementOf(bin, 'encoder').set_property('complexity', this.#isOpen ? complexity.open : complexity.closed);
  }

  /** In two steps, so that no packet is under way in what is removed. */
  #renewDecoder(now: number): void {
    if (!this.#medium.isRead) {
      this.#medium.forgetDecoder();
      this.#medium.read();
    } else if (this.#decoded > 0 && now - this.#decodedAt > pauseMs) this.#medium.leaveUnread();
  }

  close(): void {
    this.prompt.stop();
    this.loop.stop();
    this.#digits.close();
  }
}
