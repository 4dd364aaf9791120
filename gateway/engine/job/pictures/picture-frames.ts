import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { countPassed } from '../branch.ts';
import { elementOf } from '../rtp.ts';

const lookMs = 1;
/** How long a frame is waited for that may never be made: longer than two of a picture that nobody watches. */
const patienceMs = 1000;

/** When the compositor makes its frames; times are of the picture's running time, in nanoseconds. */
export class FrameWatch {
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  readonly #gate: Gst.Element;
  readonly #stop: Gst.Element;

  /** `gate`, `arrived` and `stop` in the pipeline are those of `compositionDescription`. */
  constructor(pipeline: Gst.Pipeline, compositor: Gst.Element) {
    this.#pipeline = pipeline;
    this.#compositor = compositor;
    this.#gate = elementOf(pipeline, 'gate');
    this.#stop = elementOf(pipeline, 'stop');
  }

  /** Of a pipeline that runs. */
  now(): number {
    return this.#pipeline.get_clock().get_time() - this.#pipeline.get_base_time();
  }

  /** Where the next frame begins, or the one that is on its way out; undefined before the first one. */
  position(): number | undefined {
    const [known, position] = this.#compositor.query_position(Gst.Format.TIME);
    return known && position > 0 ? position : undefined;
  }

  /**
   * Calls `act` between two frames, however late they come: the one at the time that `act` is given is made, and its maker
   * goes on with the next one only after `act`. Its caller is held up until then. Before the first frame there is nothing
   * to wait for, and no time.
   */
  between(act: (time: number | undefined) => void): void {
    if (this.position() === undefined) {
      act(undefined);
      return;
    }
    // One frame may have its place already in what holds the next one up.
    const full = Math.max(1, this.#arrived());
    this.#stop.set_property('drop', false);
    this.#gate.set_property('drop', false);
    try {
      this.#wait(() => this.#arrived() > full);
      act(this.position());
    } finally {
      this.#gate.set_property('drop', true);
      this.#stop.set_property('drop', true);
    }
  }

  /** How many frames have come before the stop. */
  #arrived(): number {
    return countPassed(this.#pipeline, 'arrived');
  }

  #wait(isOver: () => boolean): void {
    const end = GLib.get_monotonic_time() + patienceMs * 1000;
    while (!isOver() && GLib.get_monotonic_time() < end) GLib.usleep(lookMs * 1000);
  }
}
