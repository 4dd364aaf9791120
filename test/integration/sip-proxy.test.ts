/** Calls through a proxy that records its route: Kamailio. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import type { Dialog, End, IncomingDialog, OutgoingDialog, SipEdge } from '../../gateway/sip/index.ts';
import { sdp } from '../gateway/sip/corpus/message.ts';
import { freeSipPort } from './baresip.ts';
import { address, answerCall, nextCall, openEdge, openPeer, requestText } from './sip-peers.ts';

type Transport = 'udp' | 'tcp';

/** Small enough for UDP. */
const offer = () => sdp;

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function edgeOf(): Promise<SipEdge> {
  const edge = await openEdge();
  opened.push(edge);
  return edge;
}

interface Proxy {
  port: number;
  /** What it has relayed so far, such as `INVITE over udp`. */
  relayed: string[];
}

/** Calls to its own address it hands to the centre. */
async function openProxy(centrePort: number, transport: Transport): Promise<Proxy> {
  const port = await freeSipPort();
  const folder = await mkdtemp(join(tmpdir(), 'kamailio-'));
  const config = fileURLToPath(new URL('kamailio.cfg', import.meta.url));
  const centre = `CENTRE="${address}:${centrePort};transport=${transport}"`;
  const listen = ['-l', `udp:${address}:${port}`, '-l', `tcp:${address}:${port}`];
  const size = ['-m', '16', '-M', '4'];
  const child = spawn('kamailio', ['-DD', '-E', '-f', config, '-Y', folder, '-A', centre, ...listen, ...size]);
  const relayed: string[] = [];
  const said = listenTo(child, relayed);
  opened.push({ close: () => stop(child, folder) });
  await answersAt(port).catch((error: unknown) => expect.unreachable(`${error}\n${said.join('')}`));
  relayed.length = 0;
  return { port, relayed };
}

function listenTo(child: ChildProcessWithoutNullStreams, relayed: string[]): string[] {
  const said: string[] = [];
  let line = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.push(text);
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    relayed.push(...lines.map((one) => /relayed (\w+ over \w+)/.exec(one)?.[1]).filter((one) => one !== undefined));
  });
  return said;
}

async function answersAt(port: number): Promise<void> {
  const peer = await openPeer('udp', port);
  try {
    for (let attempt = 0; peer.count('SIP/2.0 ') === 0; attempt += 1) {
      if (attempt === 100) throw new Error('the proxy does not answer');
      peer.send(requestText('OPTIONS', peer, 'udp', ['Max-Forwards: 0']).replace('Max-Forwards: 70\r\n', ''));
      await sleep(100);
    }
  } finally {
    peer.close();
  }
}

async function stop(child: ChildProcessWithoutNullStreams, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
  await rm(folder, { recursive: true, force: true });
}

async function connectCall(from: SipEdge, to: SipEdge, target: string, route?: string) {
  const taken = nextCall(to);
  const through = route === undefined ? {} : { route };
  const out = from.place(target, { callerName: 'A', fromUser: 'a', offer, ...through });
  const answered = new Promise<void>((resolve) => out.on('answered', () => resolve()));
  out.on('failed', (failure) => expect.unreachable(`${failure.code} ${failure.reason}`));
  const inbound = await taken;
  answerCall(inbound);
  await answered;
  await vi.waitFor(() => expect(inbound.state).toBe('established'));
  out.onReoffer(() => offer());
  return { out, inbound };
}

const endOf = (dialog: Dialog) => new Promise<End>((resolve) => dialog.on('ended', resolve));

/** re-INVITE from either side, then BYE of the side that is named. */
async function talk({ out, inbound }: { out: OutgoingDialog; inbound: IncomingDialog }, leaver: 'out' | 'in') {
  expect(await out.reoffer(offer())).toMatchObject({ ok: true });
  expect(await inbound.reoffer(offer())).toMatchObject({ ok: true });
  const [goes, stays] = leaver === 'out' ? [out, inbound] : [inbound, out];
  const ended = endOf(stays);
  await goes.hangUp();
  expect(await ended).toMatchObject({ by: 'remote' });
}

const wholeCall = ['INVITE', 'ACK', 'INVITE', 'ACK', 'INVITE', 'ACK', 'BYE'];
const methods = (proxy: Proxy) => proxy.relayed.map((one) => one.split(' ')[0]);

it.each<[Transport, Transport]>([
  ['udp', 'udp'],
  ['tcp', 'tcp'],
  ['tcp', 'udp'],
  ['udp', 'tcp'],
])('takes a call by a proxy: %s to it, %s from it', async (there, onward) => {
  const [centre, codec] = [await edgeOf(), await edgeOf()];
  const proxy = await openProxy(centre.port, onward);
  const call = await connectCall(codec, centre, `sip:room1@${address}:${proxy.port};transport=${there}`);
  expect(call.inbound.remote.source).toMatchObject({ transport: onward });
  await talk(call, 'in');
  await vi.waitFor(() => expect(methods(proxy)).toEqual(wholeCall));
  expect(proxy.relayed.at(-1)).toBe(`BYE over ${onward}`);
});

it.each<[Transport]>([['udp'], ['tcp']])('places a call through an outbound proxy over %s', async (transport) => {
  const [centre, codec] = [await edgeOf(), await edgeOf()];
  const proxy = await openProxy(centre.port, transport);
  const target = `sip:codec7@${address}:${codec.port};transport=${transport}`;
  const call = await connectCall(centre, codec, target, `sip:${address}:${proxy.port};transport=${transport}`);
  expect(call.inbound.target).toBe('codec7');
  await talk(call, 'out');
  await vi.waitFor(() => expect(methods(proxy)).toEqual(wholeCall));
});

it('cancels a call that rings behind a proxy', async () => {
  const [centre, codec] = [await edgeOf(), await edgeOf()];
  const proxy = await openProxy(centre.port, 'udp');
  const taken = nextCall(codec);
  const options = { callerName: 'A', fromUser: 'a', offer, route: `sip:${address}:${proxy.port}` };
  const out = centre.place(`sip:codec7@${address}:${codec.port}`, options);
  const inbound = await taken;
  inbound.ring();
  await new Promise<void>((resolve) => out.on('ringing', resolve));
  const ended = endOf(inbound);
  await out.hangUp();
  expect(await ended).toMatchObject({ by: 'remote', status: 487 });
});
