import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../integration/free-port.ts';

/** What the shipped configuration leaves to whoever installs it, and what only a loopback needs. */
const replaced = /^(?:realm|static-auth-secret|cert|pkey|allowed-peer-ip|listening-port|tls-listening-port|log-file)=/;

export interface TurnServer {
  port: number;
  secret: string;
  /** What it has logged so far. */
  readonly output: string;
  close(): Promise<void>;
}

/** As it is shipped for a centre that has IPv4, or with the line for one that has IPv6 alone. */
type Family = 'IPv4' | 'IPv6';
const IPV6_ALONE = 'allocation-default-address-family=ipv6';

/** coturn with the configuration that `infra` ships, on the loopback. Resolves when it listens. The caller closes it. */
export async function startTurnServer(family: Family): Promise<TurnServer> {
  const shipped = await readFile(fileURLToPath(new URL('../../infra/turn/turnserver.conf', import.meta.url)), 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'coturn-'));
  const [port, secret] = [await freePort(2), 'a secret of thirty-two characters'];
  const own = [
    ...['realm=test', `static-auth-secret=${secret}`, `listening-port=${port}`, 'allowed-peer-ip=127.0.0.1'],
    ...['allowed-peer-ip=::1', 'allow-loopback-peers', 'no-tls', 'no-dtls', 'log-file=stdout'],
    ...['127.0.0.1', '::1'].flatMap((address) => [`listening-ip=${address}`, `relay-ip=${address}`]),
    ...[`userdb=${join(folder, 'users')}`, `pidfile=${join(folder, 'pid')}`],
  ];
  const file = join(folder, 'turnserver.conf');
  const chosen = family === 'IPv6' ? shipped.replace(`# ${IPV6_ALONE}`, IPV6_ALONE) : shipped;
  const kept = chosen.split('\n').filter((line) => !replaced.test(line));
  await writeFile(file, [...kept, ...own, ''].join('\n'));
  const child = spawn('turnserver', ['-c', file]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const server = {
    ...{ port, secret },
    get output() {
      return output;
    },
    async close() {
      if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (let looks = 0; looks < 100; looks++) {
    if (await listens(port)) return server;
    await sleep(100);
  }
  await server.close();
  throw new Error(`coturn does not listen:\n${output}`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    setTimeout(() => socket.destroy(), 200);
  });
}
