/** How loud 100 ms of a voice were, in dB of full scale. */
export interface Loudness {
  readonly rms: number;
  readonly peak: number;
}

/** Where the levelling of one voice stands; `startLevelling` is the beginning of each. */
export interface Levelling {
  /** What is to be added to the voice, within ±`rangeDb`. */
  readonly gainDb: number;
  /** Mean of the voice while it speaks; undefined before it has spoken. */
  readonly speechDb: number | undefined;
  /** What is heard while it does not: a fan, a street. */
  readonly noiseDb: number;
  /** How many measurements were speech, up to the number beyond which it does not matter. */
  readonly heard: number;
  /** Under way to another gain: small changes of the voice are left alone. */
  readonly moving: boolean;
}

export const startLevelling: Levelling = { gainDb: 0, speechDb: undefined, noiseDb: -52, heard: 0, moving: false };

/** Where all voices are to be, as the mean of their speech, and how far one may be raised or lowered. */
export const commonDb = -23;
const rangeDb = 12;

/** Speech is so much above the noise and at least this loud; below, nothing is learnt and nothing changes. */
const aboveNoiseDb = 10;
const faintestDb = -52;
/** Measurements before the first conclusion, and over how many the mean is taken: 0.5 s and 3 s of speech. */
const enough = 5;
const memory = 30;
/** dB per 100 ms of speech: nobody hears a movement as slow as this. A voice that is new is brought up faster. */
const fall = 0.4;
const rise = 0.15;
const riseAtFirst = 0.3;
/** Noise is learnt fast when it is less than thought, slowly (dB per 100 ms) when it is more: that might be speech. */
const noiseFall = 0.5;
const noiseRise = 0.05;
/** How far off the voice must be for the gain to begin to move, and how near it must have come for it to stop. */
const begins = 1.5;
const ends = 0.3;

/**
 * Brings a voice slowly to the loudness that all have. To be called for each 100 ms that were heard. The mean is one of
 * decibels, in which a cough or a blow on the table weighs little.
 */
export function level(before: Levelling, { rms }: Loudness): Levelling {
  const noiseDb = noiseAfter(before.noiseDb, rms);
  if (rms < Math.max(faintestDb, noiseDb + aboveNoiseDb)) return { ...before, noiseDb };
  const heard = Math.min(memory, before.heard + 1);
  const speechDb = before.speechDb === undefined ? rms : before.speechDb + (rms - before.speechDb) / heard;
  const wanted = Math.max(-rangeDb, Math.min(rangeDb, commonDb - speechDb));
  const off = wanted - before.gainDb;
  const moving = heard >= enough && Math.abs(off) > (before.moving ? ends : begins);
  const step = Math.max(-fall, Math.min(heard < memory ? riseAtFirst : rise, off));
  return { gainDb: moving ? before.gainDb + step : before.gainDb, speechDb, noiseDb, heard, moving };
}

function noiseAfter(before: number, rms: number): number {
  const heard = Math.max(-75, rms);
  return heard < before ? before + (heard - before) * noiseFall : Math.min(heard, before + noiseRise);
}
