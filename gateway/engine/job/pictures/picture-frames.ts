import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { elementOf } from '../rtp.ts';

const ns = 1_000_000;
const lookMs = 1;
/** A frame that is due sooner may be on its way already. */
const marginMs = 3;
/** How long a frame is waited for that may never be made. */
const patienceMs = 500;

/** When the compositor makes its frames; times are of the picture's running time, in nanoseconds. */
export class FrameWatch {
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  readonly #gate: Gst.Element;

  /** `gate` in the pipeline is a valve behind the compositor. */
  constructor(pipeline: Gst.Pipeline, compositor: Gst.Element) {
    this.#pipeline = pipeline;
    this.#compositor = compositor;
    this.#gate = elementOf(pipeline, 'gate');
  }

  /** Of a pipeline that runs. */
  now(): number {
    return this.#pipeline.get_clock().get_time() - this.#pipeline.get_base_time();
  }

  /** Where the next frame begins; undefined before the first one. */
  position(): number | undefined {
    const [known, position] = this.#compositor.query_position(Gst.Format.TIME);
    return known && position > 0 ? position : undefined;
  }

  /**
   * Calls `act` between the last frame before `start` and the one after it, and holds its caller up until then: nothing
   * else may keep this thread from it. Where frames come late the two follow each other at once; then the second is left
   * out, as it may not show what `act` has done.
   */
  before(start: number, act: () => void): void {
    this.#wait((position) => position >= start);
    const next = this.position() ?? start;
    // Closed for no longer than this takes, nothing is left out; and it may be held up at any point.
    this.#gate.set_property('drop', true);
    act();
    if (this.now() > next - marginMs * ns) this.#wait((position) => position > next);
    this.#gate.set_property('drop', false);
  }

  #wait(isOver: (position: number) => boolean): void {
    const end = GLib.get_monotonic_time() + patienceMs * 1000;
    while (GLib.get_monotonic_time() < end) {
      const position = this.position();
      if (position === undefined || isOver(position)) return;
      GLib.usleep(lookMs * 1000);
    }
  }
}
