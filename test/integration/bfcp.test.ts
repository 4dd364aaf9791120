/** Our floor control against another's: libre's BFCP as floor participant and as floor control server, over UDP. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  type FloorControl,
  type FloorControlEvent,
  type FloorControlRole,
  openFloorControl,
} from '../../gateway/sip/bfcp/index.ts';

const source = fileURLToPath(new URL('bfcp-participant.c', import.meta.url));
const ids = { conferenceId: 4_000_000_000, userId: 3, floorId: 2 };

let folder = '';
let program = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rostrum-bfcp-'));
  program = join(folder, 'participant');
  await promisify(execFile)('gcc', ['-Wall', '-o', program, source, '-lre']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let left = 500; left > 0 && !condition(); left -= 1) await sleep(20);
  if (!condition()) throw new Error(`never came: ${what}`);
}

/** A running libre program: what it heard so far, and the command line. */
class Libre {
  readonly heard: string[] = [];
  port = 0;
  readonly #process: ChildProcessWithoutNullStreams;

  private constructor(ourPort: number) {
    const { conferenceId, userId, floorId } = ids;
    this.#process = spawn(program, [ourPort, conferenceId, userId, floorId].map(String));
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#hear(line));
  }

  static async start(ourPort: number): Promise<Libre> {
    const libre = new Libre(ourPort);
    closers.push(() => libre.stop());
    await until('its port', () => libre.port > 0);
    return libre;
  }

  say(command: string): void {
    this.#process.stdin.write(`${command}\n`);
  }

  /** The next lines, in whatever order: an answer and a notification are two datagrams. */
  async hears(...lines: string[]): Promise<void> {
    await until(`${lines.join(', ')} after ${this.heard.join(', ')}`, () =>
      lines.every((line) => this.heard.includes(line)),
    );
    expect(this.heard.splice(0).toSorted()).toEqual(lines.toSorted());
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.stdin.end();
    await gone;
  }

  #hear(line: string): void {
    const port = /^port (\d+)$/.exec(line)?.[1];
    if (port !== undefined) this.port = Number(port);
    else this.heard.push(line);
  }
}

async function openFloor(role: FloorControlRole): Promise<{ floor: FloorControl; events: string[] }> {
  const events: string[] = [];
  const onEvent = ({ kind }: FloorControlEvent) => void events.push(kind);
  const floor = await openFloorControl({ role, transport: 'udp', bind: { ip: '127.0.0.1' }, ...ids, onEvent });
  closers.push(() => floor.close());
  return { floor, events };
}

it('serves a participant: asked, granted, revoked by another presenter, granted again, released, gone', async () => {
  const { floor, events } = await openFloor('server');
  const participant = await Libre.start(floor.port);
  floor.connect({ ip: '127.0.0.1', port: participant.port }, 'passive');
  participant.say('hello');
  await participant.hears('HelloAck');
  participant.say('query');
  await participant.hears('FloorStatus');
  participant.say('request');
  await participant.hears('FloorRequestStatus 1 Pending user 3', 'FloorStatus 1 Pending user 3');
  expect(events).toEqual(['requested']);
  floor.grant();
  await participant.hears('FloorRequestStatus 1 Granted user 3', 'FloorStatus 1 Granted user 3');
  floor.present({ name: 'Thừa Thiên Huế' });
  await participant.hears('FloorRequestStatus 1 Revoked user 3', 'FloorStatus 2 Granted user 4');
  floor.present(undefined);
  await participant.hears('FloorStatus');
  participant.say('request');
  await participant.hears('FloorRequestStatus 3 Pending user 3', 'FloorStatus 3 Pending user 3');
  floor.revoke();
  await participant.hears('FloorRequestStatus 3 Denied user 3', 'FloorStatus');
  participant.say('request');
  await participant.hears('FloorRequestStatus 4 Pending user 3', 'FloorStatus 4 Pending user 3');
  floor.grant();
  await participant.hears('FloorRequestStatus 4 Granted user 3', 'FloorStatus 4 Granted user 3');
  participant.say('release 4');
  await participant.hears('FloorRequestStatus 4 Released user 3', 'FloorStatus');
  participant.say('release 4');
  await participant.hears('Error 7');
  participant.say('goodbye');
  await participant.hears('GoodbyeAck');
  expect(events).toEqual(['requested', 'requested', 'requested', 'released', 'lost']);
});

it('says goodbye to a participant', async () => {
  const { floor } = await openFloor('server');
  const participant = await Libre.start(floor.port);
  participant.say('hello');
  await participant.hears('HelloAck');
  await floor.close();
  await participant.hears('Goodbye');
});

it('takes part where the endpoint serves: asks, is granted and revoked, and sees the endpoint present', async () => {
  const { floor, events } = await openFloor('client');
  const server = await Libre.start(floor.port);
  floor.connect({ ip: '127.0.0.1', port: server.port }, 'passive');
  await server.hears('Hello', 'FloorQuery');
  floor.requestFloor();
  await server.hears('FloorRequest');
  server.say('grant');
  await until('granted', () => events.includes('granted'));
  server.say('revoke'); // libre says nothing new before the last word was acknowledged
  await until('revoked', () => events.includes('revoked'));
  floor.requestFloor();
  await until('a second request', () => server.heard.includes('FloorRequest'));
  server.say('grant');
  await until('granted again', () => events.filter((kind) => kind === 'granted').length === 2);
  floor.releaseFloor();
  await until('the release', () => server.heard.includes('FloorRelease'));
  server.say('show 7');
  await until('the endpoint presents', () => events.includes('requested'));
  server.say('show 0');
  await until('the endpoint no longer presents', () => events.includes('released'));
  expect(events).toEqual(['granted', 'revoked', 'granted', 'requested', 'released']);
});
