import type Gst from 'gi://Gst?version=1.0';
import { type Branch, branchInto, countPassed } from './branch.ts';
import { KeyFrameWatch } from './key-frames.ts';
import { countedOut, packetTap } from './packet-tap.ts';
import { elementOf, forceKeyFrame, readProperty } from './rtp.ts';
import { drawSlide, parseH264, type SlideSize, slideDelayNs, slideDescription } from './slide.ts';
import { readInputSources } from './sources.ts';
import { latestPts } from './stream-clock.ts';

/** Milliseconds until an attempt is given up, and between two. */
const giveUpMs = 1500;
const retryMs = 1000;

/** What the switch works on. */
export interface SwitchedPicture {
  readonly pipeline: Gst.Pipeline;
  /** The funnel that both feed. */
  readonly out: Gst.Element;
  /** The program's branch: its elements `rtp`, `gate`, `depay` and, counting pictures, `out`. */
  readonly receiveBin: Gst.Bin | undefined;
  /** By how much the program is delayed to be in step with its sound; the slide too, so that time never goes back. */
  readonly delayNs: number;
  /** Whether anybody watches; otherwise nothing is made. */
  readonly speaking: boolean;
}

export interface SwitchOptions {
  /** What the slide says; undefined where nothing at all is shown instead of the program. */
  readonly text: string | undefined;
  /** Milliseconds without a picture after which the slide comes. */
  readonly awayMs: number;
  onShowing(picture: 'slide' | 'program'): void;
}

/** From the server's packets to pictures that may enter the funnel. */
export const programDescription = `${packetTap} ! valve name=gate drop=true ! rtph264depay name=depay wait-for-keyframe=true ! ${parseH264} ! ${countedOut}`;

type State =
  | { readonly at: 'slide'; readonly since: number }
  /** Another program is to come: the last picture of the one before stays on the endpoint's screen. */
  | { readonly at: 'replaced'; readonly since: number | undefined; readonly lastPts: number }
  /** The slide has stopped; its last picture stays on the endpoint's screen until the program's key frame. */
  | { readonly at: 'settling'; readonly since: number; readonly lastPts: number }
  | { readonly at: 'opening'; readonly since: number; readonly frames: number }
  | { readonly at: 'program'; readonly frames: number; readonly frameAt: number };

/**
 * Decides whether the endpoint sees the program or the slide. Only one of them ever feeds the funnel, and the program
 * enters only with a key frame: the depayloader behind the reopened gate waits for one. The slide is encoded only
 * while it shows.
 */
export class ProgramSwitch {
  readonly #medium: SwitchedPicture;
  readonly #options: SwitchOptions;
  readonly #program = new KeyFrameWatch();
  #text: string | undefined;
  #size: SlideSize = { width: 1280, height: 720, kbps: 400 };
  #held = false;
  #state: State = { at: 'slide', since: 0 };
  #slide: Branch | undefined;
  /** By how much the slide is dated later than it is drawn. */
  #slideShiftNs = slideDelayNs;
  #announced: 'slide' | 'program' | undefined;
  #packets = 0;
  #packetsAt = Number.NEGATIVE_INFINITY;

  constructor(medium: SwitchedPicture, options: SwitchOptions) {
    this.#medium = medium;
    this.#text = options.text;
    this.#options = options;
  }

  get showing(): 'slide' | 'program' {
    return this.#state.at === 'program' ? 'program' : 'slide';
  }

