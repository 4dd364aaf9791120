/** RTP peers for the engine's tests: senders made of gst-launch, receivers of plain sockets. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineLogger } from '../../gateway/engine/process.ts';

/** One cache for all engine tests of this machine, so that only the first start strips types. */
export const cacheFolder = join(tmpdir(), 'rostrum-engine-test');

export const scratchFolder = () => mkdtempSync(join(tmpdir(), 'rostrum-engine-'));

/** Keeps what an engine process said on stderr, for the assertion that it said nothing bad. */
export function recordingLogger(): EngineLogger & { readonly lines: string[] } {
  const lines: string[] = [];
  const record = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`);
  return { lines, debug: () => undefined, warn: record('warn'), error: record('error') };
}

export interface Packet {
  /** Milliseconds of `performance.now()` at arrival. */
  readonly at: number;
  readonly bytes: Buffer;
}

/** A UDP socket that keeps the RTP it receives; RTCP (RFC 5761 4: packet types 192 to 223) is kept apart. */
export interface Receiver {
  readonly port: number;
  readonly rtp: Packet[];
  readonly rtcp: Packet[];
  send(bytes: Buffer, port: number): void;
  /** Passes every further packet on to another local port. */
  forwardTo(port: number): void;
  close(): void;
}

export async function openReceiver(): Promise<Receiver> {
  const socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
  const rtp: Packet[] = [];
  const rtcp: Packet[] = [];
  let forwardPort: number | undefined;
  socket.on('message', (bytes) => {
    const type = bytes[1] ?? 0;
    (type >= 192 && type <= 223 ? rtcp : rtp).push({ at: performance.now(), bytes });
    if (forwardPort !== undefined) socket.send(bytes, forwardPort, '127.0.0.1');
  });
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    rtp,
    rtcp,
    send: (bytes, port) => socket.send(bytes, port, '127.0.0.1'),
    forwardTo: (port) => {
      forwardPort = port;
    },
    close: () => socket.close(),
  };
}

/** The longest silence between two packets, in milliseconds. */
export function longestGap(packets: readonly Packet[]): number {
  let longest = 0;
  for (let index = 1; index < packets.length; index++) {
    longest = Math.max(longest, (packets[index]?.at ?? 0) - (packets[index - 1]?.at ?? 0));
  }
  return longest;
}

export const ssrcsOf = (packets: readonly Packet[]) => new Set(packets.map(({ bytes }) => bytes.readUInt32BE(8)));

export interface Peer {
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts `gst-launch-1.0 -e -q` with a pipeline written as on its command line. */
export function launch(pipeline: string): Peer {
  const words = pipeline.match(/(?:[^\s"]+|"[^"]*")+/g) ?? [];
  const child = spawn('gst-launch-1.0', ['-e', '-q', ...words.map((word) => word.replaceAll('"', ''))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  return {
    process: child,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(kill);
    },
  };
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` answers true; fails with `what` after `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 20_000): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(40)) {
    if (await condition()) return;
  }
  throw new Error(`waited ${ms} ms in vain: ${what}`);
}

/** When an engine's sender report is from (RFC 3550 6.4.1), in ms of `performance.now()`: it goes by the clock that no one sets. */
export function fromReportClock(report: Buffer): number {
  const reportedMs = 1000 * (report.readUInt32BE(8) + report.readUInt32BE(12) / 2 ** 32);
  return reportedMs - (Number(process.hrtime.bigint()) / 1e6 - performance.now());
}
