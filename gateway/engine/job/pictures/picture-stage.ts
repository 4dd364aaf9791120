import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { PictureScene } from '../../picture-protocol.ts';
import { collectRemoved } from '../pipeline.ts';
import { jitterMs } from '../rtp-description.ts';
import { Cast } from './picture-cast.ts';
import { figuresOf, type StagedInput } from './picture-figures.ts';
import { FrameWatch } from './picture-frames.ts';
import type { Size } from './picture-layout.ts';
import { readClock } from './picture-marks.ts';
import { Converter, requestPad } from './picture-slot.ts';
import type { Passage } from './picture-track.ts';

const ns = 1_000_000;
const transitionMs = 300;
/** A change is planned so much ahead, or for as long as planning took the last time: no frame may see a part of it. */
const aheadMs = 50;
/** How often what moves is looked after: its bindings, and the shapes of its inputs. */
const tickMs = 40;
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
  readonly #frames: FrameWatch;
  readonly #timeZone: string | undefined;
  readonly #converter = new Converter();
  readonly #cast: Cast;
  #size: Size;
  #inputs: ReadonlyMap<string, StagedInput> = new Map();
  #planningMs = 0;
  #restsBy = 0;
  #ticking: number | undefined;
  #clock: number | undefined;
  #hiding: { pad: Gst.Pad; act: () => void }[] = [];

  constructor(pipeline: Gst.Pipeline, compositor: Gst.Element, options: StageOptions) {
    this.#frames = new FrameWatch(pipeline, compositor);
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
    // It draws first and plans then: drawing takes its time.
    const bring = this.#prepare();
    const begun = GLib.get_monotonic_time();
    bring(this.#plan(this.transitions ? transitionMs : 0));
    this.#planningMs = (GLib.get_monotonic_time() - begun) / 1000;
    this.#tend();
  }

  /**
   * Draws everything in another size; `apply` tells the compositor of it. Places belong to a time of the picture, but its
   * size does not: so both change while the compositor waits between two frames.
   */
  resize(size: Size, apply: () => void): void {
    this.#size = { width: size.width, height: size.height };
    const bring = this.#prepare();
    this.#frames.between((time) => {
      bring(time === undefined ? undefined : this.#passage(time + 1, 0));
      apply();
    });
    this.#tend();
  }

  /** Calls `act` as soon as nothing of this pad is in the picture; the input was left out of `arrange` before. */
  whenHidden(pad: Gst.Pad, act: () => void): void {
    this.#hiding.push({ pad, act });
    this.#tend();
  }

  /** Before the pipeline is stopped. */
  close(): void {
    for (const timer of [this.#ticking, this.#clock]) {
      if (timer !== undefined) GLib.source_remove(timer);
    }
    for (const { act } of this.#hiding.splice(0)) act();
    this.#converter.close();
  }

  #prepare(): (passage: Passage | undefined) => void {
    const time = this.scene.marks.clock ? this.#readClock() : '';
    return this.#cast.prepare(figuresOf(this.scene, this.#size, this.#inputs, time));
  }

  /** Undefined while no picture is made. */
  #plan(durationMs: number): Passage | undefined {
    const position = this.#frames.position();
    if (position === undefined) return undefined;
    const start = Math.max(position, this.#frames.now()) + Math.round(Math.max(aheadMs, 2 * this.#planningMs) * ns);
    return this.#passage(start, durationMs);
  }

  #passage(start: number, durationMs: number): Passage {
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
    const time = this.#timeOver();
    this.#cast.shape(time);
    return this.#cast.advance(time);
  }

  /** A picture is cut when it is decoded, which is so much later than its time: nothing is over before that. */
  #timeOver(): number {
    const position = this.#frames.position();
    if (position === undefined) return Number.POSITIVE_INFINITY;
    const now = this.#frames.now();
    return now > this.#restsBy ? Number.POSITIVE_INFINITY : Math.min(position, now - jitterMs * ns);
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