  /** Keeps the slide within what the viewer can decode. */
  fit(size: SlideSize): void {
    const changed = JSON.stringify(size) !== JSON.stringify(this.#size);
    this.#size = size;
    if (changed) this.#removeSlide();
  }

  hold(on: boolean, text: string | undefined): void {
    this.#held = on;
    if (text === undefined || this.#text === undefined || text === this.#text) return;
    this.#text = text;
    this.#removeSlide();
  }

  /** Another program, whose gate is shut, takes the place of the last one, which is still there. */
  programReplaced(): void {
    this.#packets = 0;
    this.#packetsAt = Number.NEGATIVE_INFINITY;
    if (this.#state.at === 'program') {
      this.#state = { at: 'replaced', since: undefined, lastPts: this.#runningTime() + this.#leadNs() };
    } else if (this.#state.at !== 'slide' && this.#state.at !== 'replaced') this.#state = { at: 'slide', since: 0 };
  }

  /** Another program goes on where the last one has ended, with a key frame. */
  programContinued(): void {
    this.#packets = 0;
    if (this.#state.at === 'program') this.#state = { ...this.#state, frames: 0 };
  }

  requestKeyFrame(): void {
    const bin = this.#medium.receiveBin;
    if (this.#state.at === 'program' && bin !== undefined) forceKeyFrame(elementOf(bin, 'depay'));
    else if (this.#slide !== undefined) forceKeyFrame(elementOf(this.#slide.bin, 'encoder'));
  }

  poll(now: number): void {
    if (!this.#medium.speaking) {
      this.#sleep();
      return;
    }
    const bin = this.#medium.receiveBin;
    const frames = bin === undefined ? 0 : countPassed(bin, 'out');
    if (bin !== undefined) this.#watchProgram(bin, frames, now);
    this.#state = this.#next(now, frames, bin);
    if (this.#state.at === 'slide') this.#showSlide();
    if (this.#state.at === 'program') this.#removeSlide();
    if (this.showing !== this.#announced) this.#options.onShowing(this.showing);
    this.#announced = this.showing;
  }

  close(): void {
    this.#removeSlide();
  }

  #next(now: number, frames: number, bin: Gst.Bin | undefined): State {
    const state = this.#state;
    const flowing = bin !== undefined && !this.#held && now - this.#packetsAt < 500;
    switch (state.at) {
      case 'slide': {
        if (!flowing || now - state.since < retryMs) return state;
        if (this.#slide !== undefined) gateOf(this.#slide.bin).set_property('drop', true);
        return { at: 'settling', since: now, lastPts: this.#runningTime() + this.#slideShiftNs };
      }
      case 'replaced': {
        const { since = now, lastPts } = state;
        if (this.#held || now - since > this.#options.awayMs) return this.#backToSlide(now);
        return flowing ? { at: 'settling', since: now, lastPts } : { at: 'replaced', since, lastPts };
      }
      case 'settling': {
        if (!flowing || now - state.since > giveUpMs) return this.#backToSlide(now);
        // Packets wait in the jitter buffer: those with a time before the slide's last picture must not follow it.
        if (latestPts(bin) <= state.lastPts) return state;
        gateOf(bin).set_property('drop', false);
        forceKeyFrame(elementOf(bin, 'depay'));
        return { at: 'opening', since: now, frames };
      }
      case 'opening': {
        if (frames > state.frames) return { at: 'program', frames, frameAt: now };
        return flowing && now - state.since < giveUpMs ? state : this.#backToSlide(now);
      }
      case 'program': {
        if (this.#held || bin === undefined || now - state.frameAt > this.#options.awayMs)
          return this.#backToSlide(now);
        return frames === state.frames ? state : { at: 'program', frames, frameAt: now };
      }
    }
  }

  #runningTime(): number {
    const { pipeline } = this.#medium;
    return pipeline.get_clock().get_time() - pipeline.get_base_time();
  }

  /**
   * By how much the program is dated later than now. Its first packets' arrival is what its time is counted from: where they
   * came late, those behind them are of a time to come, until the jitter buffer has found that out.
   */
  #leadNs(): number {
    const bin = this.#medium.receiveBin;
    return bin === undefined ? 0 : Math.max(0, latestPts(bin) - this.#runningTime());
  }

  #backToSlide(now: number): State {
    const bin = this.#medium.receiveBin;
    if (bin !== undefined) gateOf(bin).set_property('drop', true);
    return { at: 'slide', since: now };
  }

  #watchProgram(bin: Gst.Bin, frames: number, now: number): void {
    const packets = readInputSources(bin).reduce((sum, source) => sum + source.packetsReceived, 0);
    if (packets > this.#packets) this.#packetsAt = now;
    this.#packets = packets;
    const open = this.#state.at === 'program' || this.#state.at === 'opening';
    if (this.#program.isDue(now, { packets, frames }) && open) forceKeyFrame(elementOf(bin, 'depay'));
  }

  #showSlide(): void {
    if (this.#text === undefined) return;
    if (this.#slide === undefined) {
      const draw = (bin: Gst.Bin) => this.#draw(bin);
      const { pipeline, out, delayNs } = this.#medium;
      this.#slideShiftNs = slideDelayNs + this.#leadNs();
      this.#slide = branchInto(pipeline, out, slideDescription(this.#size), draw, delayNs + this.#slideShiftNs);
      return;
    }
    const gate = gateOf(this.#slide.bin);
    if (readProperty(gate, 'drop') !== true) return;
    gate.set_property('drop', false);
    forceKeyFrame(elementOf(this.#slide.bin, 'encoder'));
  }

  #draw(bin: Gst.Bin): void {
    const { width, height } = this.#size;
    elementOf(bin, 'drawing').set_property('data', drawSlide(this.#text ?? '', width, height));
  }

  #removeSlide(): void {
    this.#slide?.remove();
    this.#slide = undefined;
  }

  #sleep(): void {
    this.#removeSlide();
    const bin = this.#medium.receiveBin;
    if (bin !== undefined) gateOf(bin).set_property('drop', true);
    this.#state = { at: 'slide', since: 0 };
    this.#announced = undefined;
  }
}

function gateOf(bin: Gst.Bin): Gst.Element {
  return elementOf(bin, 'gate');
}
