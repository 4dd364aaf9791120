import type { StripPlan } from '../../inspect-protocol.ts';

/** Bytes of a pixel: red, green, blue. */
const depth = 3;

export interface Sheet {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The thumbnails of a strip as their time comes, laid out on sheets. Pure. */
export class Strip {
  readonly #plan: StripPlan;
  readonly #sheets: Sheet[] = [];
  #shown = 0;

  constructor(plan: StripPlan) {
    this.#plan = plan;
  }

  /** Whether a thumbnail's time lies before this one. */
  isDue(beforeMs: number): boolean {
    return this.#shown < this.#plan.count && this.#shown * this.#plan.everyMs < beforeMs;
  }

  /** Whatever the time before `beforeMs` is not shown yet shows this picture. */
  show(rgb: Uint8Array, beforeMs: number): void {
    for (; this.isDue(beforeMs); this.#shown += 1) this.#draw(rgb, this.#shown);
  }

  get sheets(): readonly Sheet[] {
    return this.#sheets;
  }

  #draw(rgb: Uint8Array, index: number): void {
    const { count, width, height, columns, rows } = this.#plan;
    const place = index % (columns * rows);
    if (place === 0) {
      const left = Math.min(columns * rows, count - index);
      const size = { width: columns * width, height: Math.ceil(left / columns) * height };
      this.#sheets.push({ ...size, rgb: new Uint8Array(size.width * size.height * depth) });
    }
    const sheet = this.#sheets.at(-1);
    if (sheet === undefined) return;
    const line = sheet.width * depth;
    const corner = Math.floor(place / columns) * height * line + (place % columns) * width * depth;
    for (let y = 0; y < height; y += 1) {
      sheet.rgb.set(rgb.subarray(y * width * depth, (y + 1) * width * depth), corner + y * line);
    }
  }
}
