// Keeps one part of the system (server, gateway) running as a child process of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { root } from './bootstrap.mjs';
import { text } from './messages.ts';

export interface Part {
  name: string;
  /** The TypeScript file that runs, relative to the project. */
  script: string;
  nodeOptions?: string[];
  args?: string[];
  env: NodeJS.ProcessEnv;
}

export interface Supervised {
  /** Resolves at the first readiness; rejects when the part cannot be brought up at all. */
  ready: Promise<Ready>;
  /** Ends the part and every process it started; resolves when they are gone. */
  stop(): Promise<void>;
}

/** Lines for people: what happened to a part. */
export type Say = (line: string) => void;

/** Pause before the nth restart in a row, in milliseconds. */
export function restartDelay(failures: number): number {
  return [200, 500, 1000, 2000][failures - 1] ?? 5000;
}

const graceMs = 5_000;
/** Whoever ran this long before dying begins again with the shortest pause. */
const stableMs = 30_000;
/** A part that never worked is given up after so many attempts. */
const firstAttempts = 3;
/** The exit code by which a part says that its settings are wrong; trying again would not help. */
const badSettings = 2;

/** The channel of each part. The server tells its address and, once, the first operator's password. */
const readySchema = z.object({
  type: z.literal('ready'),
  url: z.string().default(''),
  oneTimePassword: z.string().optional(),
});

/** What a part says over its channel once it works. */
export type Ready = z.output<typeof readySchema>;

/**
 * Starts a part and restarts it, with growing pauses, whenever it dies. The part leads a process group of its own, so
 * that Ctrl-C reaches only the supervisor, which then lets the part close its calls first; what is left of the group
 * when the part is gone is killed. The part itself must exit when its channel disconnects: that is how it learns that
 * the supervisor was killed.
 */
export function supervise(part: Part, say: Say): Supervised {
  const { promise: ready, resolve, reject } = Promise.withResolvers<Ready>();
  let child: ChildProcess | undefined;
  let pause: NodeJS.Timeout | undefined;
  let stopping = false;
  let wasReady = false;
  let failures = 0;
  let gone = Promise.resolve();

  function start(): void {
    const startedAt = Date.now();
    const exit = Promise.withResolvers<void>();
    gone = exit.promise;
    child = launch(part);
    child.on('message', (message) => {
      const { data: said } = readySchema.safeParse(message);
      if (!said) return;
      if (wasReady) say(text.partBack(part.name));
      wasReady = true;
      resolve(said);
    });
    child.once('error', (error) => say(`${part.name}: ${error.message}`));
    // Not 'close': a process that the part left behind may hold its output open.
    child.once('exit', (code, signal) => {
      killGroup(child);
      exit.resolve();
      if (stopping) return;
      failures = Date.now() - startedAt > stableMs ? 1 : failures + 1;
      if (!wasReady && (code === badSettings || failures >= firstAttempts)) {
        reject(new PartFailed(part.name, code));
        return;
      }
      const delay = restartDelay(failures);
      say(text.partDied(part.name, String(signal ?? code), delay / 1000));
      pause = setTimeout(start, delay);
    });
  }

  async function stop(): Promise<void> {
    stopping = true;
    clearTimeout(pause);
    child?.kill('SIGTERM');
    const force = setTimeout(() => killGroup(child), graceMs);
    await gone;
    clearTimeout(force);
  }

  start();
  return { ready, stop };
}

/** A part that could not be brought up; it has said why on its own lines. */
export class PartFailed extends Error {
  readonly part: string;
  readonly code: number | null;
  constructor(part: string, code: number | null) {
    super(`${part} ended with ${code}`);
    this.part = part;
    this.code = code;
  }
}

function launch(part: Part): ChildProcess {
  const child = spawn(process.execPath, [...(part.nodeOptions ?? []), part.script, ...(part.args ?? [])], {
    cwd: root,
    env: part.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const prefix = `${part.name.padEnd(7)} │ `;
  for (const [stream, out] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    if (stream) createInterface({ input: stream }).on('line', (line) => out.write(`${prefix}${line}\n`));
  }
  return child;
}

function killGroup(child: ChildProcess | undefined): void {
  if (!child?.pid) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: nothing of the group is left.
  }
}
