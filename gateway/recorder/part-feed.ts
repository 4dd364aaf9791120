import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';

/**
 * A Unix socket of our own from which an engine process reads: whoever connects gets what `open` answers, to its end. What breaks on
 * the way ends the connection; the reader is told by what is missing.
 */
export class PartFeed {
  readonly path: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #sources = new Set<Readable>();

  private constructor(folder: string, open: () => Readable) {
    this.#folder = folder;
    this.path = join(folder, 'part');
    this.#server = createServer((socket) => {
      const source = open();
      this.#sources.add(source);
      pipeline(source, socket, () => {
        this.#sources.delete(source);
        socket.destroy();
      });
    });
    this.#server.on('error', () => undefined);
  }

  /** Nobody but us finds the way to it. */
  static async open(source: () => Readable): Promise<PartFeed> {
    const folder = await mkdtemp(join(tmpdir(), 'rostrum-feed-'));
    await chmod(folder, 0o700);
    const feed = new PartFeed(folder, source);
    feed.#server.listen(feed.path);
    await once(feed.#server, 'listening');
    return feed;
  }

  async close(): Promise<void> {
    for (const source of this.#sources) source.destroy();
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
