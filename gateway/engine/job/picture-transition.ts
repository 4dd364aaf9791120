import type Gst from 'gi://Gst?version=1.0';
import GstController from 'gi://GstController?version=1.0';
import { type Course, type Passage, Track } from './picture-track.ts';

/** Where a pad is in the picture and how much of it is seen, in pixels; `order` is that of pads that overlap. */
export interface Look {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly order: number;
  /** 0 is hidden, 1 covers what is behind. */
  readonly alpha: number;
}

const properties = { x: 'xpos', y: 'ypos', width: 'width', height: 'height', order: 'zorder', alpha: 'alpha' } as const;
const traits = Object.keys(properties) as (keyof Look)[];

/**
 * A pad of the compositor that changes at given times of the picture. The compositor itself reads its properties off
 * their tracks for each frame it makes, so that everything planned for one moment is seen from the same frame on.
 */
export class MovingPad {
  readonly pad: Gst.Pad;
  readonly #tracks: Readonly<Record<keyof Look, Track>>;
  readonly #bound = new Set<keyof Look>();

  constructor(pad: Gst.Pad, look: Look) {
    this.pad = pad;
    this.#tracks = {
      x: new Track(look.x),
      y: new Track(look.y),
      width: new Track(look.width),
      height: new Track(look.height),
      order: new Track(look.order),
      alpha: new Track(look.alpha),
    };
    for (const trait of traits) pad.set_property(properties[trait], look[trait]);
  }

  /** What it ends up as. */
  get target(): Look {
    return this.#read((track) => track.target);
  }

  lookAt(time: number): Look {
    return this.#read((track) => track.valueAt(time));
  }

  go(look: Partial<Look>, passage: Passage, course?: Course): void {
    for (const trait of traits) {
      const value = look[trait];
      const track = this.#tracks[trait];
      if (value === undefined) continue;
      // What is on its way there arrives when it was to, unless it shall be there at once.
      if (value === track.target && (passage.duration > 0 || track.endsAt <= passage.start)) continue;
      // One does not slide from behind something to before it.
      track.go(value, trait === 'order' ? { ...passage, duration: 0 } : passage, course);
      this.#bind(trait, track);
    }
  }

  /** At once, whatever was planned: for a picture that is not made yet. */
  place(look: Look): void {
    for (const trait of traits) {
      this.#tracks[trait].go(look[trait], { start: 0, duration: 0 });
      this.#release(trait);
    }
  }

  /** Lets go of what is over at `time`; answers whether everything is. */
  settle(time: number): boolean {
    for (const trait of this.#bound) if (this.#tracks[trait].endsAt <= time) this.#release(trait);
    return this.#bound.size === 0;
  }

  #read(value: (track: Track) => number): Look {
    const { x, y, width, height, order, alpha } = this.#tracks;
    return {
      x: value(x),
      y: value(y),
      width: value(width),
      height: value(height),
      order: value(order),
      alpha: value(alpha),
    };
  }

  #bind(trait: keyof Look, track: Track): void {
    const source = new GstController.InterpolationControlSource();
    source.set_property('mode', GstController.InterpolationMode.LINEAR);
    for (const { at, value } of track.points) source.set(at, value);
    // It takes the place of an earlier one.
    this.pad.add_control_binding(GstController.DirectControlBinding.new_absolute(this.pad, properties[trait], source));
    this.#bound.add(trait);
  }

  #release(trait: keyof Look): void {
    const track = this.#tracks[trait];
    track.settle();
    this.pad.set_property(properties[trait], track.target);
    const binding = this.pad.get_control_binding(properties[trait]);
    if (binding !== null) this.pad.remove_control_binding(binding);
    this.#bound.delete(trait);
  }
}
