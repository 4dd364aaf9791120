const EVERY_MS = 66;
/** Below it nothing is heard: the least that RFC 6464 can say. */
const SILENCE = -127;
const FALL_DB = 3;

/** Loudness of these samples (−1…1) in dBov, −127…0, as RFC 6464 measures it. */
export function loudnessOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  if (sum === 0) return SILENCE;
  return Math.min(0, Math.max(SILENCE, 10 * Math.log10(sum / samples.length)));
}

/** Shows that a microphone hears. It owns its audio context and its copy of the track; its owner calls `close`. */
export class LevelMeter {
  /** In dBov, −127…0. */
  level = $state(SILENCE);
  /** Made with the first microphone: a page that captures may run it without waiting for a gesture. */
  #context: AudioContext | null = null;
  #analyser: AnalyserNode | null = null;
  readonly #samples = new Float32Array(1024);
  readonly #timer: ReturnType<typeof setInterval>;
  #source: MediaStreamAudioSourceNode | null = null;
  #track: MediaStreamTrack | null = null;

  constructor() {
    this.#timer = setInterval(() => this.#measure(), EVERY_MS);
    // Where a context may not run before the first gesture, it starts with it.
    document.addEventListener('pointerdown', this.#resume);
  }

  measure(track: MediaStreamTrack | null): void {
    this.#release();
    if (!track) return;
    // A copy, so that the meter moves while the microphone is muted towards the room.
    this.#track = track.clone();
    this.#track.enabled = true;
    this.#context ??= new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = this.#samples.length;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([this.#track]));
    this.#source.connect(this.#analyser);
    this.#resume();
  }

  close(): void {
    clearInterval(this.#timer);
    document.removeEventListener('pointerdown', this.#resume);
    this.#release();
    void this.#context?.close();
  }

  #measure(): void {
    if (!this.#source || !this.#analyser) return;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    // Falls slower than it rises, so that the eye can follow.
    this.level = Math.max(loudnessOf(this.#samples), this.level - FALL_DB);
  }

  #release(): void {
    this.#source?.disconnect();
    this.#track?.stop();
    this.#source = null;
    this.#track = null;
    this.level = SILENCE;
  }

  readonly #resume = (): void => {
    if (this.#context?.state === 'suspended') void this.#context.resume().catch(() => undefined);
  };
}
