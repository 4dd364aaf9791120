const TONE_HZ = 1_000;
const QUIET_MS = 500;
const TONE_MS = 700;
/** What has not come back by then does not come. */
const WAIT_MS = 900;
const LOOK_EVERY_MS = 10;
/** A tone stands so far above what was there before it, and is never softer than this; dBFS. */
const RISE_DB = 10;
const SOFTEST_DB = -65;
const WINDOW = 1024;

export interface Loudness {
  /** Since the tone began; negative before it. */
  ms: number;
  /** Of the tone's own frequency, dBFS. */
  db: number;
}

/** Where a tone came back, how late and how loud; nothing where it did not. */
export function findTone(heard: readonly Loudness[]): { levelDb?: number; delayMs?: number } {
  const before = heard.filter(({ ms }) => ms < 0).map(({ db }) => db);
  const floor = Math.max(SOFTEST_DB, ...before.map((db) => db + RISE_DB));
  const above = heard.filter(({ ms, db }) => ms >= 0 && db >= floor);
  const [first] = above;
  if (!first) return {};
  const sorted = above.map(({ db }) => db).toSorted((a, b) => a - b);
  const levelDb = sorted[Math.floor(sorted.length / 2)] ?? first.db;
  return { levelDb: Math.min(0, Math.round(levelDb)), delayMs: Math.round(first.ms) };
}

/** How loud one frequency is, dBFS (Goertzel's algorithm; a full-scale sine is 0). */
export function loudnessAt(samples: ArrayLike<number>, hz: number, rate: number): number {
  const turn = (2 * Math.PI * hz) / rate;
  const twice = 2 * Math.cos(turn);
  let [one, two] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    const now = (samples[i] ?? 0) + twice * one - two;
    two = one;
    one = now;
  }
  const power = one * one + two * two - twice * one * two;
  const amplitude = (2 * Math.sqrt(Math.max(0, power))) / Math.max(1, samples.length);
  return 20 * Math.log10(Math.max(amplitude, 1e-7));
}

/**
 * Plays a tone through the loudspeaker and listens for it at the microphone: the loop of a room (REG-5). Rejects where the
 * microphone cannot be opened.
 */
export async function tryLoop(): Promise<{ levelDb?: number; delayMs?: number }> {
  // Whatever the browser does to make a call sound well would take the tone out.
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  const context = new AudioContext();
  try {
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = WINDOW;
    context.createMediaStreamSource(stream).connect(analyser);
    const begin = context.currentTime + QUIET_MS / 1000;
    playTone(context, begin);
    const heard: Loudness[] = [];
    const samples = new Float32Array(WINDOW);
    while (context.currentTime < begin + WAIT_MS / 1000) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      analyser.getFloatTimeDomainData(samples);
      heard.push({ ms: (context.currentTime - begin) * 1000, db: loudnessAt(samples, TONE_HZ, context.sampleRate) });
    }
    return findTone(heard);
  } finally {
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  }
}

function playTone(context: AudioContext, begin: number): void {
  const end = begin + TONE_MS / 1000;
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = TONE_HZ;
  tone.connect(gain).connect(context.destination);
  // A tone that starts or stops at once clicks.
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(0.3, begin + 0.01);
  gain.gain.setValueAtTime(0.3, end - 0.02);
  gain.gain.linearRampToValueAtTime(0, end);
  tone.start(begin);
  tone.stop(end);
}
