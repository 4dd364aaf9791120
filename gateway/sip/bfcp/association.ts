/** One side of one BFCP association: octets in, octets and events out. Pure but for its state; sockets and timers are `index.ts`'s. */
import { decode, encode, type Transport } from './codec.ts';
import type { FloorEvent, FloorIds, FloorOutput, Presenter } from './floor.ts';
import { FloorClient } from './floor-client.ts';
import { FloorServer } from './floor-server.ts';
import { fragment, Reassembler } from './fragments.ts';
import { errorMessage, type Message, primitiveNumbers } from './messages.ts';
import { Transactions } from './transactions.ts';

export type Role = 'server' | 'client';

export type AssociationEvent =
  | FloorEvent
  /**
   * `silent`: it did not answer for 7.5 s. Its presentation may well go on, it keeps its grant, and over UDP it is told later what
   * was decided meanwhile. `goodbye`: it ended floor control; a request it had was released before. `disconnected`: TCP ended.
   */
  | { kind: 'lost'; reason: 'silent' | 'goodbye' | 'disconnected' }
  /** Heard again after `lost`. */
  | { kind: 'restored' };

export interface AssociationOptions extends FloorIds {
  role: Role;
  transport: Transport;
  /** Of our first transaction, 1 to 65 535; a new association must not begin with the numbers of the last one. */
  firstTransactionId: number;
}

export interface Outcome {
  /** Datagrams, or pieces of the stream. */
  sends: Buffer[];
  events: AssociationEvent[];
}

/** Milliseconds between a client's Hellos: below what NATs forget, and how a silent server is found out. */
export const keepAliveMs = 20_000;

/** Refused messages of these kinds get no Error back, lest two sides answer each other for ever. */
const answersNumbers: ReadonlySet<number> = new Set([
  primitiveNumbers.HelloAck,
  primitiveNumbers.UserStatus,
  primitiveNumbers.Error,
  primitiveNumbers.FloorRequestStatusAck,
  primitiveNumbers.FloorStatusAck,
  primitiveNumbers.GoodbyeAck,
]);

export class Association {
  readonly #options: AssociationOptions;
  readonly #machine: FloorServer | FloorClient;
  #transactions: Transactions;
  #reassembler = new Reassembler();
  #absence: 'none' | 'silent' | 'goodbye' | 'disconnected' = 'none';
  #keepAliveAt: number | undefined;

  constructor(options: AssociationOptions) {
    this.#options = options;
    this.#machine = options.role === 'server' ? new FloorServer(options) : new FloorClient(options);
    this.#transactions = this.#newTransactions();
  }

