import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import { z } from 'zod';
import { Refused } from '../../server/protocol/refusals.ts';
import { answerSchema } from '../../server/protocol/wire.ts';

/** Where the server is and how it proves that it is ours. */
export interface ServerAddress {
  url: string;
  /** PEM: the server's own certificate is trusted and no other. */
  ca: string;
}

/** How long an answer may take before the caller is told `retry`. */
const ANSWER_TIMEOUT_MS = 10_000;

/** The gateway and the server share a machine or a rack: come back quickly, for ever. */
export function socketOptions(server: ServerAddress): Partial<ManagerOptions & SocketOptions> {
  return {
    transports: ['websocket'],
    ca: server.ca,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1_000,
    ackTimeout: ANSWER_TIMEOUT_MS,
    // One lost connection must not lose the others.
    forceNew: true,
  };
}

const RETRY_MS = 500;

/** What of a socket it takes to come back. */
interface Returning {
  readonly active: boolean;
  connect(): unknown;
}

/**
 * socket.io comes back by itself from a lost connection, and leaves it to us where the server has closed or refused it.
 * Whoever owns the socket stops this with it.
 */
export class ComingBack {
  readonly #socket: Returning;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Returning) {
    this.#socket = socket;
  }

  again(): void {
    if (this.#stopped || this.#socket.active) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.connect(), RETRY_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

/** The result of an answer, or the refusal thrown. */
export function resultOf<T>(answer: unknown, schema: z.ZodType<T>): T {
  const parsed = answerSchema.parse(answer);
  if (!parsed.ok) throw new Refused(parsed.refusal.code, parsed.refusal.detail);
  return schema.parse(parsed.result);
}

/** For answers without content. */
export const nothingSchema = z.unknown().transform(() => undefined);
