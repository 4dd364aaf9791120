import {
  type Fragment,
  fragmentSchema,
  type IndexEnd,
  type IndexHeader,
  indexEndSchema,
  indexHeaderSchema,
} from '../protocol/recording.ts';

/** What an index says. Grows while the part is being written. */
export interface PartIndex {
  header: IndexHeader;
  fragments: Fragment[];
  /** Where it was finished in order. */
  end: IndexEnd | null;
}

/** The lines of one index as they come; a line that is torn, or no line of an index, tells nothing. */
export class IndexLines {
  #rest = '';
  #header: IndexHeader | undefined;
  readonly #fragments: Fragment[] = [];
  #end: IndexEnd | null = null;

  /** Whatever the file has grown by; it may end within a line. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  /** Nothing until the first line is there. */
  get index(): PartIndex | null {
    return this.#header ? { header: this.#header, fragments: this.#fragments, end: this.#end } : null;
  }

  #read(line: string): void {
    const value = parsed(line);
    if (!this.#header) {
      this.#header = indexHeaderSchema.safeParse(value).data;
      return;
    }
    const fragment = fragmentSchema.safeParse(value).data;
    if (fragment && this.#follows(fragment)) this.#fragments.push(fragment);
    else if (!fragment) this.#end ??= indexEndSchema.safeParse(value).data ?? null;
  }

  /** Bytes and time go forward only: what does not was never written so. */
  #follows({ offset, at, bytes }: Fragment): boolean {
    const last = this.#fragments.at(-1) ?? this.#header?.init;
    const isAfter = last === undefined || offset >= last.offset + last.bytes;
    const lastAt = this.#fragments.at(-1)?.at ?? -1;
    return isAfter && at > lastAt && bytes > 0;
  }
}

export function parseIndex(text: string): PartIndex | null {
  const lines = new IndexLines();
  lines.push(text);
  return lines.index;
}

/** The fragments whose bytes are all on disk: an index is believed as far as its file goes. */
export function playable({ header, fragments }: PartIndex, bytesOnDisk: number): readonly Fragment[] {
  if (header.init.offset + header.init.bytes > bytesOnDisk) return [];
  const last = fragments.at(-1);
  if (!last || last.offset + last.bytes <= bytesOnDisk) return fragments;
  return fragments.filter(({ offset, bytes }) => offset + bytes <= bytesOnDisk);
}

export function durationOf(fragments: readonly Fragment[]): number {
  const last = fragments.at(-1);
  return last ? last.at + last.ms : 0;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
