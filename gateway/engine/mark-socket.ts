/**
 * DSCP on a UDP socket of this process. Node's dgram cannot set it, but the option belongs to the socket itself and not to who
 * holds it: a child that inherits the socket sets it and ends.
 */
import { spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

/** IP_TOS of IPPROTO_IP and IPV6_TCLASS of IPPROTO_IPV6, as Linux numbers them. */
const options = {
  udp: { level: 0, option: 1 },
  udp6: { level: 41, option: 67 },
} as const;
type Table = keyof typeof options;

const withinMs = 10_000;

/**
 * Marks every UDP socket that this process has bound to the port; `typeOfService` is the octet with DSCP and ECN, by default CS3
 * (RFC 2474 §3, RFC 4594 §4.6). Rejects when there is no such socket, or when the system forbids it.
 */
export async function markUdpSockets(port: number, typeOfService = 0x60): Promise<void> {
  const sockets = await findSockets(port);
  if (sockets.length === 0) throw new Error(`no UDP socket on port ${port}`);
  await Promise.all(sockets.map(({ fd, table }) => setOption(fd, table, typeOfService)));
}

async function findSockets(port: number): Promise<{ fd: number; table: Table }[]> {
  const tables = new Map<string, Table>();
  for (const table of ['udp', 'udp6'] as const) {
    for (const inode of await inodesOn(port, table)) tables.set(`socket:[${inode}]`, table);
  }
  const found: { fd: number; table: Table }[] = [];
  for (const name of await readdir('/proc/self/fd')) {
    const table = tables.get(await readlink(`/proc/self/fd/${name}`).catch(() => ''));
    if (table) found.push({ fd: Number(name), table });
  }
  return found;
}

/** proc(5), /proc/net/udp: `sl local_address rem_address st queues timer retransmits uid timeout inode …`, addresses in hex. */
async function inodesOn(port: number, table: Table): Promise<string[]> {
  const text = await readFile(`/proc/self/net/${table}`, 'utf8').catch(() => ''); // a system without IPv6 has no udp6
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local]) => local?.endsWith(ending))
    .flatMap(([, , , , , , , , , inode]) => (inode === undefined ? [] : [inode]));
}

function setOption(fd: number, table: Table, value: number): Promise<void> {
  const { level, option } = options[table];
  const script = `imports.gi.Gio.Socket.new_from_fd(3).set_option(${level}, ${option}, ${value});`;
  return new Promise((resolve, reject) => {
    const child = spawn('gjs', ['-c', script], { stdio: ['ignore', 'ignore', 'pipe', fd], timeout: withinMs });
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(0, 500);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`gjs ended with ${code}: ${said.trim()}`));
    });
  });
}
