import { recall, remember } from '../ui/remembered.ts';
import { type CaptureProblem, openBoth, openCamera, openMicrophone, openScreen, problemOf } from './capture.ts';
import { LOCAL_SOURCES, type LocalSource } from './sources.ts';

export type DeviceKind = 'camera' | 'microphone' | 'speaker';
export interface DeviceChoice {
  readonly deviceId: string;
  /** Empty until the person has allowed a camera or microphone. */
  readonly label: string;
}

const KINDS: Readonly<Record<MediaDeviceKind, DeviceKind>> = {
  videoinput: 'camera',
  audioinput: 'microphone',
  audiooutput: 'speaker',
};
const NONE: Readonly<Record<DeviceKind, readonly DeviceChoice[]>> = { camera: [], microphone: [], speaker: [] };
type Captured = 'camera' | 'microphone';
type Opened = Captured | 'screen';

/**
 * The camera, microphone, speaker and screen of this browser: which there are, which are chosen (remembered), what is
 * open, and why something is not. It owns its tracks; the page that makes it calls `close`.
 */
export class LocalMedia {
  devices: Readonly<Record<DeviceKind, readonly DeviceChoice[]>> = $state.raw(NONE);
  tracks: Record<LocalSource, MediaStreamTrack | null> = $state({
    camera: null,
    microphone: null,
    screen: null,
    screenAudio: null,
  });
  problems: Record<Opened, CaptureProblem | null> = $state({ camera: null, microphone: null, screen: null });
  /** Under way, so that a button takes no second click. */
  opening: Record<Opened, boolean> = $state({ camera: false, microphone: false, screen: false });
  chosen: Record<DeviceKind, string | null> = $state({
    camera: recall('rostrum.camera'),
    microphone: recall('rostrum.microphone'),
    speaker: recall('rostrum.speaker'),
  });
  #closed = false;

  constructor() {
    navigator.mediaDevices?.addEventListener('devicechange', this.#devicesChanged);
    void this.#list();
  }

  /** Opens camera and microphone with one question to the person; either may fail, with its own reason. */
  async openBoth(): Promise<void> {
    if (this.tracks.camera && this.tracks.microphone) return;
    this.opening.camera = this.opening.microphone = true;
    try {
      const { camera, microphone } = await openBoth(this.chosen.camera, this.chosen.microphone);
      this.#keep('camera', camera);
      this.#keep('microphone', microphone);
    } catch {
      await Promise.all([this.openCamera(), this.openMicrophone()]);
    } finally {
      this.opening.camera = this.opening.microphone = false;
    }
    await this.#list();
  }

  openCamera(): Promise<void> {
    return this.#open('camera', openCamera);
  }

  openMicrophone(): Promise<void> {
    return this.#open('microphone', openMicrophone);
  }

  /** Switches it off; the light of the camera goes out. */
  closeCamera(): void {
    this.#put('camera', null);
    this.problems.camera = null;
  }

  /** Ends the capture altogether, unlike `silence`. */
  closeMicrophone(): void {
    this.#put('microphone', null);
    this.problems.microphone = null;
  }

  /** Nothing reaches the server but silence; the microphone stays open, so that speaking up takes no time. */
  silence(muted: boolean): void {
    if (this.tracks.microphone) this.tracks.microphone.enabled = !muted;
  }

  /** What is switched off stays off; what is open, or failed to open, is opened anew. */
  async choose(kind: DeviceKind, deviceId: string): Promise<void> {
    this.chosen[kind] = deviceId;
    remember(`rostrum.${kind}`, deviceId);
    const inUse = (captured: Captured) => this.tracks[captured] !== null || this.problems[captured] !== null;
    if (kind === 'camera' && inUse(kind)) await this.openCamera();
    if (kind === 'microphone' && inUse(kind)) await this.openMicrophone();
  }

  async shareScreen(): Promise<void> {
    this.opening.screen = true;
    try {
      const { screen, screenAudio } = await openScreen();
      if (this.#closed) return stop(screen, screenAudio);
      screen.addEventListener('ended', () => this.tracks.screen === screen && this.stopScreen());
      stop(this.tracks.screen, this.tracks.screenAudio);
      Object.assign(this.tracks, { screen, screenAudio });
      this.problems.screen = null;
    } catch (error) {
      // Closing the browser's own dialogue is no problem to be told of.
      const problem = problemOf(error);
      this.problems.screen = problem === 'denied' ? null : problem;
    } finally {
      this.opening.screen = false;
    }
  }

  stopScreen(): void {
    stop(this.tracks.screen, this.tracks.screenAudio);
    this.tracks.screen = this.tracks.screenAudio = null;
  }

  /** Switches everything off, and the lights go out; it may be opened again. */
  release(): void {
    for (const source of LOCAL_SOURCES) {
      stop(this.tracks[source]);
      this.tracks[source] = null;
    }
    Object.assign(this.problems, { camera: null, microphone: null, screen: null });
  }

  close(): void {
    this.#closed = true;
    navigator.mediaDevices?.removeEventListener('devicechange', this.#devicesChanged);
    this.release();
  }

  async #open(kind: Captured, open: (deviceId: string | null) => Promise<MediaStreamTrack>): Promise<void> {
    this.opening[kind] = true;
    try {
      this.#keep(kind, await open(this.chosen[kind]));
    } catch (error) {
      this.#put(kind, null);
      this.problems[kind] = problemOf(error);
    } finally {
      this.opening[kind] = false;
    }
  }

  #keep(kind: Captured, track: MediaStreamTrack): void {
    if (this.#closed) {
      stop(track);
      return;
    }
    track.addEventListener('ended', () => {
      if (this.tracks[kind] !== track) return;
      this.#put(kind, null);
      this.problems[kind] = 'lost';
    });
    const before = this.tracks[kind];
    // A new microphone is as muted as the one it replaces.
    if (before) track.enabled = before.enabled;
    this.#put(kind, track);
    this.problems[kind] = null;
  }

  #put(kind: Captured, track: MediaStreamTrack | null): void {
    stop(this.tracks[kind]);
    this.tracks[kind] = track;
  }

  async #list(): Promise<void> {
    const found = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    const devices: Record<DeviceKind, DeviceChoice[]> = { camera: [], microphone: [], speaker: [] };
    for (const { kind, deviceId, label } of found) if (deviceId) devices[KINDS[kind]].push({ deviceId, label });
    this.devices = devices;
  }

  readonly #devicesChanged = async (): Promise<void> => {
    await this.#list();
    // What was pulled out and is plugged in again comes back by itself.
    const returned = (kind: Captured) => this.problems[kind] === 'lost' && this.devices[kind].length > 0;
    if (returned('camera')) await this.openCamera();
    if (returned('microphone')) await this.openMicrophone();
  };
}

function stop(...tracks: readonly (MediaStreamTrack | null)[]): void {
  for (const track of tracks) track?.stop();
}
