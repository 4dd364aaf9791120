/** Kamailio with one of our configurations, on UDP and TCP. Loopback only. Needs Debian's kamailio. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freeSipPort } from './baresip.ts';
import { address, openPeer, requestText } from './sip-peers.ts';

export interface Kamailio {
  readonly port: number;
  /** The lines that its configuration has logged with `trunk …`, oldest first. */
  readonly said: readonly string[];
  close(): Promise<void>;
}

/** Resolves when it answers. `defines`: `NAME=value` as the configuration reads them. The caller closes it. */
export async function startKamailio(config: string, defines: readonly string[]): Promise<Kamailio> {
  const port = await freeSipPort();
  const folder = await mkdtemp(join(tmpdir(), 'kamailio-'));
  const listen = ['-l', `udp:${address}:${port}`, '-l', `tcp:${address}:${port}`];
  const file = fileURLToPath(new URL(config, import.meta.url));
  const child = spawn('kamailio', [
    ...['-DD', '-E', '-f', file, '-Y', folder, '-m', '16', '-M', '4', ...listen],
    ...defines.flatMap((define) => ['-A', define]),
  ]);
  let output = '';
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    said.length = 0;
    said.push(...[...output.matchAll(/\btrunk (.*)\n/g)].map((match) => match[1] ?? ''));
  });
  child.on('error', (error) => {
    output += String(error);
  });
  const kamailio = {
    port,
    said,
    async close() {
      if (child.exitCode === null && child.pid !== undefined) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await gone;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await answersAt(port);
    return kamailio;
  } catch (error) {
    await kamailio.close();
    throw new Error(`kamailio does not answer: ${String(error)}\n${output}`);
  }
}

async function answersAt(port: number): Promise<void> {
  const peer = await openPeer('udp', port);
  try {
    for (let attempt = 0; peer.count('SIP/2.0 ') === 0; attempt += 1) {
      if (attempt === 100) throw new Error('silence');
      peer.send(requestText('OPTIONS', peer, 'udp', ['Max-Forwards: 0']).replace('Max-Forwards: 70\r\n', ''));
      await sleep(100);
    }
  } finally {
    peer.close();
  }
}
