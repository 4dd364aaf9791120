import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCertificate, ensureSecrets } from '../../infra/identity.ts';
import { freePort } from './free-port.ts';

const script = fileURLToPath(new URL('../../server/index.ts', import.meta.url));

interface Ready {
  type: 'ready';
  url: string;
  oneTimePassword?: string;
}

/** A server as a process of its own, on free ports, with a data folder that outlives its restarts. */
export class ServerProcess {
  readonly folder: string;
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;
  url = '';
  oneTimePassword = '';
  output = '';

  private constructor(folder: string, env: Record<string, string>) {
    this.folder = folder;
    this.#env = env;
  }

  static async start(env: Record<string, string> = {}): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'rostrum-server-'));
    const tls = join(folder, 'tls');
    await mkdir(tls);
    await ensureSecrets(folder);
    await ensureCertificate(join(tls, 'certificate.pem'), join(tls, 'certificate-key.pem'));
    const server = new ServerProcess(folder, {
      ROSTRUM_DATA: folder,
      ROSTRUM_HOST: '127.0.0.1',
      ROSTRUM_PORT: String(await freePort()),
      ROSTRUM_MEDIA_PORT: String(await freePort()),
      ROSTRUM_ANNOUNCED_ADDRESS: '127.0.0.1',
      ROSTRUM_WORKERS: '1',
      ROSTRUM_LANGUAGE: 'en',
      ...env,
    });
    try {
      await server.resume();
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return server;
  }

  /** Starts it, or starts it again on the same folder and ports. */
  async resume(more: Record<string, string> = {}): Promise<void> {
    const env = { ...process.env, ...this.#env, ...more };
    const child = fork(script, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (this.output += String(text)));
    const ready = await new Promise<Ready>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Ready));
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${this.output}`)));
    });
    this.url = ready.url;
    if (ready.oneTimePassword) this.oneTimePassword = ready.oneTimePassword;
  }

  get child(): ChildProcess {
    if (!this.#child) throw new Error('the server does not run');
    return this.#child;
  }

  /** Resolves to the exit code, or to the signal's name. */
  async kill(signal: NodeJS.Signals): Promise<number | string> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? String(child.signalCode);
    const gone = new Promise<number | string>((resolve) =>
      child.once('exit', (code, by) => resolve(code ?? String(by))),
    );
    child.kill(signal);
    return gone;
  }

  async gatewaySecret(): Promise<string> {
    return JSON.parse(await readFile(join(this.folder, 'secrets.json'), 'utf8')).gatewaySecret;
  }

  async close(): Promise<void> {
    await this.kill('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: unknown;
}

/** One request without a browser's rules: headers are as given, the certificate is not looked at. */
export function http(url: string, method: string, body?: unknown, headers: Record<string, string> = {}) {
  const content = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const type = content === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise<HttpAnswer>((resolve, reject) => {
    const options = { method, headers: { ...type, ...headers }, rejectUnauthorized: false, agent: false } as const;
    const request = httpsRequest(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (text += part));
      response.on('end', () => {
        const isJson = response.headers['content-type']?.includes('json');
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, headers: answered, text, json: isJson ? JSON.parse(text) : undefined });
      });
    });
    request.on('error', reject);
    request.end(content);
  });
}

/** A browser's worth of cookies. */
export class HttpClient {
  readonly #origin: () => string;
  cookie = '';

  constructor(server: { url: string }) {
    this.#origin = () => server.url;
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    const cookie = this.cookie ? { cookie: this.cookie } : {};
    const answer = await http(`${this.#origin()}${path}`, method, body, { ...cookie, ...headers });
    const [set] = answer.headers['set-cookie'] ?? [];
    if (set) this.cookie = set.split(';')[0] ?? '';
    return answer;
  }
}

export const PASSWORD = 'sáu điểm cầu đã sẵn sàng';

/** An operator who has signed in and changed the one-time password. */
export async function signIn(server: ServerProcess): Promise<HttpClient> {
  const client = new HttpClient(server);
  const first = { username: 'operator', password: server.oneTimePassword };
  const once = await client.send('POST', '/api/sign-in', first);
  if (once.status === 200) {
    await client.send('POST', '/api/password', { password: server.oneTimePassword, newPassword: PASSWORD });
  } else await client.send('POST', '/api/sign-in', { username: 'operator', password: PASSWORD });
  return client;
}
