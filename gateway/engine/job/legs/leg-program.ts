import type Gst from 'gi://Gst?version=1.0';
import { countPassed } from '../branch.ts';
import { elementOf } from '../rtp.ts';
import { readInputSources } from '../sources.ts';
import { latestPayload } from '../stream-clock.ts';
import type { ProgramPicture } from './leg-fit.ts';

/** Milliseconds between two looks. */
const lookMs = 250;
/** Milliseconds over which rates are counted, and for how many of these counts a busy one is remembered. */
const windowMs = 1000;
const remembered = 30;

interface Count {
  readonly at: number;
  readonly frames: number;
  readonly octets: number;
}

/**
 * What the program that the server sends looks like, from what has been seen of it. Undefined until it has been
 * counted once, a second or two after its first picture.
 */
export class ProgramWatch {
  #size: { width: number; height: number } | undefined;
  #last: Count | undefined;
  #rates: { fps: number; kbps: number }[] = [];
  #fragmented = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  get picture(): ProgramPicture | undefined {
    if (this.#size === undefined || this.#rates.length === 0) return undefined;
    const fps = Math.max(1, ...this.#rates.slice(-3).map((rate) => rate.fps));
    return {
      ...this.#size,
      fps,
      kbps: Math.max(0, ...this.#rates.map((rate) => rate.kbps)),
      fragmented: this.#fragmented,
    };
  }

  /** Another program has taken its place. */
  forget(): void {
    this.#size = undefined;
    this.#last = undefined;
    this.#rates = [];
    this.#fragmented = false;
  }

  /** To be called a few times a second; `now` in ms, `bin` the program's branch while its gate is open. */
  observe(bin: Gst.Bin, now: number): void {
    this.#size ??= sizeOf(elementOf(bin, 'out'));
    if (now - this.#lookedAt < lookMs) return;
    this.#lookedAt = now;
    this.#size = sizeOf(elementOf(bin, 'out')) ?? this.#size;
    // RFC 6184 5.8: a NAL unit that had to be cut. One large enough comes many times a second.
    const bytes = latestPayload(bin);
    if (bytes !== undefined && ((bytes[0] ?? 0) & 31) === 28) this.#fragmented = true;
    if (this.#last !== undefined && now - this.#last.at < windowMs) return;
    const octets = readInputSources(bin).reduce((sum, source) => sum + source.octetsReceived, 0);
    const count = { at: now, frames: countPassed(bin, 'out'), octets };
    if (this.#last !== undefined && now - this.#last.at < 2 * windowMs) this.#note(this.#last, count);
    this.#last = count;
  }

  #note(before: Count, count: Count): void {
    const seconds = (count.at - before.at) / 1000;
    const fps = Math.round((count.frames - before.frames) / seconds);
    const kbps = Math.round((8 * (count.octets - before.octets)) / 1000 / seconds);
    if (fps < 0 || kbps < 0) return;
    this.#rates = [...this.#rates, { fps, kbps }].slice(-remembered);
  }
}

/** The size of what passes an element, in pixels; undefined before its first picture. */
export function sizeOf(element: Gst.Element): { width: number; height: number } | undefined {
  const caps = element.get_static_pad('src')?.get_current_caps();
  if (caps === undefined || caps === null) return undefined;
  const structure = caps.get_structure(0);
  const size = { width: Number(structure.get_value('width')), height: Number(structure.get_value('height')) };
  return size.width > 0 && size.height > 0 ? size : undefined;
}
