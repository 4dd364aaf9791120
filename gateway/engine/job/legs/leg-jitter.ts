import type Gst from 'gi://Gst?version=1.0';
import { JitterPatience } from '../jitter-patience.ts';
import { elementOf, readProperty } from '../rtp.ts';
import type { LegMedium } from './leg-medium.ts';

/** Gives all media of a leg the patience that the worst of them needs: sound and picture stay together. */
export class LegJitter {
  readonly #media: readonly { medium: LegMedium; patience: JitterPatience }[];

  constructor(media: readonly LegMedium[]) {
    this.#media = media.map((medium) => ({ medium, patience: new JitterPatience() }));
  }

  /** `now` in ms. */
  poll(now: number): void {
    for (const { medium, patience } of this.#media) {
      const buffer = bufferOf(medium);
      if (buffer === undefined || !patience.isDue(now)) continue;
      const stats = readProperty(buffer, 'stats') as Gst.Structure;
      patience.look(now, {
        pushed: Number(stats.get_value('num-pushed')),
        late: Number(stats.get_value('num-late')),
      });
    }
    const latency = Math.max(0, ...this.#media.map(({ patience }) => patience.latencyMs));
    for (const { medium } of this.#media) {
      const buffer = bufferOf(medium);
      if (buffer !== undefined && readProperty(buffer, 'latency') !== latency) buffer.set_property('latency', latency);
    }
  }
}

/** The jitter buffer is the first element of what decodes. */
function bufferOf({ decode }: LegMedium): Gst.Element | undefined {
  return decode === undefined ? undefined : elementOf(decode, 'in');
}
