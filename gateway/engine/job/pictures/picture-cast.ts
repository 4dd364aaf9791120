import type Gst from 'gi://Gst?version=1.0';
import { collectRemoved } from '../pipeline.ts';
import { type Figure, orderOfLeaving } from './picture-figures.ts';
import type { Size } from './picture-layout.ts';
import { type Converter, closeSlot, openSlot } from './picture-slot.ts';
import { lingering, type Passage } from './picture-track.ts';
import { type Look, MovingPad } from './picture-transition.ts';

/** A figure in the picture, and its pad. */
interface Shown {
  readonly figure: Figure;
  readonly key: string;
  readonly moving: MovingPad;
  /** Width by height that the input was last cut to; 0 when it is shown whole. */
  shape: number | undefined;
}

/** How far a moving picture may be from its tile's shape while it moves. */
const shapeTolerance = 0.01;

/**
 * All figures that are in the picture or on their way out of it. Owns the pads of drawn ones; those of inputs belong to
 * whoever opened them, and may be closed once `holds` denies them.
 */
export class Cast {
  readonly #compositor: Gst.Element;
  readonly #converter: Converter;
  #shown = new Map<string, Shown>();
  #leaving: Shown[] = [];
  readonly #pads = new WeakMap<Gst.Pad, MovingPad>();

  constructor(compositor: Gst.Element, converter: Converter) {
    this.#compositor = compositor;
    this.#converter = converter;
  }

  holds(pad: Gst.Pad): boolean {
    return [...this.#shown.values(), ...this.#leaving].some(({ moving }) => moving.pad === pad);
  }

  /**
   * Draws what is new. The answer brings it all into the picture as of one moment; without a passage at once, for a
   * picture that is not made yet.
   */
  prepare(figures: readonly Figure[]): (passage: Passage | undefined) => void {
    const entering = figures.map((figure) => {
      const { id, look } = figure;
      if ('input' in look) return { figure, key: 'input', pad: look.input.pad };
      const { key } = look;
      const before = this.#shown.get(id);
      if (before?.key === key) return { figure, key, pad: before.moving.pad };
      return { figure, key, pad: openSlot(this.#compositor, this.#converter.convert(look.draw())) };
    });
    return (passage) => {
      const shown = entering.map(({ figure, key, pad }) => this.#enter(figure, key, pad, passage));
      const before = this.#shown;
      this.#shown = new Map(shown.map((one) => [one.figure.id, one]));
      for (const [id, one] of before) {
        const after = this.#shown.get(id);
        if (after === undefined) this.#leave(one, passage);
        // What was drawn anew takes the place of the old from one frame to the next.
        else if (after.moving !== one.moving) this.#leave(one, passage && { ...passage, duration: 0 });
      }
      if (passage?.duration === 0) for (const { moving } of this.#leaving) moving.go({ alpha: 0 }, passage);
      if (passage === undefined) this.advance(Number.POSITIVE_INFINITY);
    };
  }

  /** Lets go of what is over at `time` of the picture; answers whether everything is at rest. */
  advance(time: number): boolean {
    const moving = [...this.#shown.values()].filter((one) => !one.moving.settle(time));
    const left = this.#leaving.filter((one) => one.moving.settle(time));
    this.#leaving = this.#leaving.filter((one) => !left.includes(one));
    for (const { figure, moving: gone } of left) {
      if ('key' in figure.look) closeSlot(this.#compositor, gone.pad);
    }
    if (left.length > 0) collectRemoved();
    return moving.length === 0 && this.#leaving.length === 0;
  }

  /** Cuts inputs to the shape that their tiles have at `time` of the picture, since a tile may change it on its way. */
  shape(time: number): void {
    for (const one of this.#shown.values()) {
      const { width, height } = one.moving.lookAt(time);
      const isOver = one.moving.target.width === width && one.moving.target.height === height;
      cut(one, { width, height }, isOver ? 0 : shapeTolerance);
    }
  }

  #enter(figure: Figure, key: string, pad: Gst.Pad, passage: Passage | undefined): Shown {
    const { id, rect, order } = figure;
    const look: Look = { ...rect, order, alpha: 1 };
    const before = this.#shown.get(id);
    const again = this.#leaving.find(({ moving }) => moving.pad === pad);
    const known = before?.moving.pad === pad ? before : again;
    this.#leaving = this.#leaving.filter((one) => one !== again);
    if (passage === undefined) {
      const moving = this.#movingOf(pad, look);
      return reshaped({ figure, key, moving, shape: undefined });
    }
    if (known !== undefined) {
      known.moving.go(look, passage);
      return { ...known, figure, key };
    }
    const from = before === undefined ? look : before.moving.lookAt(passage.start);
    const moving = this.#movingOf(pad, { ...from, alpha: 0 });
    moving.go({ alpha: 1 }, before === undefined ? passage : { ...passage, duration: 0 });
    moving.go(look, passage);
    return reshaped({ figure, key, moving, shape: undefined });
  }

  /** At once as it shall look. An input's pad comes again and again. */
  #movingOf(pad: Gst.Pad, look: Look): MovingPad {
    const known = this.#pads.get(pad);
    const moving = known ?? new MovingPad(pad, look);
    this.#pads.set(pad, moving);
    known?.place(look);
    return moving;
  }

  #leave(one: Shown, passage: Passage | undefined): void {
    const { moving } = one;
    if (passage === undefined) moving.place({ ...moving.target, alpha: 0 });
    else {
      moving.go({ alpha: 0 }, passage, lingering);
      if (passage.duration > 0) moving.go({ order: orderOfLeaving(moving.target.order) }, passage);
    }
    this.#leaving.push(one);
  }
}

/** Nobody sees it yet: it has its shape from the first picture on. */
function reshaped(one: Shown): Shown {
  cut(one, one.figure.rect, 0);
  return one;
}

function cut(one: Shown, { width, height }: Size, tolerance: number): void {
  const { look } = one.figure;
  if (!('input' in look)) return;
  const shape = look.fit === 'contain' ? 0 : width / height;
  if (one.shape !== undefined && Math.abs(shape - one.shape) <= tolerance * shape) return;
  one.shape = shape;
  look.input.shape(shape === 0 ? undefined : { width: Math.round(width), height: Math.round(height) });
}
