import type { SoundFound } from '../../inspect-protocol.ts';
import { integratedLoudness, loudnessOf, loudnessRange } from './inspect-loudness.ts';
import { KWeighting } from './inspect-weighting.ts';

export const sampleRate = 48_000;
/** All that is kept of a sound, however long it is: so much of it at a time. */
const blockMs = 100;
const blockFrames = (sampleRate * blockMs) / 1000;
const mostBuckets = 4000;
/** What is quieter by so much than the whole is not speech; nor is what is quieter than that in any case. */
const silence = { belowLu: 20, lufs: -70 };
const shortestSilenceMs = 2000;

export type SoundMeasured = Omit<SoundFound, 'peaks'> & { readonly peaks: Uint8Array };

/** Measures a sound as it comes, by its place on a timeline that may have holes. Pure. */
export class SoundMeter {
  readonly #blocks: number;
  /** Of each block: sum of weighted squares over all channels, largest amount of a sample, frames. */
  readonly #energy: Float64Array;
  readonly #peak: Float32Array;
  readonly #frames: Uint16Array;
  #channels: KWeighting[] = [];
  #at = 0;

  constructor(durationMs: number) {
    this.#blocks = Math.max(1, Math.ceil(durationMs / blockMs));
    this.#energy = new Float64Array(this.#blocks);
    this.#peak = new Float32Array(this.#blocks);
    this.#frames = new Uint16Array(this.#blocks);
  }

  /** What comes next is of this time; small differences are a muxer's rounding. */
  seek(atMs: number): void {
    const at = Math.round((atMs * sampleRate) / 1000);
    if (Math.abs(at - this.#at) > blockFrames / 2) this.#at = at;
  }

  /** @param samples interleaved, full scale 1, at 48 kHz */
  push(samples: Float32Array, channels: number): void {
    if (this.#channels.length !== channels) this.#channels = Array.from({ length: channels }, () => new KWeighting());
    const frames = Math.floor(samples.length / channels);
    for (let done = 0; done < frames; ) {
      const block = Math.floor(this.#at / blockFrames);
      if (block >= this.#blocks) return;
      const next = Math.min(frames, done + (block + 1) * blockFrames - this.#at);
      this.#measure(block, samples, done * channels, next * channels);
      this.#at += next - done;
      done = next;
    }
  }

  result(): SoundMeasured {
    const power = Float64Array.from(this.#energy, (energy, block) => energy / Math.max(1, this.#frames[block] ?? 0));
    // A block that is not whole says nothing about its neighbours either.
    const whole = power.map((value, block) => (this.#frames[block] === blockFrames ? value : Number.NaN));
    const integrated = integratedLoudness(whole);
    const peak = this.#peak.reduce((a, b) => Math.max(a, b), 0);
    const perBucket = Math.ceil(this.#blocks / mostBuckets);
    return {
      bucketMs: perBucket * blockMs,
      peaks: this.#buckets(perBucket),
      integratedLufs: rounded(integrated),
      rangeLu: rounded(loudnessRange(whole)),
      peakDbfs: peak > 0 ? rounded(Math.min(0, 20 * Math.log10(peak))) : null,
      silences: silencesOf(power, integrated),
    };
  }

  #measure(block: number, samples: Float32Array, from: number, to: number): void {
    const channels = this.#channels.length;
    let peak = this.#peak[block] ?? 0;
    for (let at = from; at < to; at += 1) peak = Math.max(peak, Math.abs(samples[at] as number));
    this.#peak[block] = peak;
    for (const [index, channel] of this.#channels.entries()) {
      this.#energy[block] = (this.#energy[block] ?? 0) + channel.energyOf(samples, from + index, to, channels);
    }
    this.#frames[block] = (this.#frames[block] ?? 0) + (to - from) / channels;
  }

  #buckets(perBucket: number): Uint8Array {
    return Uint8Array.from({ length: Math.ceil(this.#blocks / perBucket) }, (_, bucket) => {
      const peaks = this.#peak.subarray(bucket * perBucket, (bucket + 1) * perBucket);
      return Math.min(255, Math.round(255 * peaks.reduce((a, b) => Math.max(a, b), 0)));
    });
  }
}

function silencesOf(power: Float64Array, integrated: number | null): SoundFound['silences'] {
  const limit = integrated === null ? silence.lufs : Math.max(silence.lufs, integrated - silence.belowLu);
  const silences: SoundFound['silences'] = [];
  let begun: number | undefined;
  for (let block = 0; block <= power.length; block += 1) {
    const isSilent = block < power.length && loudnessOf(power[block] ?? 0) < limit;
    if (isSilent) begun ??= block;
    else if (begun !== undefined) {
      const stretch = { fromMs: begun * blockMs, toMs: block * blockMs };
      if (stretch.toMs - stretch.fromMs >= shortestSilenceMs) silences.push(stretch);
      begun = undefined;
    }
  }
  return silences;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
