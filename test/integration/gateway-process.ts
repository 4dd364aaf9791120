import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { freePort } from './free-port.ts';

import { openMeeting, operatorTicket, Peer } from './server-peers.ts';
import { type HttpClient, ServerProcess, signIn } from './server-process.ts';

const script = fileURLToPath(new URL('../../gateway/index.ts', import.meta.url));
const [heapProbe = '', clockProbe = ''] = ['heap', 'clock'].map(
  (of) => new URL(`${of}-probe.ts`, import.meta.url).href,
);
const heapSchema = z.object({ usedMb: z.number(), legs: z.number(), seats: z.number() });
export type Heap = z.infer<typeof heapSchema>;

/** Server and gateway as processes of their own, on free ports; no browser. Small pictures, that two cores may do it. */
export class GatewayProcess {
  readonly server: ServerProcess;
  readonly operator: HttpClient;
  readonly sipPort: number;
  readonly sipTlsPort: number;
  readonly #env: Record<string, string>;
  readonly #peers: Peer[] = [];
  #child: ChildProcess | undefined;
  output = '';

  private constructor(server: ServerProcess, operator: HttpClient, env: Record<string, string>) {
    this.server = server;
    this.operator = operator;
    this.#env = env;
    this.sipPort = Number(env.ROSTRUM_SIP_PORT);
    this.sipTlsPort = Number(env.ROSTRUM_SIP_TLS_PORT);
  }

  static async start(more: Record<string, string> = {}): Promise<GatewayProcess> {
    const env = {
      ROSTRUM_SIP_PORT: String(await freePort()),
      ROSTRUM_SIP_TLS_PORT: String(await freePort()),
      ROSTRUM_PICTURES: '640x360@15',
      ROSTRUM_LOG: process.env.ROSTRUM_LOG ?? 'warn',
      ...more,
    };
    const server = await ServerProcess.start(env);
    try {
      const gateway = new GatewayProcess(server, await signIn(server), {
        ...env,
        ROSTRUM_DATA: server.folder,
        ROSTRUM_HOST: '127.0.0.1',
        ROSTRUM_ANNOUNCED_ADDRESS: '127.0.0.1',
        ROSTRUM_SERVER_URL: server.url,
      });
      await gateway.resume();
      return gateway;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** Starts the gateway, or starts it again. */
  async resume(): Promise<void> {
    const child = fork(script, {
      env: { ...process.env, ...this.#env },
      execArgv: [...process.execArgv, '--expose-gc', '--import', heapProbe, '--import', clockProbe],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (this.output += String(text)));
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${this.output}`)));
    });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What the gateway still holds when everything that nobody holds has been collected. */
  async heap(): Promise<Heap> {
    const child = this.#child;
    if (!child) throw new Error('no gateway runs');
    child.send('heap');
    return heapSchema.parse((await once(child, 'message'))[0]);
  }

  /** An operator's desk in a new meeting to which these sites are invited. */
  async open(siteIds: string[] = [], title = 'Giao ban'): Promise<{ roomId: string; desk: Peer }> {
    const roomId = await openMeeting(this.operator, title, { siteIds });
    const desk = await Peer.connect({ url: this.server.url, ticket: await operatorTicket(this.operator, roomId) });
    this.#peers.push(desk);
    return { roomId, desk };
  }

  /** As if somebody had set the machine's clock, from what it is in truth. */
  moveClock(movedMs: number): void {
    this.#child?.send({ movedMs });
  }

  /** @param line of which nothing is known, where it is absent */
  async addSite(siteId: string, sip: object, line?: { upKbps: number; downKbps: number }): Promise<void> {
    const saved = { siteId, name: siteId, sip, ...(line ? { line: { ...line, targets: {} } } : {}) };
    const answer = await this.operator.send('POST', '/api/sites', saved);
    if (answer.status !== 201) throw new Error(answer.text);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await this.kill('SIGTERM');
    await this.server.close();
  }
}
