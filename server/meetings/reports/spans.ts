import type { LoggedEvent } from '../../protocol/events.ts';

export interface Span {
  from: number;
  to: number;
  /** It was not over when this was counted. */
  open: boolean;
  /** The events that it rests on, in their order. */
  seqs: number[];
}

type Moment = Pick<LoggedEvent, 'seq' | 'at'>;

/** Begins and ends what lasts, by a key; what lasts still is ended with the fold. Clocks may go back: no span is negative. */
export class Spans<T extends object> {
  readonly #done: (T & Span)[] = [];
  readonly #open = new Map<string, T & Span>();

  /** What was open under this key ends with it. */
  begin(key: string, { seq, at }: Moment, what: T): T & Span {
    this.end(key, { seq, at });
    const span = { ...what, from: at, to: at, open: true, seqs: [seq] };
    this.#open.set(key, span);
    this.#done.push(span);
    return span;
  }

  of(key: string): (T & Span) | undefined {
    return this.#open.get(key);
  }

  end(key: string, { seq, at }: Moment): (T & Span) | undefined {
    const span = this.#open.get(key);
    if (!span) return undefined;
    this.#open.delete(key);
    span.to = Math.max(span.from, at);
    span.open = false;
    if (!span.seqs.includes(seq)) span.seqs.push(seq);
    return span;
  }

  endAll(moment: Moment): void {
    for (const key of [...this.#open.keys()]) this.end(key, moment);
  }

  /** All of them, in the order in which they began. @param since without those that were over by then */
  until(at: number, since = Number.NEGATIVE_INFINITY): (T & Span)[] {
    for (const span of this.#open.values()) span.to = Math.max(span.from, at);
    return this.#done.filter((span) => span.open || span.to > since);
  }
}

export function lengthOf({ from, to }: Pick<Span, 'from' | 'to'>): number {
  return to - from;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** How long any of them lasted: what overlaps counts once. */
export function unionMs(spans: readonly Pick<Span, 'from' | 'to'>[]): number {
  let total = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}
