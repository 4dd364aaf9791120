// The whole system on one machine: prepares what it needs, runs server and gateway, ends them together.

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Settings } from '../server/config.ts';
import { Explained, showProgress } from './bootstrap.mjs';
import { builtClient, ensureClient } from './client.ts';
import { ensureCertificate, ensureSecrets } from './identity.ts';
import { text } from './messages.ts';
import { readSettings } from './settings.ts';
import { PartFailed, type Ready, type Supervised, supervise } from './supervise.ts';
import { workerBinary } from './worker.ts';

export interface SystemOptions {
  args: string[];
  /** Restarts a part when its sources change, and leaves the client to Vite. */
  watch?: boolean;
}

export interface RunningSystem {
  /** What the server said when it was ready. */
  server: Ready;
  /** Where this machine itself reaches the server. */
  localUrl: string;
  /** Whether browsers will warn about the certificate. */
  selfSigned: boolean;
  /** What else is to be closed when the system stops. */
  onStop(close: () => Promise<void>): void;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** A certificate in the place of our own making is ours; one that somebody else issued is theirs to renew. */
const isSelfSigned = ({ data, tlsCert }: Settings) => dirname(tlsCert) === join(data, 'tls');

/** Makes what the parts expect to find; resolves to their environment. */
async function prepare(settings: Settings, options: SystemOptions): Promise<NodeJS.ProcessEnv> {
  const { workerBin } = settings;
  const worker = await workerBinary({ ...process.env, ...(workerBin && { MEDIASOUP_WORKER_BIN: workerBin }) });
  // A client in another place was built by whoever put it there.
  if (!options.watch && settings.clientDir === builtClient) await ensureClient();
  await mkdir(settings.data, { recursive: true, mode: 0o700 });
  await ensureSecrets(settings.data);
  if (isSelfSigned(settings)) await ensureCertificate(settings.tlsCert, settings.tlsKey);
  return { ...process.env, MEDIASOUP_WORKER_BIN: worker };
}

/** Where a process of this machine reaches a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `https://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

/** Server and gateway as children of this process, and the one way to end them. */
class Parts {
  readonly #running: Supervised[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #options: SystemOptions;
  #stopping: Promise<never> | undefined;

  constructor(options: SystemOptions) {
    this.#options = options;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!this.#stopping) say(text.stopping);
        void this.stop(0);
      });
    }
    // bootstrap.mjs is gone.
    process.once('disconnect', () => void this.stop(0));
  }

  run(name: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ready> {
    const nodeOptions = this.#options.watch ? ['--watch', '--watch-preserve-output'] : [];
    const part = supervise({ name, script: `${name}/index.ts`, nodeOptions, args, env }, say);
    this.#running.push(part);
    return part.ready;
  }

  onStop(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  stop(code: number): Promise<never> {
    this.#stopping ??= this.#end(code);
    return this.#stopping;
  }

  /** Last started, first ended: the gateway hangs up and closes its recordings while the server is there to note it. */
  async #end(code: number): Promise<never> {
    await Promise.allSettled(this.#closers.map((close) => close()));
    for (const part of this.#running.toReversed()) await part.stop();
    process.exit(code);
  }
}

async function bringUp(settings: Settings, options: SystemOptions, parts: Parts): Promise<RunningSystem> {
  const env = await prepare(settings, options);
  const args = [...options.args];
  const serverReady = parts.run('server', args, env);
  // Where the server may choose, its port is known only when it is ready; otherwise the gateway need not wait.
  const port = settings.port || Number(new URL((await showProgress(text.starting, serverReady)).url).port);
  // The supervisor reads the list anew at each start: a restarted server returns to the port it chose.
  if (settings.port === 0) args.push('--port', String(port));
  const url = localUrl(settings.host, port);
  const gatewayReady = parts.run('gateway', options.args, { ...env, ROSTRUM_SERVER_URL: url });
  const [server] = await showProgress(text.starting, Promise.all([serverReady, gatewayReady]));
  // Nor is a lost password replaced again by every restart: nobody would be shown that one.
  args.push('--reset-operator', 'off');
  return { server, localUrl: url, selfSigned: isSelfSigned(settings), onStop: (close) => parts.onStop(close) };
}

/**
 * Brings everything up and resolves when server and gateway are ready. From then on SIGINT, SIGTERM, SIGHUP or the end
 * of bootstrap.mjs stop both, and the process exits. Exits by itself when something cannot be brought up: 2 for a bad
 * setting, otherwise 1.
 */
export async function runSystem(options: SystemOptions): Promise<RunningSystem> {
  const settings = readSettings(process.env, options.args);
  const parts = new Parts(options);
  try {
    return await bringUp(settings, options, parts);
  } catch (error) {
    if (error instanceof PartFailed) say(text.partFailed(error.part));
    else if (!(error instanceof Explained)) console.error(error);
    return await parts.stop(error instanceof PartFailed && error.code === 2 ? 2 : 1);
  }
}

/** Tells the person where the system is, and how to sign in the first time. */
export function announce({ server, selfSigned }: RunningSystem): void {
  say('');
  say(text.running(server.url));
  if (selfSigned) say(text.selfSigned);
  if (server.oneTimePassword) say(text.oneTimePassword(server.oneTimePassword));
  say(text.stopHint);
}
