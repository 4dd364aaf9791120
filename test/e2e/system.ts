import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localUrl } from '../../infra/system.ts';
import { freePort } from '../integration/free-port.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 12_000;
const REAPED_WITHIN_MS = 2_000;

/**
 * The whole system as `npm start` runs it, on free ports and in a data folder of its own: supervisor, server, media
 * workers, gateway. Small pictures, so that two cores compose them beside several browsers.
 */
export class System {
  readonly url: string;
  readonly sipPort: number;
  readonly data: string;
  /** Empty where the operator has a password of his own already. */
  readonly oneTimePassword: string;
  /** How long the start took, in milliseconds. */
  readonly startedInMs: number;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  private constructor(found: { url: string; password: string; startedInMs: number }, own: OwnParts) {
    this.url = found.url;
    this.oneTimePassword = found.password;
    this.startedInMs = found.startedInMs;
    this.sipPort = own.sipPort;
    this.data = own.data;
    this.#child = own.child;
    this.#output = own.output;
  }

  /** @param kept the data folder of an earlier system, to start it again */
  static async start(more: Record<string, string> = {}, kept?: string): Promise<System> {
    const data = kept ?? (await mkdtemp(join(tmpdir(), 'rostrum-e2e-')));
    const sipPort = await freePort();
    const env = {
      ...process.env,
      ROSTRUM_DATA: data,
      ROSTRUM_HOST: '127.0.0.1',
      ROSTRUM_PORT: String(await freePort()),
      ROSTRUM_ANNOUNCED_ADDRESS: '127.0.0.1',
      ROSTRUM_MEDIA_PORT: String(await freePort(2)),
      // Nearly every stream goes from one worker to the other.
      ROSTRUM_WORKERS: '2',
      ROSTRUM_ROOM_SPREAD: '2',
      ROSTRUM_SIP_PORT: String(sipPort),
      ROSTRUM_SIP_TLS_PORT: '0',
      ROSTRUM_SIP_CALLERS: 'any',
      ROSTRUM_PICTURES: '640x360@15',
      ROSTRUM_LOG: process.env.ROSTRUM_LOG ?? 'warn',
      ...more,
    };
    const url = localUrl(env.ROSTRUM_HOST, Number(env.ROSTRUM_PORT));
    const begun = performance.now();
    const child = spawn(process.execPath, ['infra/start.ts'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const own = { child, data, sipPort, output: () => output };
    for (const deadline = Date.now() + START_WITHIN_MS; Date.now() < deadline; await sleep(100)) {
      const password = /\b[\w-]{4}(?:-[\w]{4}){3}\b/.exec(output)?.[0] ?? '';
      // The last line of the announcement.
      const told = output.includes('Ctrl-C');
      if (told) return new System({ url, password, startedInMs: performance.now() - begun }, own);
      if (child.exitCode !== null) break;
    }
    child.kill('SIGKILL');
    throw new Error(`the system did not start:\n${output}`);
  }

  /** What it has printed so far, for the message of a failed test. */
  get output(): string {
    return this.#output();
  }

  /** Kills the server process as a power cut would; the supervisor starts it again. Resolves to its process id. */
  killServer(): Promise<number> {
    return this.#kill('server/index.ts');
  }

  /** Likewise the gateway, with its calls; its engine processes end with it. */
  killGateway(): Promise<number> {
    return this.#kill('gateway/index.ts');
  }

  /** Every process that belongs to the system now. */
  async processes(): Promise<number[]> {
    const children = async (pid: number): Promise<number[]> => {
      const direct = await childrenOf(pid);
      return [...direct, ...(await Promise.all(direct.map(children))).flat()];
    };
    return children(this.#child.pid ?? 0);
  }

  /** As Ctrl-C does. Resolves to the processes that are left: there should be none. */
  async stop({ keepData = false } = {}): Promise<number[]> {
    const before = await this.processes();
    if (this.#child.exitCode !== null) return [];
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGINT');
    await Promise.race([exited, sleep(STOP_WITHIN_MS)]);
    // Who was killed with its group is gone a moment after its parent.
    for (let looks = 0; looks < REAPED_WITHIN_MS / 50 && before.some(isAlive); looks += 1) await sleep(50);
    const left = before.filter(isAlive);
    for (const pid of [...left, this.#child.pid ?? 0]) if (pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
    if (!keepData) await rm(this.data, { recursive: true, force: true });
    return left;
  }

  async #kill(script: string): Promise<number> {
    for (const pid of await childrenOf(this.#child.pid ?? 0)) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (!command.includes(script)) continue;
      process.kill(pid, 'SIGKILL');
      return pid;
    }
    throw new Error(`no process of ${script}:\n${this.output}`);
  }
}

interface OwnParts {
  child: ChildProcess;
  data: string;
  sipPort: number;
  output: () => string;
}

/** Of a process, as they are now. */
export async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return list.split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
