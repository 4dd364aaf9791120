/** One point of a track: from `at` on, in nanoseconds of the picture's running time, on the way to the next point. */
export interface TrackPoint {
  readonly at: number;
  readonly value: number;
}

/** How a value gets to its next one. */
export interface Passage {
  /** In nanoseconds of the picture's running time. */
  readonly start: number;
  /** In nanoseconds; 0 is a cut. */
  readonly duration: number;
}

/** Value by time, each from 0 to 1, from (0, 0) to (1, 1). */
export type Course = readonly (readonly [time: number, value: number])[];

/** Gently off and gently on: 3t² − 2t³, in straight pieces that no eye tells from it. */
export const eased: Course = Array.from({ length: 9 }, (_, step) => {
  const time = step / 8;
  return [time, time * time * (3 - 2 * time)] as const;
});

/** Of what leaves while another takes its place: it stays whole until that one is half there, so that nothing darkens. */
export const lingering: Course = [
  [0, 0],
  [0.5, 0],
  [1, 1],
];

/** Nanoseconds for which what is past is kept: the picture is made later than it is planned. */
const memory = 2_000_000_000;

/** One number of the picture over time. Before its first change and after its last it stays what it is. */
export class Track {
  #points: TrackPoint[];

  constructor(value: number) {
    this.#points = [{ at: 0, value }];
  }

  get points(): readonly TrackPoint[] {
    return this.#points;
  }

  /** What it ends up at. */
  get target(): number {
    return this.#points.at(-1)?.value ?? 0;
  }

  /** From then on it is its target. */
  get endsAt(): number {
    return this.#points.at(-1)?.at ?? 0;
  }

  valueAt(time: number): number {
    const next = this.#points.findIndex((point) => point.at > time);
    if (next === -1) return this.target;
    const to = this.#points[next] as TrackPoint;
    const from = this.#points[next - 1] ?? to;
    return to.at === from.at ? to.value : from.value + ((to.value - from.value) * (time - from.at)) / (to.at - from.at);
  }

  /** Goes to another value, wherever it is on the way to by then. */
  go(value: number, { start, duration }: Passage, course: Course = eased): void {
    const from = this.valueAt(start - 1);
    const kept = this.#points.filter((point) => point.at < start - 1);
    const past = kept.filter((point) => point.at < start - memory).length;
    const steps = duration === 0 ? [{ at: start, value }] : along(course, from, value, { start, duration });
    this.#points = [...kept.slice(Math.max(0, past - 1)), { at: Math.max(0, start - 1), value: from }, ...steps];
  }

  /** Forgets how it came there. */
  settle(): void {
    this.#points = [{ at: 0, value: this.target }];
  }
}

function along(course: Course, from: number, to: number, { start, duration }: Passage): TrackPoint[] {
  return course.map(([time, share]) => ({
    at: start + Math.round(time * duration),
    value: from + (to - from) * share,
  }));
}
