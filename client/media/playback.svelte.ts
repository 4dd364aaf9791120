/** An element whose sound can be sent to a chosen device (Audio Output Devices API; not in every browser). */
type Speaking = HTMLAudioElement & { setSinkId?: (deviceId: string) => Promise<void> };

/** One sound of the room, and what the centre adds to its loudness, in decibels. */
export interface Sound {
  readonly track: MediaStreamTrack;
  readonly gainDb: number;
}

interface Amplifier {
  readonly gain: GainNode;
  close(): void;
}

interface Voice {
  readonly element: Speaking;
  amplifier: Amplifier | null;
}

/**
 * The sounds of the room, each in a hidden element that this owns. Browsers forbid sound before the first click or key:
 * then `blocked` is true until `unblock` is called from one.
 */
export class Playback {
  blocked = $state(false);
  readonly #voices = new Map<MediaStreamTrack, Voice>();
  /** Made with the first sound that is to be louder than it comes. */
  #context: AudioContext | null = null;
  #speaker = '';

  /** Exactly these are heard from now on. */
  play(sounds: readonly Sound[]): void {
    const wanted = new Set(sounds.map(({ track }) => track));
    for (const [track, voice] of this.#voices) if (!wanted.has(track)) this.#remove(track, voice);
    for (const { track, gainDb } of sounds) this.#setGain(track, this.#voices.get(track) ?? this.#add(track), gainDb);
    if (this.#voices.size === 0) this.blocked = false;
  }

  /** @param deviceId empty for the system's own choice */
  setSpeaker(deviceId: string): void {
    this.#speaker = deviceId;
    for (const { element } of this.#voices.values()) void this.#route(element);
  }

  unblock(): void {
    this.blocked = false;
    void this.#context?.resume();
    for (const { element } of this.#voices.values()) void this.#start(element);
  }

  close(): void {
    this.play([]);
    void this.#context?.close();
    this.#context = null;
  }

  #add(track: MediaStreamTrack): Voice {
    const element: Speaking = hiddenElement(new MediaStream([track]));
    const voice: Voice = { element, amplifier: null };
    this.#voices.set(track, voice);
    void this.#route(element);
    void this.#start(element);
    return voice;
  }

  /**
   * An element makes a sound softer by itself. It cannot make it louder: only then does the sound go through an amplifier,
   * since browsers before Chromium 110 cancel no echo of what Web Audio has made.
   */
  #setGain(track: MediaStreamTrack, voice: Voice, gainDb: number): void {
    const factor = 10 ** (gainDb / 20);
    voice.element.volume = Math.min(1, factor);
    if (factor <= 1) {
      if (voice.amplifier) this.#speak(voice, new MediaStream([track]));
    } else if (voice.amplifier) voice.amplifier.gain.gain.value = factor;
    else this.#amplify(track, voice, factor);
  }

  #amplify(track: MediaStreamTrack, voice: Voice, factor: number): void {
    this.#context ??= new AudioContext();
    const stream = new MediaStream([track]);
    const source = this.#context.createMediaStreamSource(stream);
    const gain = new GainNode(this.#context, { gain: factor });
    const output = this.#context.createMediaStreamDestination();
    source.connect(gain).connect(output);
    // Chromium gives the sound of a connection to nobody unless an element takes it too: this one, which is silent.
    const feed = hiddenElement(stream);
    feed.muted = true;
    void this.#start(feed);
    const close = () => {
      source.disconnect();
      gain.disconnect();
      removeElement(feed);
    };
    this.#speak(voice, output.stream);
    voice.amplifier = { gain, close };
  }

  #speak(voice: Voice, stream: MediaStream): void {
    voice.amplifier?.close();
    voice.amplifier = null;
    voice.element.srcObject = stream;
    void this.#start(voice.element);
  }

  async #start(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // Anything else means that the element is gone already.
      if (error instanceof Error && error.name === 'NotAllowedError') this.blocked = true;
    }
  }

  async #route(element: Speaking): Promise<void> {
    // A device that is gone leaves the sound where it was.
    await element.setSinkId?.(this.#speaker).catch(() => undefined);
  }

  #remove(track: MediaStreamTrack, { element, amplifier }: Voice): void {
    amplifier?.close();
    removeElement(element);
    this.#voices.delete(track);
  }
}

function hiddenElement(stream: MediaStream): HTMLAudioElement {
  const element = document.createElement('audio');
  element.hidden = true;
  element.srcObject = stream;
  document.body.append(element);
  return element;
}

function removeElement(element: HTMLAudioElement): void {
  element.srcObject = null;
  element.remove();
}
