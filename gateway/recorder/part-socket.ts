import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type PartPreface, partPreface } from '../engine/recorder-protocol.ts';

/** A preface is one short line. */
const MAX_PREFACE = 512;

/** Takes a part's bytes in, to their end. What it rejects with ends the connection. */
export type TakePart = (preface: PartPreface, bytes: AsyncIterable<Buffer>) => Promise<void>;

/** A Unix socket of our own on which an engine process delivers parts, one with each connection. */
export class PartSocket {
  readonly path: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #parts = new Map<Socket, Promise<void>>();

  private constructor(folder: string, path: string, take: TakePart, logger: Logger) {
    this.#folder = folder;
    this.path = path;
    this.#server = createServer((socket) => {
      const part = deliver(socket, take)
        .catch((error: unknown) => logger.warn({ err: error }, 'a part has ended'))
        .finally(() => {
          this.#parts.delete(socket);
          socket.destroy();
        });
      this.#parts.set(socket, part);
    });
    this.#server.on('error', (error) => logger.error({ err: error }, 'socket of the recorder'));
  }

  /** Nobody but us finds the way to it. */
  static async open(take: TakePart, logger: Logger): Promise<PartSocket> {
    const folder = await mkdtemp(join(tmpdir(), 'rostrum-parts-'));
    await chmod(folder, 0o700);
    const path = join(folder, 'parts');
    const socket = new PartSocket(folder, path, take, logger);
    await new Promise<void>((resolve, reject) => {
      socket.#server.once('error', reject);
      socket.#server.listen(path, resolve);
    });
    return socket;
  }

  /** Ends what is being delivered at once; it is kept as far as it came. */
  abort(): void {
    for (const socket of this.#parts.keys()) socket.destroy();
  }

  /** Resolves when everything that is on its way has been taken in. */
  async close(): Promise<void> {
    this.#server.close();
    await Promise.all(this.#parts.values());
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function deliver(socket: Socket, take: TakePart): Promise<void> {
  socket.on('error', () => undefined);
  const pieces = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (!head.includes('\n')) {
    const { value, done } = await pieces.next();
    if (done || head.length > MAX_PREFACE) throw new RangeError('a part without a preface');
    head = Buffer.concat([head, value]);
  }
  const end = head.indexOf('\n');
  const preface = partPreface.parse(JSON.parse(head.toString('utf8', 0, end)));
  async function* rest(): AsyncGenerator<Buffer> {
    yield head.subarray(end + 1);
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  }
  await take(preface, rest());
}
