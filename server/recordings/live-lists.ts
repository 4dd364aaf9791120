import { playlistOf, progressOf } from './playlist.ts';
import type { PartOnDisk } from './timeline.ts';

/** A growing stream as it is at one moment, for all who watch it. */
export interface LiveList {
  progress: ReturnType<typeof progressOf>;
  text(): string;
}

interface Known {
  until: number;
  list: Promise<LiveList>;
}

/** Thousands may wait for the same next fragment: so often in a second, and no more, is one stream looked at for them. */
const FRESH_MS = 100;
const KEPT = 50;

/** Lists of growing streams, made once for all who ask within a moment. */
export class LiveLists {
  readonly #known = new Map<string, Known>();

  read(key: string, look: () => Promise<{ parts: readonly PartOnDisk[] }>): Promise<LiveList> {
    const now = performance.now();
    const known = this.#known.get(key);
    if (known && now < known.until) return known.list;
    const list = look().then(({ parts }) => listOf(parts));
    this.#known.delete(key);
    this.#known.set(key, { until: now + FRESH_MS, list });
    for (const oldest of this.#known.keys()) if (this.#known.size > KEPT) this.#known.delete(oldest);
    list.catch(() => this.#known.delete(key));
    return list;
  }
}

function listOf(parts: readonly PartOnDisk[]): LiveList {
  let text: string | undefined;
  return {
    progress: progressOf(parts),
    text: () => (text ??= playlistOf(parts, { live: true, urlOf })),
  };
}

/** Beside the list itself. */
export function urlOf(file: string): string {
  return `files/${file}`;
}
