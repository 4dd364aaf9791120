/**
 * The K-weighting of ITU-R BS.1770-4 (annex 1, tables 1 and 2), for 48 kHz: what a head does to the sound, then a high
 * pass. One for each channel; it remembers what it has heard. Pure.
 */
export class KWeighting {
  #head1 = 0;
  #head2 = 0;
  #pass1 = 0;
  #pass2 = 0;

  /** The sum of the squares of weighted samples. @param samples of all channels, one after the other, `step` of them */
  energyOf(samples: Float32Array, from: number, to: number, step: number): number {
    let [h1, h2, p1, p2] = [this.#head1, this.#head2, this.#pass1, this.#pass2];
    let energy = 0;
    for (let at = from; at < to; at += step) {
      const x = samples[at] as number;
      const head = 1.53512485958697 * x + h1;
      h1 = -2.69169618940638 * x + 1.69065929318241 * head + h2;
      h2 = 1.19839281085285 * x - 0.73248077421585 * head;
      const y = head + p1;
      p1 = -2 * head + 1.99004745483398 * y + p2;
      p2 = head - 0.99007225036621 * y;
      energy += y * y;
    }
    [this.#head1, this.#head2, this.#pass1, this.#pass2] = [settled(h1), settled(h2), settled(p1), settled(p2)];
    return energy;
  }
}

/** What fades below everything that could be heard costs the processor a hundred times as much. */
function settled(value: number): number {
  return Math.abs(value) < 1e-20 ? 0 : value;
}
