/** Janus (Debian: janus), another SFU that anyone can install: its process, and what is said to it (its own WebSocket protocol). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../integration/free-port.ts';

const PROGRAM = '/usr/bin/janus';
const START_MS = 10_000;
const PLUGIN = 'janus.plugin.videoroom';
/** Each wants settings of its own; the first one ends the process without them. */
const UNUSED = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'].map((name) => `libjanus_${name}.so`);

const jsepSchema = z.object({ type: z.enum(['offer', 'answer']), sdp: z.string() });
const messageSchema = z.object({
  janus: z.string(),
  transaction: z.string().optional(),
  data: z.object({ id: z.number() }).optional(),
  plugindata: z.object({ data: z.looseObject({ error: z.string().optional() }) }).optional(),
  jsep: jsepSchema.optional(),
  error: z.unknown().optional(),
});
type Message = z.infer<typeof messageSchema>;

export function hasJanus(): boolean {
  return existsSync(PROGRAM);
}

/** One process with one session in it. Whoever started it closes it. */
export class Janus {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  #session = 0;
  #last = 0;

  private constructor(child: ChildProcess, folder: string, socket: WebSocket) {
    this.#child = child;
    this.#folder = folder;
    this.#socket = socket;
  }

  /** @param address where its media is: the only one that browsers are told */
  static async start(address: string): Promise<Janus> {
    const folder = await mkdtemp(join(tmpdir(), 'janus-'));
    const port = await freePort();
    const settings = join(folder, 'janus.jcfg');
    await writeFile(
      settings,
      `nat: { ice_enforce_list = "${address}" full_trickle = false }\ntransports: { disable = "${UNUSED.join()}" }\n`,
    );
    await writeFile(
      join(folder, 'janus.transport.websockets.jcfg'),
      `general: { json = "compact" ws = true ws_port = ${port} ws_ip = "127.0.0.1" }\n`,
    );
    const child = spawn(PROGRAM, ['--config', settings, '--configs-folder', folder], { cwd: folder, stdio: 'ignore' });
    try {
      const janus = new Janus(child, folder, await connect(`ws://127.0.0.1:${port}`));
      const { data } = await janus.#ask({ janus: 'create' });
      janus.#session = data?.id ?? 0;
      return janus;
    } catch (error) {
      await end(child, folder);
      throw error;
    }
  }

  /** @returns the number of something new that can be talked to */
  async attach(): Promise<number> {
    const { data } = await this.#ask({ janus: 'attach', plugin: PLUGIN });
    return data?.id ?? 0;
  }

  /** Rejects where it refuses. */
  async tell(handle: number, body: object, jsep?: unknown): Promise<Pick<Message, 'jsep'> & { said: object }> {
    const parsed = jsep === undefined ? {} : { jsep: jsepSchema.parse(jsep) };
    const message = await this.#ask({ janus: 'message', handle_id: handle, body, ...parsed });
    const said = message.plugindata?.data ?? {};
    if (said.error !== undefined) throw new Error(`Janus: ${String(said.error)}`);
    return { said, ...(message.jsep && { jsep: message.jsep }) };
  }

  async close(): Promise<void> {
    this.#socket.close();
    await end(this.#child, this.#folder);
  }

  /** What is acknowledged is answered later. */
  #ask(request: object): Promise<Message> {
    const transaction = String(++this.#last);
    const session = this.#session === 0 ? {} : { session_id: this.#session };
    return new Promise((resolve, reject) => {
      const hear = ({ data }: MessageEvent) => {
        const message = messageSchema.parse(JSON.parse(String(data)));
        if (message.transaction !== transaction || message.janus === 'ack') return;
        this.#socket.removeEventListener('message', hear);
        if (message.janus === 'error') reject(new Error(`Janus: ${JSON.stringify(message.error)}`));
        else resolve(message);
      };
      this.#socket.addEventListener('message', hear);
      this.#socket.send(JSON.stringify({ ...request, ...session, transaction }));
    });
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  const isOver = child.exitCode !== null || child.signalCode !== null;
  if (!isOver && child.kill('SIGKILL')) await once(child, 'exit');
  await rm(folder, { recursive: true, force: true });
}

/** As soon as it listens. */
async function connect(url: string): Promise<WebSocket> {
  for (const until = performance.now() + START_MS; performance.now() < until; await sleep(200)) {
    const socket = new WebSocket(url, 'janus-protocol');
    const [event] = await Promise.race([once(socket, 'open'), once(socket, 'error')]);
    if (event.type === 'open') return socket;
  }
  throw new Error('Janus does not answer');
}
