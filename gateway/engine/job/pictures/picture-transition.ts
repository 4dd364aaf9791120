import type Gst from 'gi://Gst?version=1.0';
import GstController from 'gi://GstController?version=1.0';
import { type Course, type Passage, Track, type TrackPoint } from './picture-track.ts';

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
 * their tracks for each frame it makes, so that everything planned for one moment is seen from the same frame on. It
 * walks the pad's bindings without a lock: none is ever taken off, only the tracks change, whose points have one.
 */
export class MovingPad {
  readonly pad: Gst.Pad;
  readonly #tracks: Readonly<Record<keyof Look, Track>>;
  readonly #sources = new Map<keyof Look, GstController.InterpolationControlSource>();

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
      const before = track.points;
      // One does not slide from behind something to before it.
      track.go(value, trait === 'order' ? { ...passage, duration: 0 } : passage, course);
      this.#plan(trait, before, track.points);
    }
  }

  /** At once, whatever was planned: for what nobody sees yet. */
  place(look: Look): void {
    for (const trait of traits) {
      const track = this.#tracks[trait];
      const before = track.points;
      track.go(look[trait], { start: 0, duration: 0 });
      track.settle();
      if (this.#sources.has(trait)) this.#plan(trait, before, track.points);
      this.pad.set_property(properties[trait], look[trait]);
    }
  }

  /** Forgets what is over at `time`; answers whether everything is. */
  settle(time: number): boolean {
    for (const [trait, track] of this.#moving()) {
      if (track.endsAt > time) continue;
      const before = track.points;
      track.settle();
      this.#plan(trait, before, track.points);
    }
    return this.#moving().length === 0;
  }

  #moving(): [keyof Look, Track][] {
    return traits
      .map((trait) => [trait, this.#tracks[trait]] as [keyof Look, Track])
      .filter(([, { endsAt }]) => endsAt > 0);
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

  /** Puts points in before it takes others out, so that what is between old and new ones stays as it is. */
  #plan(trait: keyof Look, before: readonly TrackPoint[], after: readonly TrackPoint[]): void {
    const known = this.#sources.get(trait);
    const source = known ?? new GstController.InterpolationControlSource();
    if (known === undefined) source.set_property('mode', GstController.InterpolationMode.LINEAR);
    for (const { at, value } of [...after].reverse()) source.set(at, value);
    const kept = new Set(after.map(({ at }) => at));
    for (const { at } of before) if (!kept.has(at)) source.unset(at);
    if (known !== undefined) return;
    this.#sources.set(trait, source);
    const binding = GstController.DirectControlBinding.new_absolute(this.pad, properties[trait], source);
    this.pad.add_control_binding(binding);
  }
}
