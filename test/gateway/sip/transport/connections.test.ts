import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bindTcp } from '../../../../gateway/sip/transport/tcp.ts';
import type { Transport, TransportOptions } from '../../../../gateway/sip/transport/transport.ts';

const host = '127.0.0.1';
let transport: Transport;
const sockets: Socket[] = [];
const unwelcome = new Set<string>();
const messages: string[] = [];
let isKnown = false;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  messages.length = 0;
  unwelcome.clear();
  isKnown = false;
  const options: TransportOptions = {
    host,
    port: 0,
    onMessage: (bytes) => messages.push(bytes.toString()),
    onFault: () => {},
    onGone: () => {},
    welcomes: (ip) => !unwelcome.has(ip),
    isKnown: () => isKnown,
    typeOfService: 0x60,
  };
  transport = await bindTcp(options);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await transport.close();
  vi.useRealTimers();
});

/** Waits for what happens on sockets, which the stopped clock does not stop. */
async function eventually(check: () => void): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      check();
      return;
    } catch (error) {
      if (turn === 2_000) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function open(from = host): Promise<Socket> {
  const socket = connect({ port: transport.port, host, localAddress: from });
  sockets.push(socket);
  socket.on('error', () => socket.destroy());
  socket.resume();
  await eventually(() => expect(socket.connecting).toBe(false));
  return socket;
}

const whole = 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n';

it('cuts off who says nothing', async () => {
  const silent = await open();
  await eventually(() => expect(transport.connections).toBe(1));
  await vi.advanceTimersByTimeAsync(15_000);
  await eventually(() => expect([silent.closed, transport.connections]).toEqual([true, 0]));
});

it('cuts off who drips a message in, and lets those be that are between two', async () => {
  const [slow, idle] = [await open(), await open()];
  idle.write(whole);
  await eventually(() => expect(messages).toEqual([whole]));
  for (const character of whole.slice(0, 29)) {
    slow.write(character);
    await eventually(() => expect(slow.writableLength).toBe(0));
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(slow.closed).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  await eventually(() => expect([slow.closed, idle.closed]).toEqual([true, false]));
  await vi.advanceTimersByTimeAsync(7_500_000);
  await eventually(() => expect([idle.closed, transport.connections]).toEqual([true, 0]));
});

it('lets one address have no more than its share, and no banned one in', async () => {
  const many = await Promise.all(Array.from({ length: 70 }, () => open()));
  await eventually(() => expect(many.filter((socket) => socket.closed)).toHaveLength(6));
  expect(transport.connections).toBe(64);
  unwelcome.add('127.0.0.2');
  const banned = await open('127.0.0.2');
  await eventually(() => expect(banned.closed).toBe(true));
  unwelcome.add(host);
  const talker = many.find((socket) => !socket.closed);
  talker?.write(whole);
  await eventually(() => expect(talker?.closed).toBe(true));
  expect(messages).toEqual([]);
});

it('makes room for one more by closing what has been silent for longest, but nothing that is known', async () => {
  for (let block = 1; block <= 8; block += 1) {
    await Promise.all(Array.from({ length: 64 }, () => open(`127.0.0.${block}`)));
  }
  await eventually(() => expect(transport.connections).toBe(512));
  const fresh = await open('127.0.0.9');
  await eventually(() => expect(sockets.filter((socket) => socket.closed)).toHaveLength(1));
  expect([fresh.closed, transport.connections]).toEqual([false, 512]);
  isKnown = true;
  const late = await open('127.0.0.9');
  await eventually(() => expect(late.closed).toBe(true));
  expect(transport.connections).toBe(512);
});

it('answers each keep-alive, but not one who sends nothing else and reads nothing (RFC 5626 §3.5.1)', async () => {
  const polite = await open();
  const heard: string[] = [];
  polite.on('data', (bytes) => heard.push(bytes.toString()));
  polite.write('\r\n\r\n\r\n\r\n');
  await eventually(() => expect(heard.join('')).toBe('\r\n\r\n'));
  const greedy = await open();
  greedy.pause();
  const flood = '\r\n'.repeat(524_288);
  for (let count = 0; count < 64 && !greedy.destroyed; count += 1) {
    await new Promise((resolve) => greedy.write(flood, resolve));
  }
  await eventually(() => expect([polite.destroyed, transport.connections]).toEqual([false, 1]));
});

it('gives up on a peer that takes nothing off its connection', async () => {
  const server = createServer((socket) => socket.pause());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const to = { ip: host, port: (server.address() as AddressInfo).port };
  const results: Promise<boolean>[] = [];
  for (let count = 0; count < 200; count += 1) {
    results.push(
      transport.send('x'.repeat(65_536), to).then(
        () => true,
        () => false,
      ),
    );
  }
  expect((await Promise.all(results)).filter((sent) => !sent).length).toBeGreaterThan(0);
  server.close();
});
