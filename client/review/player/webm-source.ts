import type { StreamIndex } from '../../../server/protocol/recording.ts';

type Piece = StreamIndex['parts'][number]['fragments'][number] & {
  /** Of the part it belongs to. */
  part: number;
  /** By the stream's media time, in seconds. */
  from: number;
  to: number;
};

const AHEAD_SECONDS = 12;
const BEHIND_SECONDS = 30;

/**
 * Plays a stream of WebM files: the clusters around the playhead are fetched by ranges and appended to a MediaSource.
 * Owned by whoever made it, who closes it.
 */
export class WebmSource {
  readonly #video: HTMLVideoElement;
  readonly #index: StreamIndex;
  readonly #urlOf: (file: string) => string;
  readonly #onfail: () => void;
  readonly #source = new MediaSource();
  readonly #url = URL.createObjectURL(this.#source);
  readonly #stop = new AbortController();
  readonly #pieces: readonly Piece[];
  readonly #held = new Set<Piece>();
  #part = -1;
  #busy = false;

  constructor(
    video: HTMLVideoElement,
    { index, urlOf, onfail }: { index: StreamIndex; urlOf: (file: string) => string; onfail: () => void },
  ) {
    this.#video = video;
    this.#index = index;
    this.#urlOf = urlOf;
    this.#onfail = onfail;
    this.#pieces = index.parts.flatMap((part, i) =>
      part.fragments.map((fragment) => {
        const from = (offsetOf(part) + fragment.at) / 1000;
        return { ...fragment, part: i, from, to: from + fragment.ms / 1000 };
      }),
    );
    const { signal } = this.#stop;
    this.#source.addEventListener('sourceopen', () => this.#begin(), { signal, once: true });
    for (const event of ['timeupdate', 'seeking', 'waiting']) {
      video.addEventListener(event, () => void this.#fill(), { signal });
    }
    video.src = this.#url;
  }

  close(): void {
    this.#stop.abort();
    URL.revokeObjectURL(this.#url);
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #begin(): void {
    const type = `video/webm; codecs="${this.#index.codecs}"`;
    if (!MediaSource.isTypeSupported(type)) {
      this.#onfail();
      return;
    }
    this.#source.addSourceBuffer(type);
    this.#source.duration = this.#pieces.at(-1)?.to ?? 0;
    void this.#fill();
  }

  /** One thing at a time, until the playhead has enough ahead of it. */
  async #fill(): Promise<void> {
    const buffer = this.#source.sourceBuffers[0];
    if (this.#busy || !buffer || this.#source.readyState !== 'open') return;
    this.#busy = true;
    try {
      for (let next = this.#wanted(); next.length > 0; next = this.#wanted()) await this.#append(buffer, next);
      await this.#forget(buffer);
    } catch {
      if (!this.#stop.signal.aborted) this.#onfail();
    } finally {
      this.#busy = false;
    }
  }

  /** Neighbours that lie side by side in one file, beginning with a key frame unless they follow what is held. */
  #wanted(): Piece[] {
    const now = this.#video.currentTime;
    const first = this.#pieces.findIndex(({ to }) => to > now);
    if (first < 0 || this.#stop.signal.aborted) return [];
    const { part } = this.#pieces[first] ?? {};
    const key = this.#pieces.findLastIndex((piece, i) => i <= first && piece.key && piece.part === part);
    const near = this.#pieces.slice(Math.max(0, key)).filter(({ from }) => from < now + AHEAD_SECONDS);
    const begin = near.findIndex((piece) => !this.#held.has(piece));
    const run: Piece[] = [];
    for (const piece of begin < 0 ? [] : near.slice(begin)) {
      const last = run.at(-1);
      const follows = !last || (last.part === piece.part && last.offset + last.bytes === piece.offset);
      if (!follows || this.#held.has(piece)) break;
      run.push(piece);
    }
    return run;
  }

  async #append(buffer: SourceBuffer, run: readonly Piece[]): Promise<void> {
    const [first, last] = [run[0], run.at(-1)];
    const part = this.#index.parts[first?.part ?? -1];
    if (!first || !last || !part) return;
    if (this.#part !== first.part) {
      const init = await this.#fetch(part.file, part.init.offset, part.init.bytes);
      buffer.abort();
      buffer.timestampOffset = offsetOf(part) / 1000;
      await settled(buffer, () => buffer.appendBuffer(init));
      this.#part = first.part;
    }
    const bytes = await this.#fetch(part.file, first.offset, last.offset + last.bytes - first.offset);
    await settled(buffer, () => buffer.appendBuffer(bytes));
    for (const piece of run) this.#held.add(piece);
  }

  async #forget(buffer: SourceBuffer): Promise<void> {
    const until = this.#video.currentTime - BEHIND_SECONDS;
    const old = [...this.#held].filter(({ to }) => to < until);
    const end = Math.max(0, ...old.map(({ to }) => to));
    if (end <= 0) return;
    await settled(buffer, () => buffer.remove(0, end));
    for (const piece of this.#held) if (piece.from < end) this.#held.delete(piece);
  }

  async #fetch(file: string, offset: number, bytes: number): Promise<ArrayBuffer> {
    const headers = { range: `bytes=${offset}-${offset + bytes - 1}` };
    const answer = await fetch(this.#urlOf(file), { headers, signal: this.#stop.signal });
    if (answer.status !== 206) throw new Error(`${file}: ${answer.status}`);
    return answer.arrayBuffer();
  }
}

/** From the times in a file, which may be of its middle, to those of the stream. */
function offsetOf({ mediaAt, fragments }: StreamIndex['parts'][number]): number {
  return mediaAt - (fragments[0]?.at ?? 0);
}

/** A SourceBuffer does one thing at a time and says when it is done. */
function settled(buffer: SourceBuffer, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const { signal } = done;
    const end = (settle: () => void) => () => {
      done.abort();
      settle();
    };
    buffer.addEventListener('updateend', end(resolve), { signal });
    buffer.addEventListener(
      'error',
      end(() => reject(new Error('not appended'))),
      { signal },
    );
    begin();
  });
}
