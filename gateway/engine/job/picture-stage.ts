import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { PictureScene } from '../picture-protocol.ts';
import { Cast } from './picture-cast.ts';
import { figuresOf, type StagedInput } from './picture-figures.ts';
import type { Size } from './picture-layout.ts';
import { readClock } from './picture-marks.ts';
import { Converter, requestPad } from './picture-slot.ts';
import type { Passage } from './picture-track.ts';
import { collectRemoved } from './pipeline.ts';
import { jitterMs } from './rtp-description.ts';

const ns = 1_000_000;
const transitionMs = 300;
/** A change is planned so much ahead, or for as long as planning took the last time: no frame may see a part of it. */
const aheadMs = 50;
/** How often what moves is looked after: its bindings, and the shapes of its inputs. */
const tickMs = 40;
/** A new size comes between two frames. */
const resizeTickMs = 3;
/** After so much more than it should take, a picture that is not made any longer is at rest as well. */
const patienceMs = 3000;

/** The picture that is drawn. */
export interface StageOptions extends Size {
  /** The most frames per second that the compositor will ever be asked for. */
  readonly fps: number;
  readonly transitions: boolean;
  /** IANA name; without one, the system's. */
  readonly timeZone?: string | undefined;
}

/**
 * Brings the scene into the compositor. Whatever changes in one scene changes with one and the same frame, or begins to
 * move with it. Opens pads of the compositor, and closes them with `close`.
 */
export class Stage {
  scene: PictureScene = {
    tiles: [],
    banner: '',
    marks: { recording: false, clock: false },
    background: { color: '#050404', holdTitle: '', holdText: '' },
  };
  /** Off, changes are cuts. */
  transitions: boolean;
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  readonly #timeZone: string | undefined;
  readonly #converter = new Converter();
  readonly #cast: Cast;
  #size: Size;
  #inputs: ReadonlyMap<string, StagedInput> = new Map();
  #planningMs = 0;
  #restsBy = 0;
  #ticking: number | undefined;
  #clock: number | undefined;
  #resizings: { start: number; apply: () => void; timer: number }[] = [];
  #hiding: { pad: Gst.Pad; act: () => void }[] = [];

  constructor(pipeline: Gst.Pipeline, compositor: Gst.Element, options: StageOptions) {
    this.#pipeline = pipeline;
    this.#compositor = compositor;
    this.#timeZone = options.timeZone;
    this.#size = options;
    this.transitions = options.transitions;
    this.#cast = new Cast(compositor, this.#converter);
    openPace(pipeline, compositor, options.fps);
    this.arrange(new Map());
  }

  /** To be called whenever the scene changed, or which inputs there are, or which are live. */
  arrange(inputs: ReadonlyMap<string, StagedInput>): void {
    this.#inputs = inputs;
    this.#bring(this.transitions ? transitionMs : 0);
    this.#tend();
  }

  /**
   * Draws everything in another size from one frame on. `apply` tells the compositor of the size, and is called between
   * that frame and the one before.
   */
  resize(size: Size, apply: () => void): void {
    this.#size = { width: size.width, height: size.height };
    const passage = this.#bring(0);
    if (passage === undefined) apply();
    else this.#applyAt(passage.start, apply);
    this.#tend();
  }

  /** Calls `act` as soon as nothing of this pad is in the picture; the input was left out of `arrange` before. */
  whenHidden(pad: Gst.Pad, act: () => void): void {
    this.#hiding.push({ pad, act });
    this.#tend();
  }

  /** Before the pipeline is stopped. */
  close(): void {
    for (const timer of [this.#ticking, this.#clock, ...this.#resizings.map(({ timer: one }) => one)]) {
      if (timer !== undefined) GLib.source_remove(timer);
    }
    for (const { act } of this.#hiding.splice(0)) act();
    this.#converter.close();
  }

  /** Draws first, and plans then: drawing takes its time. */
  #bring(durationMs: number): Passage | undefined {
    const time = this.scene.marks.clock ? this.#readClock() : '';
    const bring = this.#cast.prepare(figuresOf(this.scene, this.#size, this.#inputs, time));
    const begun = GLib.get_monotonic_time();
    const passage = this.#plan(durationMs);
    bring(passage);
    this.#planningMs = (GLib.get_monotonic_time() - begun) / 1000;
    return passage;
  }

  /** Undefined while no picture is made. */
  #plan(durationMs: number): Passage | undefined {
    const position = this.#position();
    if (position === undefined) return undefined;
    const start = Math.max(position, this.#now()) + Math.round(Math.max(aheadMs, 2 * this.#planningMs) * ns);
    this.#restsBy = start + (durationMs + patienceMs) * ns;
    return { start, duration: durationMs * ns };
  }

  #tend(): void {
    if (this.#ticking !== undefined || !this.#tick()) return;
    this.#ticking = GLib.timeout_add(GLib.PRIORITY_DEFAULT, tickMs, () => {
      if (this.#tick()) return true;
      this.#ticking = undefined;
      collectRemoved();
      return false;
    });
  }

  /** Answers whether there is more to come. */
  #tick(): boolean {
    const rests = this.#advance();
    const hidden = this.#hiding.filter(({ pad }) => !this.#cast.holds(pad));
    this.#hiding = this.#hiding.filter((one) => !hidden.includes(one));
    for (const { act } of hidden) act();
    return !rests || this.#hiding.length > 0;
  }

  #advance(): boolean {
    const position = this.#position();
    if (position === undefined) return this.#cast.advance(Number.POSITIVE_INFINITY);
    const now = this.#now();
    // A picture is cut when it is decoded, which is so much later than its time.
    this.#cast.shape(now - jitterMs * ns);
    return this.#cast.advance(now > this.#restsBy ? Number.POSITIVE_INFINITY : position);
  }

  #applyAt(start: number, apply: () => void): void {
    const resizing = { start, apply, timer: 0 };
    resizing.timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, resizeTickMs, () => {
      // The position is where the next frame begins.
      if ((this.#position() ?? start) < start && this.#now() < this.#restsBy) return true;
      this.#resizings = this.#resizings.filter((one) => one !== resizing);
      apply();
      return false;
    });
    this.#resizings.push(resizing);
  }

  #readClock(): string {
    const { time, changesInMs } = readClock(this.#timeZone);
    this.#clock ??= GLib.timeout_add(GLib.PRIORITY_DEFAULT, changesInMs, () => {
      this.#clock = undefined;
      if (this.scene.marks.clock) this.arrange(this.#inputs);
      return false;
    });
    return time;
  }

  /** Running time, of a pipeline that runs. */
  #now(): number {
    return this.#pipeline.get_clock().get_time() - this.#pipeline.get_base_time();
  }

  /** Where the compositor's next frame begins; undefined before the first one. */
  #position(): number | undefined {
    const [known, position] = this.#compositor.query_position(Gst.Format.TIME);
    return known && position > 0 ? position : undefined;
  }
}

/**
 * Something that keeps the compositor's time even when nothing else moves: without it, drawn pictures alone would be
 * composed as fast as the processor can. It is never seen.
 */
function openPace(pipeline: Gst.Pipeline, compositor: Gst.Element, fps: number): void {
  const caps = `video/x-raw,format=I420,width=16,height=16,framerate=${fps}/1`;
  const bin = Gst.parse_bin_from_description(`videotestsrc is-live=true pattern=black ! capsfilter caps=${caps}`, true);
  pipeline.add(bin);
  bin.get_static_pad('src')?.link(requestPad(compositor));
  bin.sync_state_with_parent();
}
