/** A second figure this soon after the first belongs to the same number. */
const TOGETHER_MS = 700;

/** Numbers of tiles as they are typed: `1` is tile 1 at once, and `12`, where there is such a tile, right after it. */
export class TypedNumber {
  #typed = 0;
  #at = Number.NEGATIVE_INFINITY;

  /**
   * @param most the highest number there is
   * @returns the number that is meant by now; null where it names nothing
   */
  type(figure: number, most: number, now: number): number | null {
    const longer = now - this.#at < TOGETHER_MS ? this.#typed * 10 + figure : figure;
    const meant = longer <= most ? longer : figure;
    const isWhole = meant === 0 || meant >= 10 || meant > most;
    this.#typed = isWhole ? 0 : meant;
    this.#at = now;
    return meant >= 1 && meant <= most ? meant : null;
  }
}
