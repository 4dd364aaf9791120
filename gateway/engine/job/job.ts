/** What a job's module gives to `main.ts`, and how it speaks back. */
export interface RunningJob {
  /** Carries out one command; the answer is its result. Throws a `JobFailure` to refuse. */
  readonly commands: Readonly<Record<string, (params: never) => object | Promise<object>>>;
  /** Commands that wait for something from outside: those that come after them are not kept waiting. */
  readonly unhurried?: readonly string[];
  /** Closes everything the job made; the process ends afterwards. */
  close(): void | Promise<void>;
}

export type Emit<E extends { event: string }> = (event: E) => void;

/** A refusal with a stable code, for programs; the message is for the log. */
export class JobFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
