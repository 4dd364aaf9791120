import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { markUdpSockets } from '../../gateway/engine/mark-socket.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

async function bind(type: 'udp4' | 'udp6', host: string, port = 0): Promise<number> {
  const socket = createSocket(type === 'udp6' ? { type, ipv6Only: true } : { type });
  sockets.push(socket);
  await new Promise<void>((resolve) => socket.bind(port, host, resolve));
  return socket.address().port;
}

/** What the system says of the UDP sockets on this port. */
async function marksOn(port: number): Promise<string> {
  return (await promisify(execFile)('ss', ['-una', '--tos', `sport = :${port}`])).stdout;
}

it('marks the sockets of a port in both families, and no other', async () => {
  const port = await bind('udp4', '127.0.0.1');
  await bind('udp6', '::1', port);
  const other = await bind('udp4', '127.0.0.1');
  await markUdpSockets(port);
  const marks = await marksOn(port);
  expect(marks).toMatch(/127\.0\.0\.1:\d+ .*\btos:0x60/);
  expect(marks).toMatch(/\[::1\]:\d+ .*\btclass:0x60/);
  expect(await marksOn(other)).not.toContain('0x60');
});

it('leaves the socket as usable as it was', async () => {
  const port = await bind('udp4', '127.0.0.1');
  await markUdpSockets(port);
  const [socket] = sockets;
  const heard = new Promise<string>((resolve) => socket?.once('message', (bytes) => resolve(bytes.toString())));
  socket?.send('still here', port, '127.0.0.1');
  expect(await heard).toBe('still here');
});

it('says so where there is nothing to mark', async () => {
  const port = await bind('udp4', '127.0.0.1');
  sockets.pop()?.close();
  await expect(markUdpSockets(port)).rejects.toThrow('no UDP socket');
});
