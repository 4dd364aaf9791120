/** What floods and scanners meet, at a live edge. Each test has source addresses of its own. */
import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Ban, RefusedAttempt, SipEdge } from '../../gateway/sip/index.ts';
import { request } from '../gateway/sip/corpus/message.ts';
import { answerCall, nextCall, offer, openEdge } from './sip-peers.ts';

let edge: SipEdge;
const attempts: RefusedAttempt[] = [];
const opened: { close(): unknown }[] = [];
const trusted = '127.0.0.77';

beforeEach(async () => {
  attempts.length = 0;
  edge = await openEdge(
    {
      authorise: ({ target }) => (target === 'room1' ? 'accept' : { status: 404, reason: 'Not Found' }),
      isTrusted: (ip) => ip === trusted,
      refusedAttempt: (attempt) => attempts.push(attempt),
    },
    {
      guard: {
        stranger: { burst: 20, perSecond: 1 },
        strangers: { burst: 100, perSecond: 5 },
        sources: 64,
        known: { burst: 200, perSecond: 100 },
        failures: { burst: 10, perSecond: 0.1 },
      },
    },
  );
  edge.onIncoming(answerCall);
});

afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
  await edge.close();
});

interface Sender {
  send(octets: Buffer): void;
  /** The statuses of what came back. */
  statuses: number[];
  socket: Socket;
}

async function senderAt(ip: string): Promise<Sender> {
  const socket = createSocket('udp4');
  const statuses: number[] = [];
  socket.on('message', (bytes) => {
    const status = /^SIP\/2\.0 (\d{3})/.exec(bytes.toString())?.[1];
    if (status !== undefined && status !== '100') statuses.push(Number(status));
  });
  await new Promise<void>((resolve) => socket.bind(0, ip, resolve));
  opened.push({ close: () => socket.close() });
  return { send: (octets) => socket.send(octets, edge.port, '127.0.0.1'), statuses, socket };
}

let count = 0;
const nextId = (): string => {
  count += 1;
  return `g${count}`;
};
const ask = (more: string[] = []): Buffer => request({ more })(nextId());
const wrongCall = (): Buffer => request({ method: 'INVITE', uri: 'sip:nobody@127.0.0.1' })(nextId());

const banOf = (ip: string): Ban | undefined => edge.bans.find((ban) => ban.ip === ip);

async function expectSilence(sender: Sender): Promise<void> {
  const heard = () => sender.statuses.filter((status) => status === 200).length; // a 404 may still be repeated
  const before = heard();
  sender.send(ask());
  await sleep(200);
  expect(heard()).toBe(before);
}

it('tells a flood to slow down, then hears it no more, and serves others meanwhile', async () => {
  const [flood, other] = [await senderAt('127.0.0.21'), await senderAt('127.0.0.22')];
  for (let sent = 0; sent < 70; sent += 1) {
    flood.send(ask());
    if (sent % 10 === 9) await sleep(5);
  }
  await sleep(200);
  const answered = flood.statuses.filter((status) => status === 200).length;
  const told = flood.statuses.filter((status) => status === 503).length;
  expect(answered).toBeGreaterThanOrEqual(20);
  expect(answered).toBeLessThanOrEqual(25);
  expect(told).toBeGreaterThanOrEqual(15);
  expect(answered + told).toBeLessThanOrEqual(46);
  other.send(ask());
  await vi.waitFor(() => expect(other.statuses).toEqual([200]));
  for (let sent = 0; sent < 60; sent += 1) flood.send(ask());
  await vi.waitFor(() => expect(banOf('127.0.0.21')).toMatchObject({ reason: 'flood' }));
  await expectSilence(flood);
  expect(banOf('127.0.0.21')?.attempts).toBeGreaterThan(0);
});

it('holds little of a flood from many sources, and serves those it knows meanwhile', async () => {
  const flood = await Promise.all(Array.from({ length: 200 }, (_, n) => senderAt(`127.0.1.${n + 1}`)));
  const site = await senderAt(trusted);
  for (let round = 0; round < 10; round += 1) {
    for (const sender of flood) sender.send(round % 2 === 0 ? wrongCall() : ask());
    await sleep(10);
  }
  site.send(ask());
  await vi.waitFor(() => expect(site.statuses).toEqual([200]), { timeout: 10_000 });
  const served = flood.flatMap(({ statuses }) => statuses).filter((status) => status === 200);
  expect(served.length).toBeLessThanOrEqual(250);
  const { transactions, sources, calls } = edge.census;
  expect(transactions).toBeLessThanOrEqual(250);
  expect(sources).toBeLessThanOrEqual(64);
  expect(calls).toBe(0);
});

