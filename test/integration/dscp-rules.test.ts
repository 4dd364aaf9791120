/** The rules that `infra` ships for a host's DSCP, loaded into a network namespace, with packets of the SFU's ports sent through. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const rules = fileURLToPath(new URL('../../infra/nftables/rostrum-dscp.nft', import.meta.url));
const run = promisify(execFile);

/** What arrives, counted by its mark and its size. */
const COUNTERS = `
table inet seen {
  chain input {
    type filter hook input priority 0;
    udp dport 9 ip dscp ef counter comment "small 4"
    udp dport 9 ip6 dscp ef counter comment "small 6"
    udp dport 9 ip dscp af41 counter comment "large 4"
    udp dport 9 ip6 dscp af41 counter comment "large 6"
    udp dport 9 ip dscp cs0 counter comment "unmarked"
    tcp sport 44400 ip dscp af41 counter comment "tcp"
  }
}`;

/** In a namespace that ends with the shell: nothing is to be cleaned up, whatever fails. */
const SCRIPT = `
set -e
ip link set lo up
nft -f "$1"
nft -f - <<< "$2"
"$3" -e "$4"
nft -j list table inet seen
`;

const SENDER = `
const { createSocket } = require('node:dgram');
const { connect, createServer } = require('node:net');
const send = (family, from, size, times) => new Promise((resolve) => {
  const socket = createSocket(family);
  socket.bind(from, async () => {
    for (let i = 0; i < times; i++)
      await new Promise((done) => socket.send(Buffer.alloc(size), 9, family === 'udp4' ? '127.0.0.1' : '::1', done));
    socket.close(resolve);
  });
});
(async () => {
  for (const family of ['udp4', 'udp6']) {
    await send(family, 44400, 160, 3);
    await send(family, 44407, 1200, 5);
  }
  await send('udp4', 44399, 160, 7);
  const server = createServer((socket) => socket.end('x')).listen(44400, '127.0.0.1', () =>
    connect(44400, '127.0.0.1').resume().once('close', () => server.close()));
})();
`;

const counted = new Map<string, number>();

beforeAll(async () => {
  const { stdout } = await run('unshare', [
    '-n',
    'bash',
    '-c',
    SCRIPT,
    'bash',
    rules,
    COUNTERS,
    process.execPath,
    SENDER,
  ]);
  const listed = JSON.parse(stdout) as {
    nftables: { rule?: { comment: string; expr: { counter?: { packets: number } }[] } }[];
  };
  for (const { rule } of listed.nftables) {
    const counter = rule?.expr.find((part) => part.counter)?.counter;
    if (rule && counter) counted.set(rule.comment, counter.packets);
  }
});

test('REG-18: small packets of the media ports are marked as speech, large ones as pictures (RFC 8837 5)', () => {
  expect(counted.get('small 4')).toBe(3);
  expect(counted.get('large 4')).toBe(5);
});

test('likewise over IPv6, and over TCP as pictures', () => {
  expect(counted.get('small 6')).toBe(3);
  expect(counted.get('large 6')).toBe(5);
  expect(counted.get('tcp')).toBeGreaterThan(0);
});

test('what other ports send is left as it is', () => {
  expect(counted.get('unmarked')).toBe(7);
});
