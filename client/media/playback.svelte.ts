/** An element whose sound can be sent to a chosen device (Audio Output Devices API; not in every browser). */
type Speaking = HTMLAudioElement & { setSinkId?: (deviceId: string) => Promise<void> };

/**
 * The sounds of the room, each in a hidden element that this owns. Browsers forbid sound before the first click or key:
 * then `blocked` is true until `unblock` is called from one.
 */
export class Playback {
  blocked = $state(false);
  readonly #elements = new Map<MediaStreamTrack, Speaking>();
  #speaker = '';

  /** Exactly these are heard from now on. */
  play(tracks: readonly MediaStreamTrack[]): void {
    const wanted = new Set(tracks);
    for (const [track, element] of this.#elements) if (!wanted.has(track)) this.#remove(track, element);
    for (const track of wanted) if (!this.#elements.has(track)) this.#add(track);
    if (this.#elements.size === 0) this.blocked = false;
  }

  /** @param deviceId empty for the system's own choice */
  setSpeaker(deviceId: string): void {
    this.#speaker = deviceId;
    for (const element of this.#elements.values()) void this.#route(element);
  }

  unblock(): void {
    this.blocked = false;
    for (const element of this.#elements.values()) void this.#start(element);
  }

  close(): void {
    this.play([]);
  }

  #add(track: MediaStreamTrack): void {
    const element: Speaking = document.createElement('audio');
    element.hidden = true;
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    this.#elements.set(track, element);
    void this.#route(element);
    void this.#start(element);
  }

  async #start(element: Speaking): Promise<void> {
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

  #remove(track: MediaStreamTrack, element: Speaking): void {
    element.srcObject = null;
    element.remove();
    this.#elements.delete(track);
  }
}
