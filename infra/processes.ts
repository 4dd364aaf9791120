// Running the tools that commands are made of, so that none outlives its command.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

/** Owned by `runTool`; ended by `endWithParent`. */
const running = new Set<ChildProcess>();

export interface Ended {
  /** The exit code; 1 when a signal ended it. */
  code: number;
  /** What it wrote to its standard output, where that was piped. */
  output: string;
}

/** Runs a Node program of `node_modules` or of the project to its end. Output is inherited unless `options` pipe it. */
export function runTool(script: string, args: string[], options: SpawnOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit', ...options });
  running.add(child);
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  child.once('error', reject);
  child.once('close', (code) => {
    running.delete(child);
    resolve({ code: code ?? 1, output });
  });
  return promise;
}

/**
 * For commands that end by themselves: on a signal, or when bootstrap.mjs is gone, the tools are told to end and the
 * command exits as if by that signal.
 */
export function endWithParent(): void {
  const end = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', code: number) => () => {
    for (const child of running) child.kill(signal);
    process.exit(code);
  };
  process.once('SIGINT', end('SIGINT', 130));
  process.once('SIGTERM', end('SIGTERM', 143));
  process.once('SIGHUP', end('SIGHUP', 129));
  process.once('disconnect', end('SIGTERM', 143));
  // The channel must not keep the command alive once its work is done.
  process.channel?.unref();
}
