import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileJobs, writeFontConfig } from './compile.ts';
import {
  type CommandName,
  type CommandParams,
  type CommandResult,
  type JobContract,
  type JobEvent,
  quitCommand,
  readyEvent,
  reply,
} from './protocol.ts';

/** The part of pino's logger that the engine needs. */
export interface EngineLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EngineOptions {
  readonly logger: EngineLogger;
  /** Where stripped sources and font caches live; by default the user's cache folder. */
  readonly cacheFolder?: string;
  /** Milliseconds until a request without an answer fails with `engineTimeout`; 5000 by default. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds until the child must have said `ready`; 15000 by default (a first start scans the plugins). */
  readonly startTimeoutMs?: number;
  /** Milliseconds from the polite quit to SIGKILL; 3000 by default. */
  readonly stopTimeoutMs?: number;
  /** For what nobody waits for: it gets what the others leave of the processor. */
  readonly isLowPriority?: boolean;
}

/** `expected` is true when `stop()` had been called. */
export interface EngineExit {
  readonly expected: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * `code` is stable: `engineExited`, `engineStopped`, `engineTimeout`, `engineNotStarted`, `badReply`, or the code
 * with which the job refused the command.
 */
export class EngineError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** One job in one child process. Whoever started it stops it, and is told by `onExit` when it ends by itself. */
export interface EngineProcess<C extends JobContract> {
  readonly pid: number;
  /** Sends one command; rejects with an `EngineError`. Commands are carried out in the order of the calls. */
  request<K extends CommandName<C>>(command: K, params: CommandParams<C, K>): Promise<CommandResult<C, K>>;
  /** Answers with a function that takes the listener off again. */
  onEvent(listener: (event: JobEvent<C>) => void): () => void;
  /** Called once, at once if the process has already ended. */
  onExit(listener: (exit: EngineExit) => void): () => void;
  /** Resolves when the process has ended: politely, or by SIGKILL after `stopTimeoutMs`. */
  stop(): Promise<void>;
}

interface Pending {
  readonly command: string;
  resolve(result: Record<string, unknown>): void;
  reject(error: EngineError): void;
}

let lastStart: 'ok' | 'down' = 'ok';

/** Whether the last job that was started got ready: the engine is as good as that. */
export function engineHealth(): 'ok' | 'down' {
  return lastStart;
}

/** Starts the child process of one job and resolves when it is ready for commands. */
export async function startEngine<C extends JobContract>(
  contract: C,
  options: EngineOptions,
): Promise<EngineProcess<C>> {
  try {
    const engine = await launch(contract, options);
    lastStart = 'ok';
    return engine;
  } catch (error) {
    lastStart = 'down';
    throw error;
  }
}

async function launch<C extends JobContract>(contract: C, options: EngineOptions): Promise<EngineProcess<C>> {
  const cacheFolder = options.cacheFolder ?? defaultCacheFolder();
  const [folder, fontConfig] = await Promise.all([compileJobs(cacheFolder), writeFontConfig(cacheFolder)]);
  const [program = 'gjs', ...before] = options.isLowPriority ? ['nice', '-n', '19', 'gjs'] : [];
  const child = spawn(program, [...before, '-m', join(folder, 'main.ts'), contract.job], {
    env: childEnvironment(fontConfig),
    stdio: ['pipe', 'pipe', 'pipe'],
    // Out of the terminal's process group: Ctrl-C is for the gateway, which then lets its jobs finish what they write.
    detached: true,
  });
  const engine = new EngineChild(contract, child, options);
  await engine.ready;
  return engine;
}

function defaultCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rostrum', 'engine');
}

/**
 * The child gets no more of our environment than it needs: settings may hold secrets. Its many threads share two
 * heaps, because memory freed by one thread's heap is of no use to another's. Pictures stay out of the heaps: glibc
 * would put them there after the first has been freed, and inputs that come and go would leave holes that add up
 * (mallopt(3), M_MMAP_THRESHOLD).
 */
function childEnvironment(fontConfig: string): NodeJS.ProcessEnv {
  const heap = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: String(64 * 1024) };
  const env: NodeJS.ProcessEnv = { LANG: 'C.UTF-8', FONTCONFIG_FILE: fontConfig, ...heap };
  for (const [name, value] of Object.entries(process.env)) {
    if (/^(PATH|HOME|USER|TMPDIR|XDG_\w+|GST_\w+|G_\w+|LD_LIBRARY_PATH)$/.test(name)) env[name] = value;
  }
  return env;
}

class EngineChild<C extends JobContract> implements EngineProcess<C> {
  readonly ready: Promise<void>;
  readonly #contract: C;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #options: EngineOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #eventListeners = new Set<(event: JobEvent<C>) => void>();
  readonly #exitListeners = new Set<(exit: EngineExit) => void>();
  #settleReady: { resolve(): void; reject(error: EngineError): void } | undefined;
  #lastId = 0;
  #stopping = false;
  #exit: EngineExit | undefined;

