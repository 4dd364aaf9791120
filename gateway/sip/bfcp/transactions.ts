/**
 * Transactions of one association (RFC 8855 8): matches answers to what was asked, repeats over UDP what was not answered, and
 * repeats the old answer to what was asked again. Pure: time comes in (milliseconds), messages go out.
 */
import type { Transport } from './codec.ts';
import { attributeOf, type Content, type Message, type Primitive, type Version } from './messages.ts';

/** Milliseconds. T1 and T2 of RFC 8855 8.3.3; over TCP nothing is repeated, only given up. */
export const timing = { t1: 500, t2: 10_000, answer: 10_000 } as const;
/** Sent once and up to three times again, at doubling intervals (8.3.1). */
const transmissions = 4;
/** How often something unanswered is said anew when the other side is heard; some devices acknowledge nothing. */
const rounds = 3;
/** Notifications that wait for the one before them; answers kept for repeated requests. */
const bounds = { queue: 32, answers: 16 };

const answersTo: Partial<Record<Primitive, readonly Primitive[]>> = {
  FloorRequest: ['FloorRequestStatus'],
  FloorRelease: ['FloorRequestStatus'],
  FloorRequestQuery: ['FloorRequestStatus'],
  FloorRequestStatus: ['FloorRequestStatusAck'],
  UserQuery: ['UserStatus'],
  FloorQuery: ['FloorStatus'],
  FloorStatus: ['FloorStatusAck'],
  Hello: ['HelloAck'],
  Goodbye: ['GoodbyeAck'],
};
/** These begin nothing, whatever their R bit says. */
const onlyAnswers: ReadonlySet<Primitive> = new Set([
  'HelloAck',
  'UserStatus',
  'Error',
  'FloorRequestStatusAck',
  'FloorStatusAck',
  'GoodbyeAck',
]);
const isNotification = ({ primitive }: Content) => primitive === 'FloorRequestStatus' || primitive === 'FloorStatus';

export type Received =
  /** Somebody asks or tells. `mustAnswer` is false for a notification over TCP (8.2). */
  | { kind: 'request'; mustAnswer: boolean }
  /** The answer to what we said. */
  | { kind: 'answer'; asked: Content }
  /** Already dealt with, or an answer to nothing. */
  | { kind: 'old' };

export interface TransactionOptions {
  transport: Transport;
  conferenceId: number;
  userId: number;
  /** Of our first transaction, 1 to 65 535. */
  firstId: number;
}

interface Waiting {
  content: Content;
  /** How often it was given up. */
  givenUp: number;
}

interface Outstanding extends Waiting {
  message: Message;
  /** Whether the other side has said anything since: then it lives, and merely does not acknowledge. */
  heardSince: boolean;
  sent: number;
  nextAt: number;
}

/** What nobody answered is kept, and said again as soon as the other side is heard. */
export class Transactions {
  readonly #options: TransactionOptions;
  readonly #answers = new Map<string, { message: Message; until: number }>();
  #queue: Waiting[] = [];
  /** One at a time over UDP, which keeps no order (RFC 8855 8). */
  #outstanding: Outstanding | undefined;
  #lastId: number;
  #version: Version;
  #lost = false;
  #out: Message[] = [];

  constructor(options: TransactionOptions) {
    this.#options = options;
    this.#lastId = options.firstId - 1;
    this.#version = options.transport === 'tcp' ? 1 : 2;
  }

