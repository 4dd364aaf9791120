import type { Movement } from '../../../server/protocol/records.ts';

/** What is held: a key or a button, each by a direction of the camera. */
export type CameraDirection = 'left' | 'right' | 'up' | 'down' | 'in' | 'out';

const STILL: Movement = { pan: 0, tilt: 0, zoom: 0 };
/** A camera that does not stop is worse than one that does not move. */
const STOP_AGAIN_MS = 400;
const MOST_STOPS = 5;

/** How the camera moves while these are held; opposites hold each other. */
export function movementOf(held: ReadonlySet<CameraDirection>): Movement {
  const along = (back: CameraDirection, forth: CameraDirection) =>
    (Number(held.has(forth)) - Number(held.has(back))) as Movement['pan'];
  return { pan: along('left', 'right'), tilt: along('down', 'up'), zoom: along('out', 'in') };
}

/**
 * Press and hold: the camera moves while something is held. What is wanted last is what is sent last, one after the
 * other; a stop that was refused is sent again. Its owner calls `stop` when it goes away.
 */
export class CameraHold {
  readonly #held = new Set<CameraDirection>();
  readonly #send: (movement: Movement) => Promise<boolean>;
  /** Null where it is not known what the camera does: then it is told again. */
  #told: Movement | null = STILL;
  #sending = false;
  #refusedStops = 0;

  /** @param send resolves to whether the room has it */
  constructor(send: (movement: Movement) => Promise<boolean>) {
    this.#send = send;
  }

  press(direction: CameraDirection): void {
    this.#held.add(direction);
    void this.#settle();
  }

  release(direction: CameraDirection): void {
    if (this.#held.delete(direction)) void this.#settle();
  }

  /** Everything is let go: the window lost the keyboard, the panel was closed. */
  stop(): void {
    this.#held.clear();
    void this.#settle();
  }

  async #settle(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let wanted = movementOf(this.#held); !isSame(wanted, this.#told); wanted = movementOf(this.#held)) {
      const isStop = isSame(wanted, STILL);
      const done = await this.#send(wanted);
      this.#refusedStops = isStop && !done ? this.#refusedStops + 1 : 0;
      this.#told = done ? wanted : null;
      if (done) continue;
      // A movement that is refused is not begun by itself again; a stop is, until the camera must be gone.
      if (!isStop) break;
      if (this.#refusedStops > MOST_STOPS) this.#told = STILL;
      else await new Promise((resolve) => setTimeout(resolve, STOP_AGAIN_MS));
    }
    this.#sending = false;
  }
}

function isSame(a: Movement, b: Movement | null): boolean {
  return b !== null && a.pan === b.pan && a.tilt === b.tilt && a.zoom === b.zoom;
}

const KEYS: Readonly<Record<string, CameraDirection>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  '+': 'in',
  '=': 'in',
  '-': 'out',
  _: 'out',
};

/** What a key holds, by `KeyboardEvent.key`. */
export function directionOf(key: string): CameraDirection | null {
  return KEYS[key] ?? null;
}

/** The preset that a figure recalls, counted from 0: `1` is the first, `0` the tenth. */
export function presetOf(key: string): number | null {
  return /^\d$/.test(key) ? (Number(key) + 9) % 10 : null;
}

/** H.281 3.5 has sixteen; the first that keeps no named framing, or null. */
export function freePreset(framings: readonly { preset: number }[]): number | null {
  const used = new Set(framings.map(({ preset }) => preset));
  for (let preset = 0; preset < 16; preset += 1) if (!used.has(preset)) return preset;
  return null;
}
