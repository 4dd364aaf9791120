/**
 * A site behind a line of its own: a network namespace, and between it and this machine a line that loses, delays, reorders and
 * holds back what it is told to, in both directions, whatever protocol it is. Needs root and gcc (Debian: gcc, libc6-dev).
 */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What one direction of a line does; parts are from 0 to 1. What is left out is as good as it can be. */
export interface Weather {
  /** No more than so much. What comes above it waits, for half a second at most, then it is lost. */
  kbps?: number;
  loss?: number;
  delayMs?: number;
  /** Part of the packets that come so much later than the others. */
  reordered?: number;
}

const run = promisify(execFile);
const source = fileURLToPath(new URL('shaped-line.c', import.meta.url));
/** A few packets wait on every line. */
const SMALLEST_QUEUE = 4_500;
const QUEUE_MS = 500;
const OVERTAKEN_BY_MS = 40;

export class ShapedLine {
  /** This machine's address on the line: a server that listens there is reached through it from the site. */
  readonly centre: string;
  readonly site: string;
  /** `/usr/bin/chromium` and the like at the site: a program that runs another one there. */
  readonly chromium: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #folder: string;

  private constructor(
    child: ChildProcessWithoutNullStreams,
    folder: string,
    addresses: { centre: string; site: string },
  ) {
    this.#child = child;
    this.#folder = folder;
    this.centre = addresses.centre;
    this.site = addresses.site;
    this.chromium = join(folder, 'chromium');
  }

  /** @param centre another line's, for a second site of the same centre; left out, the line has an address of its own */
  static async open(centre?: string): Promise<ShapedLine> {
    const folder = await mkdtemp(join(tmpdir(), 'shaped-line-'));
    try {
      const program = join(folder, 'shaped-line');
      await run('gcc', ['-O2', '-Wall', '-o', program, source]);
      const addresses = freeAddresses();
      const device = `line${addresses.site.split('.').slice(1, 3).join('-')}`;
      const child = spawn(program, [device]);
      const line = new ShapedLine(child, folder, { ...addresses, centre: centre ?? addresses.centre });
      await Promise.race([once(child.stdout, 'data'), endOf(child)]);
      await line.#connect(device, addresses);
      return line;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** From now on. */
  set({ up = {}, down = {} }: { up?: Weather; down?: Weather }): void {
    this.#child.stdin.write(`${wordsOf('up', up)}\n${wordsOf('down', down)}\n`);
  }

  /** The program and its arguments that run `command` at the site. */
  at(command: string, args: readonly string[]): [string, string[]] {
    return ['nsenter', [`--net=/proc/${this.#child.pid}/ns/net`, command, ...args]];
  }

  /** With it go the devices, and the namespace when nothing runs there any more. */
  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null && this.#child.kill('SIGKILL')) await once(this.#child, 'exit');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #connect(device: string, { centre, site }: { centre: string; site: string }): Promise<void> {
    await run('ip', ['address', 'add', `${centre}/32`, 'peer', site, 'dev', device]);
    await run('ip', ['link', 'set', device, 'up']);
    const atSite = async (...args: string[]) => run(...this.at('ip', args));
    await atSite('address', 'add', `${site}/32`, 'peer', centre, 'dev', device);
    for (const up of ['lo', device]) await atSite('link', 'set', up, 'up');
    await atSite('route', 'add', 'default', 'via', centre);
    const [program, args] = this.at(process.env.CHROMIUM ?? '/usr/bin/chromium', []);
    await writeFile(this.chromium, `#!/bin/sh\nexec ${program} ${args.join(' ')} "$@"\n`);
    await chmod(this.chromium, 0o755);
  }
}

/** A pair that no interface of this machine has: benchmarks and tests may run side by side. */
function freeAddresses(): { centre: string; site: string } {
  const taken = Object.values(networkInterfaces()).flatMap((infos) => infos?.map(({ address }) => address) ?? []);
  for (;;) {
    const net = `10.${200 + Math.floor(Math.random() * 50)}.${Math.floor(Math.random() * 250)}`;
    if (!taken.some((address) => address.startsWith(`${net}.`))) return { centre: `${net}.1`, site: `${net}.2` };
  }
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<never> {
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  const [code] = await once(child, 'exit');
  throw new Error(`the line ended with ${code}: ${said}`);
}

function wordsOf(way: 'up' | 'down', { kbps = 0, loss = 0, delayMs = 0, reordered = 0 }: Weather): string {
  const queue = Math.max(SMALLEST_QUEUE, (kbps * QUEUE_MS) / 8);
  const parts = [kbps, queue, loss * 10_000, delayMs, reordered * 10_000, OVERTAKEN_BY_MS];
  return [way, ...parts.map(Math.round)].join(' ');
}
