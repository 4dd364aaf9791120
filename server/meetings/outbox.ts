import type { Logger } from 'pino';
import type { Notice } from '../protocol/notices.ts';
import { MailRefused } from './mail.ts';

/** What came of one attempt that did not throw. `superseded`: the booking has gone on, and it is told no more. */
export type Sent = 'delivered' | 'superseded' | 'noMailServer';

interface OutboxParts {
  notices: {
    /** The one that waits longest first. @param but leaves out these receivers */
    due(now: number, most: number, but: readonly string[]): Promise<Notice[]>;
    change(notice: Notice): Promise<void>;
  };
  /** One after the other for each: who answers nothing keeps nobody else waiting. */
  receiverOf(notice: Notice): string;
  atOnce: number;
  /** Rejects where it is to be tried again, with `MailRefused` where that is of no use. */
  send(notice: Notice): Promise<Sent>;
  logger: Logger;
  now: () => number;
  /** Milliseconds after each failed attempt, 0 for at once; after the last one it is given up. */
  backOffMs: readonly number[];
}

const LOOK_EVERY_MS = 5_000;

/** What is kept of it: `fetch` says only in its cause what the matter was. */
export function failureOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return (cause instanceof Error && cause.message ? cause.message : message).slice(0, 300);
}

/**
 * Sends what waits in the store, each attempt on record. It outlives a crash: what was taken by the other side and not yet
 * written down is sent once more, under the same id.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  #timer: NodeJS.Timeout | undefined;
  /** The attempts, by receiver. */
  readonly #underWay = new Map<string, Promise<void>>();
  #look: Promise<void> | undefined;
  #again = false;
  #closed = true;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#closed = false;
    this.#timer = setInterval(() => this.wake(), LOOK_EVERY_MS);
    this.wake();
  }

  /** Looks now whether something waits. */
  wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#look ??= this.#run();
  }

  /** Resolves when the attempts that are under way are on record. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#look;
    await Promise.all(this.#underWay.values());
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#beginDue();
      }
    } catch (error) {
      this.#parts.logger.error({ err: error }, 'notices could not be read or written');
    } finally {
      this.#look = undefined;
    }
  }

  async #beginDue(): Promise<void> {
    const { notices, receiverOf, atOnce, now } = this.#parts;
    const free = atOnce - this.#underWay.size;
    if (free <= 0) return;
    const due = await notices.due(now(), free, [...this.#underWay.keys()]);
    for (const notice of due) {
      const receiver = receiverOf(notice);
      if (!this.#underWay.has(receiver)) this.#underWay.set(receiver, this.#attempt(receiver, notice));
    }
    // Behind what was for them something may wait for others.
    if (due.length > 0) this.#again = true;
  }

  /** Never rejects. */
  async #attempt(receiver: string, notice: Notice): Promise<void> {
    try {
      await this.#try(notice);
      this.#underWay.delete(receiver);
      this.wake();
    } catch (error) {
      // It is looked at again when its time comes.
      this.#underWay.delete(receiver);
      this.#parts.logger.error({ err: error }, 'a notice could not be written');
    }
  }

  async #try(notice: Notice): Promise<void> {
    const { nextAt: _now, failure: _before, ...rest } = notice;
    const attempts = notice.attempts + 1;
    // Before it is made: who may have heard of it is known also after a crash.
    await this.#parts.notices.change({ ...notice, attempts });
    try {
      const sent = await this.#parts.send(notice);
      const at = this.#parts.now();
      if (sent === 'delivered') return this.#parts.notices.change({ ...rest, attempts, status: sent, deliveredAt: at });
      return this.#parts.notices.change({ ...rest, attempts, status: 'failed', failure: sent });
    } catch (error) {
      const failure = failureOf(error);
      const wait = this.#parts.backOffMs[notice.attempts];
      const isLast = wait === undefined || error instanceof MailRefused;
      this.#parts.logger.warn({ notice: notice.noticeId, attempts, failure }, 'a notice was not delivered');
      if (isLast) return this.#parts.notices.change({ ...rest, attempts, status: 'failed', failure });
      await this.#parts.notices.change({ ...notice, attempts, nextAt: this.#parts.now() + wait, failure });
    }
  }
}
