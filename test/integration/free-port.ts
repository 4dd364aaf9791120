import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Below those that systems and the SFU's plain transports give out by themselves, so that nobody takes one between
 * being found and being used.
 */
const FIRST = 10_240;
const COUNT = 9_000;
/** Processes that follow each other begin so far apart: a test file takes fewer. */
const APART = 61;

let taken = (process.pid * APART) % COUNT;

/** The first of `count` consecutive ports that are free for UDP and TCP on loopback. No process is given one twice before all were. */
export async function freePort(count = 1): Promise<number> {
  for (let tried = 0; tried < COUNT; tried += count) {
    if (taken + count > COUNT) taken = 0;
    const first = FIRST + taken;
    taken += count;
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error('no free port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const socket = createSocket('udp4');
  try {
    await Promise.all([
      new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve)),
      new Promise<void>((resolve, reject) => socket.once('error', reject).bind(port, '127.0.0.1', resolve)),
    ]);
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await new Promise<void>((resolve) => socket.close(resolve)).catch(() => undefined);
  }
}