  constructor(contract: C, child: ChildProcessWithoutNullStreams, options: EngineOptions) {
    this.#contract = contract;
    this.#child = child;
    this.#options = options;
    this.ready = this.#awaitReady();
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    createInterface({ input: child.stderr }).on('line', (line) => this.#log('warn', line));
    // A broken pipe shows as the exit, which is reported below.
    child.stdin.on('error', (error) => this.#log('debug', `stdin: ${error.message}`));
    child.on('error', (error) => {
      this.#log('error', error.message);
      if (child.pid === undefined) this.#ended({ expected: false, code: null, signal: null });
    });
    child.on('close', (code, signal) => this.#ended({ expected: this.#stopping, code, signal }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  request<K extends CommandName<C>>(command: K, params: CommandParams<C, K>): Promise<CommandResult<C, K>> {
    const contract = this.#contract.commands[command];
    if (contract === undefined) return Promise.reject(new EngineError('unknownCommand', `no command ${command}`));
    const parsed = contract.params.safeParse(params);
    if (!parsed.success) return Promise.reject(new EngineError('badCommand', `${command}: ${parsed.error.message}`));
    return this.#send(command, parsed.data).then((result) => {
      const checked = contract.result.safeParse(result);
      if (!checked.success) throw new EngineError('badReply', `${command}: ${checked.error.message}`);
      return checked.data as CommandResult<C, K>;
    });
  }

  onEvent(listener: (event: JobEvent<C>) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onExit(listener: (exit: EngineExit) => void): () => void {
    const exit = this.#exit;
    if (exit !== undefined) {
      queueMicrotask(() => this.#call(listener, exit));
      return () => undefined;
    }
    this.#exitListeners.add(listener);
    return () => this.#exitListeners.delete(listener);
  }

  stop(): Promise<void> {
    if (this.#exit !== undefined) return Promise.resolve();
    const ended = new Promise<void>((resolve) => this.#exitListeners.add(() => resolve()));
    if (!this.#stopping) {
      this.#stopping = true;
      this.#rejectPending(new EngineError('engineStopped', `${this.#contract.job} is being stopped`));
      this.#child.stdin.end(`${JSON.stringify({ id: ++this.#lastId, command: quitCommand, params: {} })}\n`);
      const kill = setTimeout(() => this.#child.kill('SIGKILL'), this.#options.stopTimeoutMs ?? 3000);
      this.#exitListeners.add(() => clearTimeout(kill));
    }
    return ended;
  }

  #awaitReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#settleReady?.reject(new EngineError('engineNotStarted', `${this.#contract.job} did not get ready`));
        this.#child.kill('SIGKILL');
      }, this.#options.startTimeoutMs ?? 15_000);
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#settleReady = undefined;
        finish();
      };
      this.#settleReady = { resolve: () => settle(resolve), reject: (error) => settle(() => reject(error)) };
    });
  }

  #send(command: string, params: unknown): Promise<Record<string, unknown>> {
    if (this.#exit !== undefined) return Promise.reject(new EngineError('engineExited', 'the process has ended'));
    if (this.#stopping) return Promise.reject(new EngineError('engineStopped', 'the process is being stopped'));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new EngineError('engineTimeout', `no answer to ${command}`));
      }, this.#options.requestTimeoutMs ?? 5000);
      const settle = <T>(finish: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          finish(value);
        };
      };
      this.#pending.set(id, { command, resolve: settle(resolve), reject: settle(reject) });
      this.#child.stdin.write(`${JSON.stringify({ id, command, params })}\n`);
    });
  }

  #read(line: string): void {
    const message = parseJson(line);
    const answer = reply.safeParse(message);
    const event = this.#contract.event.safeParse(message);
    if (answer.success) this.#settle(answer.data);
    else if (readyEvent.safeParse(message).success) this.#settleReady?.resolve();
    else if (event.success)
      for (const listener of this.#eventListeners) this.#call(listener, event.data as JobEvent<C>);
    else this.#log('warn', `not understood: ${line.slice(0, 500)}`);
  }

  #settle(answer: { ok: number; result: Record<string, unknown> } | { failed: number; code: string; message: string }) {
    const id = 'ok' in answer ? answer.ok : answer.failed;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending === undefined) return;
    if ('ok' in answer) pending.resolve(answer.result);
    else pending.reject(new EngineError(answer.code, `${pending.command}: ${answer.message}`));
  }

  #ended(exit: EngineExit): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    const how = exit.signal ?? `code ${exit.code}`;
    this.#log(exit.expected ? 'debug' : 'error', `ended by ${how}`);
    this.#settleReady?.reject(new EngineError('engineNotStarted', `${this.#contract.job} ended by ${how}`));
    this.#rejectPending(new EngineError('engineExited', `${this.#contract.job} ended by ${how}`));
    for (const listener of this.#exitListeners) this.#call(listener, exit);
    this.#exitListeners.clear();
    this.#eventListeners.clear();
  }

  #rejectPending(error: EngineError): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  /** A listener's mistake must not end the reading of a process that others depend on. */
  #call<T>(listener: (value: T) => void, value: T): void {
    try {
      listener(value);
    } catch (error) {
      this.#log('error', `listener failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  #log(level: keyof EngineLogger, message: string): void {
    if (message.trim() !== '') this.#options.logger[level]({ job: this.#contract.job, pid: this.pid }, message);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