it('is silent towards a scanner from its first word, on every transport, until it is let in again', async () => {
  const scanner = await senderAt('127.0.0.23');
  const line = connect({ port: edge.port, host: '127.0.0.1', localAddress: '127.0.0.23' });
  opened.push({ close: () => line.destroy() });
  await new Promise<void>((resolve) => line.once('connect', resolve));
  scanner.send(ask(['User-Agent: friendly-scanner']));
  await vi.waitFor(() => expect(banOf('127.0.0.23')).toMatchObject({ reason: 'scanner' }));
  await expectSilence(scanner);
  line.on('error', () => line.destroy());
  line.write(ask());
  await vi.waitFor(() => expect(line.destroyed).toBe(true));
  const late = connect({ port: edge.port, host: '127.0.0.1', localAddress: '127.0.0.23' });
  late.on('error', () => late.destroy());
  await vi.waitFor(() => expect(late.destroyed || late.readableEnded).toBe(true));
  edge.unban('127.0.0.23');
  expect(edge.bans).toEqual([]);
  scanner.send(ask());
  await vi.waitFor(() => expect(scanner.statuses).toEqual([200]));
});

it('bans who tries one room after the other, and who talks nonsense', async () => {
  const [guesser, babbler] = [await senderAt('127.0.0.24'), await senderAt('127.0.0.25')];
  for (let sent = 0; sent < 15; sent += 1) guesser.send(wrongCall());
  await vi.waitFor(() => expect(banOf('127.0.0.24')).toMatchObject({ reason: 'failures' }));
  for (let sent = 0; sent < 70; sent += 1) babbler.send(Buffer.from('hello, is anybody there?'));
  await vi.waitFor(() => expect(banOf('127.0.0.25')).toMatchObject({ reason: 'malformed' }));
  expect(guesser.statuses.length).toBeGreaterThanOrEqual(10);
  await expectSilence(babbler);
  await expectSilence(guesser);
});

it('tells of calls to where nobody may call, and of transfers', async () => {
  const caller = await senderAt('127.0.0.28');
  caller.send(wrongCall());
  caller.send(request({ method: 'REFER', more: ['Refer-To: <sip:premium@example.com>'] })(nextId()));
  await vi.waitFor(() => expect(attempts).toHaveLength(2));
  const source = { ip: '127.0.0.28', transport: 'udp' };
  expect(attempts.sort((one, other) => one.kind.localeCompare(other.kind))).toMatchObject([
    { kind: 'call', target: 'nobody', from: 'sip:codec@127.0.0.1', source },
    { kind: 'refer', target: '<sip:premium@example.com>', from: 'sip:codec@127.0.0.1', source },
  ]);
});

it('never bans a site of ours, nor a source with a call', async () => {
  const site = await senderAt(trusted);
  for (let sent = 0; sent < 100; sent += 1) site.send(Buffer.from('hello, is anybody there?'));
  const caller = await openEdge({}, { host: '127.0.0.26', advertised: '127.0.0.26' });
  opened.push(caller);
  const call = caller.place(`sip:room1@127.0.0.1:${edge.port}`, { callerName: 'A', fromUser: 'a', offer });
  await new Promise<void>((resolve) => call.on('answered', () => resolve()));
  const neighbour = await senderAt('127.0.0.26');
  for (let sent = 0; sent < 100; sent += 1) neighbour.send(Buffer.from('hello, is anybody there?'));
  neighbour.send(ask(['User-Agent: friendly-scanner']));
  site.send(ask());
  await vi.waitFor(() => expect([neighbour.statuses, site.statuses]).toEqual([[200], [200]]));
  expect(edge.bans).toEqual([]);
  await call.hangUp();
});

it('hears whom it calls itself, banned or not', async () => {
  const scanner = await senderAt('127.0.0.27');
  scanner.send(ask(['User-Agent: sipvicious']));
  await vi.waitFor(() => expect(banOf('127.0.0.27')).toBeDefined());
  const codec = await openEdge({}, { host: '127.0.0.27', advertised: '127.0.0.27' });
  opened.push(codec);
  nextCall(codec).then(answerCall, expect.unreachable);
  const call = edge.place(`sip:codec@127.0.0.27:${codec.port}`, { callerName: 'A', fromUser: 'a', offer });
  await new Promise<void>((resolve) => call.on('answered', () => resolve()));
  expect(edge.bans).toEqual([]);
  await call.hangUp();
});