  /** When `tick` has something to do. */
  get nextAt(): number | undefined {
    const times = [this.#transactions.nextAt, this.#keepAliveAt].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** The other side can be reached from now on: a client introduces itself (over UDP its Hello must be first). */
  start(now: number): Outcome {
    const isBack = this.#absence === 'disconnected';
    this.#absence = 'none';
    if (this.#client) {
      this.#transactions = this.#newTransactions(); // what was said before went nowhere; the start says it again
      this.#keepAliveAt = now + keepAliveMs;
    }
    const outcome = this.#act(this.#client?.start() ?? [], now);
    return isBack ? { ...outcome, events: [{ kind: 'restored' }, ...outcome.events] } : outcome;
  }

  /** TCP: the connection has ended; what was under way on it is void. */
  disconnected(): Outcome {
    this.#transactions = this.#newTransactions();
    this.#keepAliveAt = undefined;
    if (this.#absence !== 'none') return { sends: [], events: [] };
    this.#absence = 'disconnected';
    return { sends: [], events: [{ kind: 'lost', reason: 'disconnected' }] };
  }

  receive(bytes: Buffer, now: number): Outcome {
    const { transport } = this.#options;
    const whole = transport === 'udp' ? this.#reassembler.push(bytes) : bytes;
    const decoded = whole && decode(whole, transport);
    if (decoded?.kind === 'message') return this.#receive(decoded.message, now);
    if (decoded?.kind !== 'refused' || decoded.header.responder || answersNumbers.has(decoded.header.primitive)) {
      return { sends: [], events: [] };
    }
    const { header, code, details } = decoded;
    const request: Message = { ...header, version: this.#highestVersion, primitive: 'Error', attributes: [] };
    this.#transactions.answer(request, errorMessage(code, details), now);
    return this.#flush([]);
  }

  tick(now: number): Outcome {
    const events: AssociationEvent[] = [];
    if (this.#transactions.tick(now) && this.#absence === 'none') {
      this.#absence = 'silent';
      events.push({ kind: 'lost', reason: 'silent' });
    }
    if (this.#keepAliveAt === undefined || now < this.#keepAliveAt) return this.#flush(events);
    this.#keepAliveAt = now + keepAliveMs;
    const outcome = this.#act(this.#client?.keepAlive() ?? [], now);
    return { sends: outcome.sends, events: [...events, ...outcome.events] };
  }

  // ── server role; nothing happens in the other ─────────────────────────────────────────────────────────────────────

  grant(now: number): Outcome {
    return this.#act(this.#server?.grant() ?? [], now);
  }

  revoke(now: number): Outcome {
    return this.#act(this.#server?.revoke() ?? [], now);
  }

  present(presenter: Presenter | undefined, now: number): Outcome {
    return this.#act(this.#server?.present(presenter) ?? [], now);
  }

  // ── client role; nothing happens in the other ─────────────────────────────────────────────────────────────────────

  requestFloor(now: number): Outcome {
    return this.#act(this.#client?.request() ?? [], now);
  }

  releaseFloor(now: number): Outcome {
    return this.#act(this.#client?.release() ?? [], now);
  }

  /** The last word (RFC 8855 12.3); over TCP the end of the connection says the same. */
  goodbye(): Outcome {
    const isHeard = this.#options.transport === 'udp' && this.#absence !== 'goodbye';
    if (isHeard) this.#transactions.sendOnce({ primitive: 'Goodbye', attributes: [] });
    return this.#flush([]);
  }

  #receive(message: Message, now: number): Outcome {
    if (this.#client && message.conferenceId !== this.#options.conferenceId) return { sends: [], events: [] };
    const absence = this.#absence;
    this.#absence = 'none';
    const received = this.#transactions.receive(message, now);
    const outputs: FloorOutput[] = [];
    if (this.#client && absence === 'silent') outputs.push(...this.#client.refresh());
    if (this.#client && absence === 'goodbye' && message.primitive !== 'GoodbyeAck')
      outputs.push(...this.#client.start());
    if (received.kind === 'answer') outputs.push(...(this.#client?.receiveAnswer(message, received.asked) ?? []));
    else if (received.kind === 'request') {
      outputs.push(...(this.#server?.receive(message) ?? []));
      outputs.push(...(this.#client?.receive(message, received.mustAnswer) ?? []));
    }
    const outcome = this.#act(outputs, now);
    const isRestored = absence !== 'none' && message.primitive !== 'Goodbye';
    const events: AssociationEvent[] = [...(isRestored ? [{ kind: 'restored' } as const] : []), ...outcome.events];
    if (message.primitive === 'Goodbye') {
      this.#absence = 'goodbye';
      if (absence !== 'goodbye') events.push({ kind: 'lost', reason: 'goodbye' });
    }
    return { sends: outcome.sends, events };
  }

  #act(outputs: FloorOutput[], now: number): Outcome {
    const events: AssociationEvent[] = [];
    for (const output of outputs) {
      if (output.kind === 'say') this.#transactions.begin(output.content, now);
      else if (output.kind === 'answer') this.#transactions.answer(output.request, output.content, now);
      else events.push(output.event);
    }
    return this.#flush(events);
  }

  #flush(events: AssociationEvent[]): Outcome {
    const { transport } = this.#options;
    const bytes = this.#transactions.take().map((message) => encode(message, transport));
    return { sends: transport === 'udp' ? bytes.flatMap((message) => fragment(message)) : bytes, events };
  }

  get #highestVersion(): 1 | 2 {
    return this.#options.transport === 'udp' ? 2 : 1;
  }

  get #server(): FloorServer | undefined {
    return this.#machine instanceof FloorServer ? this.#machine : undefined;
  }

  get #client(): FloorClient | undefined {
    return this.#machine instanceof FloorClient ? this.#machine : undefined;
  }

  #newTransactions(): Transactions {
    const { transport, conferenceId, userId, firstTransactionId } = this.#options;
    return new Transactions({ transport, conferenceId, userId, firstId: firstTransactionId });
  }
}
