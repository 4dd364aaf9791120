import type Gst from 'gi://Gst?version=1.0';
import { type Branch, branchFromTee } from '../branch.ts';

/**
 * Lets one stream through: the first that comes, then the one that is followed. Two streams at once, whoever sends
 * the second, would be one chaos to what decodes them.
 */
export class StreamSelector {
  readonly #pipeline: Gst.Bin;
  readonly #from: Gst.Element;
  readonly #onward: Gst.Pad;
  #branch: Branch;
  #selected: number | undefined;

  /** From a tee to a pad. */
  constructor(pipeline: Gst.Bin, from: Gst.Element, onward: Gst.Pad) {
    this.#pipeline = pipeline;
    this.#from = from;
    this.#onward = onward;
    this.#branch = this.#make('max-streams=1 in. ! application/x-rtp !');
  }

  select(ssrc: number): void {
    if (ssrc === this.#selected) return;
    const first = this.#selected === undefined;
    this.#selected = ssrc;
    if (first && this.#branch.bin.get_by_name('in')?.get_static_pad(`src_${ssrc}`)) return;
    this.#branch.remove();
    this.#branch = this.#make(`max-streams=8 in.src_${ssrc} !`);
  }

  close(): void {
    this.#branch.remove();
  }

  #make(choice: string): Branch {
    const description = `rtpssrcdemux name=in ${choice} identity name=out silent=true`;
    return branchFromTee(this.#pipeline, this.#from, description, { onward: this.#onward });
  }
}
