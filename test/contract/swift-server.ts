import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../server/recordings/s3-storage.ts';

const script = fileURLToPath(new URL('swift-server.py', import.meta.url));
const USER = 'rostrum:tester';
const SECRET = 'tested';

/** A real S3-compatible store: OpenStack Swift (Debian's `python3-swift`) on the loopback. Close it. */
export class SwiftServer {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #client: S3Client;
  readonly settings: S3Settings;

  private constructor(folder: string, process: ChildProcess, port: number) {
    this.#folder = folder;
    this.#process = process;
    const keys = { accessKey: USER, secretKey: SECRET };
    const endpoint = `http://127.0.0.1:${port}`;
    this.settings = { endpoint, bucket: 'recordings', region: 'us-east-1', pathStyle: true, ...keys };
    const credentials = { accessKeyId: USER, secretAccessKey: SECRET };
    this.#client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  }

  static async start(): Promise<SwiftServer> {
    const folder = await mkdtemp(join(tmpdir(), 'rostrum-swift-'));
    // Debian's own Python, for which its modules are installed.
    const child = spawn('/usr/bin/python3', [script, folder, USER, SECRET], { stdio: ['pipe', 'pipe', 'inherit'] });
    const line = once(createInterface(child.stdout), 'line');
    const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`Swift ended with ${code}`)));
    const [port] = (await Promise.race([line, gone])) as [string];
    gone.catch(() => undefined);
    const server = new SwiftServer(folder, child, Number(port));
    await server.#client.send(new CreateBucketCommand({ Bucket: server.settings.bucket }));
    return server;
  }

  /** How many uploads were begun and not ended. */
  async unfinished(): Promise<number> {
    const list = new ListMultipartUploadsCommand({ Bucket: this.settings.bucket });
    return (await this.#client.send(list)).Uploads?.length ?? 0;
  }

  async close(): Promise<void> {
    this.#client.destroy();
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
    await rm(this.#folder, { recursive: true });
  }
}