  /** What is to be sent now, in order; each message once. */
  take(): Message[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** When `tick` has something to do. */
  get nextAt(): number | undefined {
    return this.#outstanding?.nextAt;
  }

  /** Says something to the other side. A newer word about the same matter takes the place of a waiting older one. */
  begin(content: Content, now: number): void {
    if (this.#options.transport === 'tcp' && isNotification(content)) {
      this.#out.push(this.#message(content, 0, false)); // 8.2: over TCP a server's transaction is 0 and ends at once
      return;
    }
    const matter = matterOf(content);
    const others = this.#queue.filter((waiting) => matter === undefined || matterOf(waiting.content) !== matter);
    this.#queue = [...others, { content, givenUp: 0 }].slice(-bounds.queue);
    const current = this.#outstanding;
    // What was not acknowledged at once gives way to the newer word, lest a revocation wait for seconds.
    if (current && current.sent > 1 && matter !== undefined && matterOf(current.content) === matter) {
      this.#outstanding = undefined;
    }
    this.#pump(now);
  }

  /** Past the queue, once and without repetition: the last word. */
  sendOnce(content: Content): void {
    this.#out.push(this.#message(content, this.#nextId(), false));
  }

  receive(message: Message, now: number): Received {
    const { transport } = this.#options;
    if (transport === 'udp') this.#version = message.version;
    const asked = this.#takeAnswered(message);
    if (this.#outstanding) this.#outstanding.heardSince = true;
    this.#lost = false;
    this.#pump(now);
    if (asked) return { kind: 'answer', asked };
    if (onlyAnswers.has(message.primitive) || message.responder) return { kind: 'old' };
    if (transport === 'tcp') return { kind: 'request', mustAnswer: message.transactionId !== 0 };
    const known = this.#answers.get(keyOf(message));
    if (known === undefined || known.until <= now) return { kind: 'request', mustAnswer: true };
    this.#out.push(known.message); // 8.3.2: kept for T2, because the answer may have been lost
    return { kind: 'old' };
  }

  answer(request: Message, content: Content, now: number): void {
    const { conferenceId, userId, version, transactionId } = request; // copied, even where they are wrong (8.1)
    const answer: Message = { ...this.#message(content, transactionId, true), conferenceId, userId, version };
    this.#out.push(answer);
    if (this.#options.transport === 'tcp') return;
    this.#answers.set(keyOf(request), { message: answer, until: now + timing.t2 });
    for (const [key, { until }] of this.#answers) {
      if (until <= now || this.#answers.size > bounds.answers) this.#answers.delete(key);
    }
  }

  /** Repeats or gives up; true when this very tick lost the other side. */
  tick(now: number): boolean {
    const current = this.#outstanding;
    if (!current || now < current.nextAt) return false;
    if (this.#options.transport === 'udp' && current.sent < transmissions) {
      current.sent += 1;
      current.nextAt = now + timing.t1 * 2 ** (current.sent - 1);
      this.#out.push(current.message);
      return false;
    }
    this.#giveUp(current);
    if (current.heardSince) this.#pump(now);
    const isNew = !this.#lost && !current.heardSince;
    this.#lost ||= isNew;
    return isNew;
  }

  /** Keeps what must still be said, unless there is a newer word or the other side, being there, does not acknowledge. */
  #giveUp({ content, givenUp, heardSince }: Outstanding): void {
    this.#outstanding = undefined;
    const matter = matterOf(content);
    const isOutdated = matter !== undefined && this.#queue.some((waiting) => matterOf(waiting.content) === matter);
    const isSaid = isNotification(content) && (heardSince || givenUp + 1 >= rounds);
    if (!isOutdated && !isSaid) this.#queue.unshift({ content, givenUp: givenUp + 1 });
  }

  #pump(now: number): void {
    const next = this.#outstanding ? undefined : this.#queue.shift();
    if (!next) return;
    const message = this.#message(next.content, this.#nextId(), false);
    const wait = this.#options.transport === 'udp' ? timing.t1 : timing.answer;
    this.#outstanding = { ...next, message, heardSince: false, sent: 1, nextAt: now + wait };
    this.#out.push(message);
  }

  /** Old devices leave the R bit out, so it is not asked for where the answer cannot be anything else. */
  #takeAnswered(message: Message): Content | undefined {
    const current = this.#outstanding;
    if (current?.message.transactionId !== message.transactionId) return undefined;
    const { primitive } = message;
    const fits = primitive === 'Error' || (answersTo[current.content.primitive]?.includes(primitive) ?? false);
    if (!fits || (message.version === 2 && !message.responder)) return undefined;
    this.#outstanding = undefined;
    return current.content;
  }

  /** Never 0, which means "no answer wanted" (8.2). */
  #nextId(): number {
    this.#lastId = (this.#lastId % 0xffff) + 1;
    return this.#lastId;
  }

  #message({ primitive, attributes }: Content, transactionId: number, responder: boolean): Message {
    const { conferenceId, userId } = this.#options;
    return { version: this.#version, responder, primitive, conferenceId, transactionId, userId, attributes };
  }
}

const keyOf = ({ transactionId, primitive }: Message) => `${transactionId} ${primitive}`;

/** Which messages make earlier ones superfluous. A request and its release do not: each is an act of its own. */
function matterOf({ primitive, attributes }: Content): string | undefined {
  if (primitive === 'FloorStatus' || primitive === 'Hello' || primitive === 'FloorQuery') return primitive;
  if (primitive !== 'FloorRequestStatus') return undefined;
  return `${primitive} ${attributeOf(attributes, 'floorRequestInformation')?.id}`;
}
