import type { EndedLineTest, LineTest, RunningLineTest } from '../../server/protocol/line-tests.ts';
import type { Refusal } from '../../server/protocol/refusals.ts';
import { refusalOf } from '../session/refused.ts';
import { listLineTests, readLineTest, stopLineTest, type Whose } from './api.ts';

const EVERY_MS = 500;

/** The tests of one line, and the one that runs as it goes on. The page that makes it calls `close`. */
export class FollowedTests {
  /** Null while they are read. */
  past: readonly EndedLineTest[] | null = $state.raw(null);
  running: RunningLineTest | null = $state.raw(null);
  refusal: Refusal | null = $state.raw(null);
  readonly #whose: Whose;
  readonly #onrunning: (test: RunningLineTest) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param onrunning told where the one that runs stands */
  constructor(whose: Whose, onrunning: (test: RunningLineTest) => void = () => undefined) {
    this.#whose = whose;
    this.#onrunning = onrunning;
  }

  async load(): Promise<void> {
    try {
      const tests = await listLineTests(this.#whose);
      this.past = tests.filter((test) => test.status !== 'running');
      const running = tests.find((test) => test.status === 'running');
      if (running && !this.running) this.follow(running);
    } catch (thrown) {
      this.refusal = refusalOf(thrown);
    }
  }

  follow(test: LineTest): void {
    if (this.#closed) return;
    this.refusal = null;
    if (test.status !== 'running') {
      this.running = null;
      this.past = [test, ...(this.past ?? []).filter(({ testId }) => testId !== test.testId)];
      return;
    }
    this.running = test;
    this.#onrunning(test);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#again(test), EVERY_MS);
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    try {
      await stopLineTest(this.#whose, this.running.testId);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  fail(thrown: unknown): void {
    this.refusal = refusalOf(thrown);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #again(test: RunningLineTest): Promise<void> {
    try {
      this.follow(await readLineTest(this.#whose, test.testId));
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      // A full line is slow to answer: it is asked again.
      if (refusal.code === 'retry') this.follow(test);
      else {
        this.running = null;
        this.refusal = refusal;
      }
    }
  }
}
