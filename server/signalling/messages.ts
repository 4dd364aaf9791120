import type { Logger } from 'pino';
import type { Socket } from 'socket.io';
import { Refused, refuse } from '../protocol/refusals.ts';
import { MAX_MESSAGE_BYTES } from '../protocol/version.ts';
import type { Answer } from '../protocol/wire.ts';
import type { TokenBucket } from './token-bucket.ts';

/** What is done with a message of one name; resolves to the answer, or rejects with `Refused`. */
export type Route = (message: unknown) => Promise<Answer>;

/**
 * The one way in from a socket: limits the rate and the size, answers every message that wants an answer, and lets
 * nothing escape, whatever was sent.
 */
export function receive(socket: Socket, routes: Record<string, Route>, bucket: TokenBucket, logger: Logger): void {
  socket.onAny((name: string, ...given: unknown[]) => {
    const last = given.at(-1);
    const acknowledge = typeof last === 'function' ? last : () => undefined;
    void answer(name, given[0]).then((reply) => acknowledge(reply));
  });

  async function answer(name: string, message: unknown): Promise<Answer> {
    try {
      if (!bucket.take()) throw new Refused('tooManyMessages');
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
      if (!route) throw new Refused('malformed', name.slice(0, 64));
      checkSize(message);
      return await route(message);
    } catch (error) {
      if (error instanceof Refused) return { ok: false, refusal: error.refusal };
      logger.error({ err: error, name }, 'a message could not be worked on');
      return { ok: false, refusal: refuse('internal') };
    }
  }
}

function checkSize(message: unknown): void {
  if (sizeOf(message) > MAX_MESSAGE_BYTES) throw new Refused('messageTooLarge', String(MAX_MESSAGE_BYTES));
}

/** Bytes of JSON. Functions (an acknowledgement in the message's place) count nothing. */
function sizeOf(message: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(message) ?? '');
  } catch {
    // Nested too deeply to be written down again: nothing that the contract knows.
    throw new Refused('malformed');
  }
}
