/** How a tone goes on within a sound, to find what the ear would: holes, clicks and drift. */

export interface ToneBlock {
  /** Where the block begins, in ms. */
  readonly at: number;
  /** In dB of full scale, a sine at full scale being 0. */
  readonly db: number;
  /** By how many radians it is off from where the block before it left. */
  readonly jump: number;
}

const rate = 48_000;
const blockMs = 10;

/** Blocks of 10 ms; `hertz` a multiple of 100. Samples are 16 bit at 48 kHz. */
export function toneTrack(samples: Int16Array, hertz: number): ToneBlock[] {
  const size = (rate * blockMs) / 1000;
  const blocks: ToneBlock[] = [];
  let before: number | undefined;
  for (let start = 0; start + size <= samples.length; start += size) {
    let [real, imaginary] = [0, 0];
    for (let index = 0; index < size; index++) {
      const angle = (2 * Math.PI * hertz * index) / rate;
      const sample = (samples[start + index] ?? 0) / 32_768;
      real += sample * Math.cos(angle);
      imaginary -= sample * Math.sin(angle);
    }
    const phase = Math.atan2(imaginary, real);
    const jump = before === undefined ? 0 : phase - before;
    blocks.push({
      at: (start / size) * blockMs,
      db: decibels((2 * Math.hypot(real, imaginary)) / size),
      jump: jump - 2 * Math.PI * Math.round(jump / 2 / Math.PI),
    });
    before = phase;
  }
  return blocks;
}

/** Blocks in which a tone that should have been as loud as `db` all the time was broken. */
export function broken(blocks: readonly ToneBlock[], db: number): ToneBlock[] {
  return blocks.filter((block) => Math.abs(block.db - db) > 1.5 || Math.abs(block.jump) > 0.15);
}

export function peakDb(samples: Int16Array): number {
  return decibels(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) / 32_768);
}

/** Loudness of what is not silence: the root mean square over blocks of 100 ms that are above −50 dB. */
export function speechDb(samples: Int16Array): number {
  const powers: number[] = [];
  for (let start = 0; start + 4800 <= samples.length; start += 4800) {
    const block = samples.subarray(start, start + 4800);
    powers.push(block.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / 4800);
  }
  const heard = powers.filter((power) => power > 1e-5);
  return 10 * Math.log10(heard.reduce((sum, power) => sum + power, 0) / Math.max(1, heard.length) || 1e-12);
}

export function decibels(share: number): number {
  return 20 * Math.log10(Math.max(1e-6, share));
}
