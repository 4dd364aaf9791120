/** Targets by name (RFC 3263): a DNS server, and endpoints of which not all take calls. Loopback only. */
import { createSocket } from 'node:dgram';
import { Timers } from 'sip.js/lib/core/index.js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Failure, OutgoingDialog, SipEdge } from '../../gateway/sip/index.ts';
import { freeSipPort } from './baresip.ts';
import { openDnsServer, type Zone } from './dns-server.ts';
import { accountOf, realm } from './sip-codec.ts';
import { address, answerCall, offer, openEdge } from './sip-peers.ts';

let zone: Zone;
let centre: SipEdge;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  zone = { a: { 'one.tinh.test': address, 'two.tinh.test': address }, srv: {}, naptr: {} };
  const dns = await openDnsServer(zone);
  closers.push(dns.close);
  centre = await openEdge({}, { names: dns.names });
  closers.push(() => centre.close());
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Where calls are answered, and by which transports they came. */
async function endpoint(): Promise<{ port: number; came: string[] }> {
  const edge = await openEdge();
  closers.push(() => edge.close());
  const came: string[] = [];
  edge.onIncoming((dialog) => {
    came.push(dialog.remote.source.transport);
    answerCall(dialog);
  });
  return { port: edge.port, came };
}

/** Where every call is refused with 503. */
async function full(): Promise<{ port: number; refused: () => number }> {
  const edge = await openEdge();
  closers.push(() => edge.close());
  let refused = 0;
  edge.onIncoming((dialog) => {
    refused += 1;
    dialog.reject(503);
  });
  return { port: edge.port, refused: () => refused };
}

function serve(service: string, ...ports: number[]): void {
  const hosts = ['one.tinh.test', 'two.tinh.test'] as const;
  zone.srv[`${service}.tinh.test`] = ports.map((port, n) => ({ priority: n, port, name: hosts[n % 2] ?? hosts[0] }));
}

function call(target: string): { dialog: OutgoingDialog; over: Promise<'answered' | Failure> } {
  const dialog = centre.place(target, { callerName: 'R', fromUser: 'rostrum', offer });
  const over = new Promise<'answered' | Failure>((resolve) => {
    dialog.on('answered', () => resolve('answered'));
    dialog.on('failed', resolve);
  });
  return { dialog, over };
}

it('goes where the domain says, by the transport that it says', async () => {
  const { port, came } = await endpoint();
  zone.naptr['tinh.test'] = [{ order: 10, service: 'SIP+D2T', replacement: '_sip._tcp.tinh.test' }];
  serve('_sip._tcp', port);
  const { dialog, over } = call('sip:site@tinh.test');
  expect(await over).toBe('answered');
  expect(came).toEqual(['tcp']);
  expect(await dialog.reoffer(offer())).toMatchObject({ ok: true });
  await dialog.hangUp();
});

it('goes on to the next where there is no room', async () => {
  const [first, { port, came }] = [await full(), await endpoint()];
  serve('_sip._udp', first.port, port);
  const { dialog, over } = call('sip:site@tinh.test');
  expect(await over).toBe('answered');
  expect([first.refused(), came.length]).toEqual([1, 1]);
  await dialog.hangUp();
  expect(dialog.state).toBe('ended');
});

it('goes on to the next where nobody listens, over another transport too', async () => {
  const { port, came } = await endpoint();
  const services = ['_sip._tcp', '_sip._udp'];
  zone.naptr['tinh.test'] = services.map((service, order) => ({
    order,
    service: service === '_sip._tcp' ? 'SIP+D2T' : 'SIP+D2U',
    replacement: `${service}.tinh.test`,
  }));
  serve('_sip._tcp', await freeSipPort());
  serve('_sip._udp', port);
  const { dialog, over } = call('sip:site@tinh.test');
  expect(await over).toBe('answered');
  expect(came).toHaveLength(1);
  await dialog.hangUp();
});

it('goes on to the next where nothing is said', async () => {
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, address, resolve));
  closers.push(() => silent.close());
  const { port, came } = await endpoint();
  serve('_sip._udp', silent.address().port, port);
  const usual = Timers.TIMER_B;
  Object.assign(Timers, { TIMER_B: 1_500 }); // instead of 32 s
  closers.push(() => Object.assign(Timers, { TIMER_B: usual }));
  const { dialog, over } = call('sip:site@tinh.test');
  expect(await over).toBe('answered');
  expect(came).toHaveLength(1);
  await dialog.hangUp();
});

it('fails where all refuse, where the name is unknown, and not later than it is hung up', async () => {
  const [first, second] = [await full(), await full()];
  serve('_sip._udp', first.port, second.port);
  expect(await call('sip:site@tinh.test').over).toMatchObject({ code: 'unreachable', status: 503 });
  expect([first.refused(), second.refused()]).toEqual([1, 1]);
  expect(await call('sip:site@nobody.test').over).toMatchObject({ code: 'unreachable', status: 0 });
  const { dialog } = call('sip:site@tinh.test');
  await dialog.hangUp();
  expect([dialog.state, centre.dialogs.length]).toEqual(['ended', 0]);
});

it('registers at a registrar by name', async () => {
  const registrar = await openEdge({ account: async (user) => accountOf(user, 'secret') }, { realm });
  closers.push(() => registrar.close());
  serve('_sip._udp', registrar.port);
  const ask = { registrar: 'sip:tinh.test', user: 'rostrum', password: 'secret', expiresSeconds: 60 };
  const registration = centre.register(ask);
  await vi.waitFor(() => expect(registration.state).toBe('registered'), { timeout: 5_000 });
});
