import { LipSync, type StreamClock } from '../lip-sync.ts';
import { readInputSources } from '../sources.ts';
import { readClock } from '../stream-clock.ts';
import type { LegMedium } from './leg-medium.ts';

/** Keeps the sound and the picture of a leg in step, in each direction by its own sender's reports. */
export class LegSync {
  readonly #audio: LegMedium;
  readonly #video: LegMedium;
  readonly #fromEndpoint = new LipSync();
  readonly #fromServer = new LipSync();

  constructor(audio: LegMedium, video: LegMedium) {
    this.#audio = audio;
    this.#video = video;
  }

  /** `now` in ms. */
  poll(now: number): void {
    this.#apply('fromEndpoint', this.#fromEndpoint, now, endpointClock);
    this.#apply('fromServer', this.#fromServer, now, serverClock);
  }

  #apply(
    direction: 'fromEndpoint' | 'fromServer',
    sync: LipSync,
    now: number,
    clockOf: (medium: LegMedium, serverRate: number) => StreamClock | undefined,
  ): void {
    if (!sync.isDue(now)) return;
    const video = clockOf(this.#video, 90_000);
    const offsets = sync.measure(now, video, video && clockOf(this.#audio, 48_000));
    if (offsets === undefined) return;
    this.#video.delay(direction, offsets.videoNs);
    this.#audio.delay(direction, offsets.audioNs);
  }
}

function endpointClock({ decode, endpoint }: LegMedium): StreamClock | undefined {
  const { source, clockRate } = endpoint.received;
  return decode === undefined || source === undefined ? undefined : readClock(decode, [source], clockRate);
}

function serverClock({ receiveBin }: LegMedium, clockRate: number): StreamClock | undefined {
  return receiveBin === undefined ? undefined : readClock(receiveBin, readInputSources(receiveBin), clockRate);
}
