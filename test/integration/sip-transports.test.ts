import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { markUdpSockets } from '../../gateway/engine/mark-socket.ts';
import type {
  CallRequest,
  Dialog,
  End,
  Failure,
  OutgoingDialog,
  SipEdge,
  SipHooks,
  SipSettings,
} from '../../gateway/sip/index.ts';
import { sdp } from '../gateway/sip/corpus/message.ts';
import { type MadeCertificate, selfSigned, signedBy } from './certificates.ts';
import { address, answerCall, nextCall, offer, openEdge } from './sip-peers.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function edgeWith(settings: Partial<SipSettings> = {}, hooks: SipHooks = {}): Promise<SipEdge> {
  const edge = await openEdge(hooks, settings);
  opened.push(edge);
  return edge;
}

const until = <T>(dialog: Dialog, event: 'answered' | 'ended' | 'failed'): Promise<T> =>
  new Promise((resolve) => dialog.on(event, (fact) => resolve(fact as T)));

const place = (edge: SipEdge, target: string, over: { route?: string; offer?: () => string } = {}): OutgoingDialog =>
  edge.place(target, { callerName: 'Phòng họp', fromUser: 'room1', offer: () => sdp, ...over }); // small enough for UDP

/** Calls, is answered, re-invites both ways, and is hung up by the called side. */
async function wholeCall(
  from: SipEdge,
  to: SipEdge,
  target: string,
): Promise<{ out: OutgoingDialog; inbound: Dialog }> {
  const taken = nextCall(to);
  const out = place(from, target);
  out.on('failed', (failure) => expect.unreachable(`${failure.code} ${failure.reason}`));
  const answered = until(out, 'answered');
  const inbound = await taken;
  answerCall(inbound);
  await answered;
  await vi.waitFor(() => expect(inbound.state).toBe('established'));
  out.onReoffer(() => offer());
  expect(await out.reoffer(offer())).toMatchObject({ ok: true });
  expect(await inbound.reoffer(offer())).toMatchObject({ ok: true });
  const ended = until<End>(out, 'ended');
  await inbound.hangUp();
  expect(await ended).toMatchObject({ by: 'remote' });
  return { out, inbound };
}

const fingerprintOf = ({ cert }: MadeCertificate): string =>
  createHash('sha256').update(new X509Certificate(cert).raw).digest('hex');

describe('TLS', () => {
  let codec: MadeCertificate;
  let centre: MadeCertificate;
  let ca: string;
  let good: MadeCertificate;
  let misnamed: MadeCertificate;

  beforeAll(async () => {
    codec = await selfSigned('codec7.example.vn', 'DNS:codec7.example.vn,URI:sip:codec7.example.vn');
    centre = await selfSigned('centre.example.vn');
    const made = await signedBy('Province CA', [
      ['good', 'IP:127.0.0.1'],
      ['misnamed', 'DNS:other.example.vn'],
    ]);
    ca = made.ca;
    [good = codec, misnamed = codec] = made.signed;
  });

  const tls = (certificate: MadeCertificate, authority?: string): Partial<SipSettings> => ({
    tls: { port: 0, ...certificate, ...(authority === undefined ? {} : { ca: authority }) },
  });

  it.each([['sip:room1@127.0.0.1:PORT;transport=tls'], ['sips:room1@127.0.0.1:PORT']])(
    'carries a whole call to %s, and each side knows the other’s certificate',
    async (pattern) => {
      const asked: CallRequest[] = [];
      const authorise = (request: CallRequest) => {
        asked.push(request);
        return 'accept' as const;
      };
      const ours = await edgeWith(tls(centre), { authorise });
      const theirs = await edgeWith(tls(codec));
      const { out, inbound } = await wholeCall(theirs, ours, pattern.replace('PORT', String(ours.tlsPort)));
      expect(asked).toMatchObject([
        {
          target: 'room1',
          source: { ip: address, transport: 'tls' },
          identity: {
            certificate: {
              fingerprint256: fingerprintOf(codec),
              names: ['codec7.example.vn', 'sip:codec7.example.vn'],
              trusted: false,
            },
          },
        },
      ]);
      expect(inbound.remote.identity).toEqual(asked[0]?.identity);
      expect(out.remote.identity?.certificate?.fingerprint256).toBe(fingerprintOf(centre));
      expect(inbound.remote.contact?.startsWith(pattern.startsWith('sips') ? 'sips:' : 'sip:')).toBe(true);
      expect(out.remote.contact?.startsWith(pattern.startsWith('sips') ? 'sips:' : 'sip:')).toBe(true);
    },
  );

  it('trusts whom its authority has signed, both ways', async () => {
    const ours = await edgeWith(tls(good, ca));
    const theirs = await edgeWith(tls(good, ca));
    const { out, inbound } = await wholeCall(theirs, ours, `sips:room1@127.0.0.1:${ours.tlsPort}`);
    expect(inbound.remote.identity?.certificate).toMatchObject({ trusted: true, names: ['127.0.0.1', 'good'] });
    expect(out.remote.identity?.certificate?.trusted).toBe(true);
  });

  it('calls no server that its authority has not signed, or that has another name', async () => {
    const ours = await edgeWith(tls(good, ca));
    for (const certificate of [centre, misnamed]) {
      const theirs = await edgeWith(tls(certificate));
      const failure = await until<Failure>(place(ours, `sips:room1@127.0.0.1:${theirs.tlsPort}`), 'failed');
      expect(failure.code).toBe('unreachable');
    }
  });

  it('has no other transport for a sips: target, and takes none that came in the clear', async () => {
    const plain = await edgeWith();
    expect(() => place(plain, 'sips:room1@127.0.0.1')).toThrow('no tls');
    const peer = createSocket('udp4');
    opened.push({ close: () => peer.close() });
    const answer = new Promise<string>((resolve) => peer.once('message', (bytes) => resolve(String(bytes))));
    const lines = [
      'OPTIONS sips:room1@127.0.0.1 SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1;rport',
      'From: <sip:a@127.0.0.1>;tag=1',
      'To: <sips:room1@127.0.0.1>',
      'Call-ID: 1',
      'CSeq: 1 OPTIONS',
    ];
    peer.send(`${lines.join('\r\n')}\r\n\r\n`, plain.port, address);
    expect(await answer).toMatch(/^SIP\/2\.0 416 /);
  });

  it('answers keep-alives and takes messages in any pieces', async () => {
    const ours = await edgeWith(tls(centre));
    const socket = connect({ port: ours.tlsPort ?? 0, host: address, rejectUnauthorized: false });
    opened.push({ close: () => socket.destroy() });
    const said: string[] = [];
    socket.on('data', (bytes) => said.push(String(bytes)));
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
    socket.write('\r\n\r\n');
    await vi.waitFor(() => expect(said.join('')).toBe('\r\n'));
    const lines = [
      'OPTIONS sips:room1@127.0.0.1 SIP/2.0',
      'Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK1',
      'From: <sip:a@127.0.0.1>;tag=1',
      'To: <sips:room1@127.0.0.1>',
      'Call-ID: 1',
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
    ];
    for (const character of `${lines.join('\r\n')}\r\n\r\n`) socket.write(character);
    await vi.waitFor(() => expect(said.join('')).toContain('SIP/2.0 200'));
    expect(said.join('')).toContain('Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK1\r\n');
  });
});

describe('a connection that died', () => {
  it('is opened anew when the call needs it', async () => {
    const ours = await edgeWith();
    const theirs = await edgeWith();
    const line = await openLine(ours.port);
    const taken = nextCall(ours);
    const out = place(theirs, `sip:room1@${address}:${line.port};transport=tcp`);
    const answered = until(out, 'answered');
    const inbound = await taken;
    answerCall(inbound);
    await answered;
    await vi.waitFor(() => expect(inbound.state).toBe('established'));
    expect([ours.census.connections, theirs.census.connections]).toEqual([1, 1]);
    line.cut();
    await vi.waitFor(() => expect([ours.census.connections, theirs.census.connections]).toEqual([0, 0]));
    out.onReoffer(() => offer());
    expect(await inbound.reoffer(offer())).toMatchObject({ ok: true });
    await out.hangUp();
    expect(inbound.state).toBe('ended');
  });
});

/** A TCP line to the edge that can be cut. */
async function openLine(port: number): Promise<{ port: number; cut(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectTcp(port, address);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  opened.push({ close: () => server.close() }, { close: cut });
  return { port: (server.address() as AddressInfo).port, cut };
}

describe('IPv6', () => {
  const six: Partial<SipSettings> = { host: '::1', advertised: '::1' };

  it.each(['udp', 'tcp'])('carries a whole call over %s', async (transport) => {
    const ours = await edgeWith(six);
    const theirs = await edgeWith(six);
    const target = `sip:room1@[::1]:${ours.port};transport=${transport}`;
    const { out, inbound } = await wholeCall(theirs, ours, target);
    expect(inbound.remote.source).toMatchObject({ ip: '::1', transport });
    expect(inbound.remote.contact).toContain(`@[::1]:${theirs.port}`);
    expect(out.remote.contact).toContain(`@[::1]:${ours.port}`);
  });

  it('carries it over TLS too, and beside IPv4 on the same ports', async () => {
    const certificate = await selfSigned('both', 'IP:127.0.0.1,IP:::1');
    const both = { host6: '::1', tls: { port: 0, ...certificate } };
    const ours = await edgeWith(both);
    const theirs = await edgeWith(both);
    const targets = [
      `sip:room1@[::1]:${ours.port}`,
      `sip:room1@127.0.0.1:${ours.port}`,
      `sip:room1@[::1]:${ours.port};transport=tcp`,
      `sips:room1@[::1]:${ours.tlsPort}`,
      `sips:room1@127.0.0.1:${ours.tlsPort}`,
    ];
    for (const target of targets) {
      const { inbound } = await wholeCall(theirs, ours, target);
      expect(inbound.remote.source.ip).toBe(target.includes('[') ? '::1' : '127.0.0.1');
    }
    const four = await edgeWith();
    expect(() => place(four, 'sip:a@[::1]')).toThrow('no udp here for [::1]');
  });
});

describe('a request too large for UDP (RFC 3261 §18.1.1)', () => {
  const large = () => `${offer()}a=x-large:${'x'.repeat(1_300)}\r\n`;

  it('goes by TCP, and its call stays on UDP', async () => {
    const ours = await edgeWith();
    const theirs = await edgeWith();
    const taken = nextCall(ours);
    const out = place(theirs, `sip:room1@${address}:${ours.port}`, { offer: large });
    const answered = until(out, 'answered');
    const inbound = await taken;
    expect(inbound.remote.source.transport).toBe('tcp');
    expect(inbound.remote.contact).toContain('transport=udp');
    answerCall(inbound);
    await answered;
    await vi.waitFor(() => expect(inbound.state).toBe('established'));
    out.onReoffer(() => offer());
    expect(await out.reoffer(offer())).toMatchObject({ ok: true });
    expect(await out.reoffer(large())).toMatchObject({ ok: true });
    expect(await inbound.reoffer(large())).toMatchObject({ ok: true });
    const ended = until<End>(inbound, 'ended');
    await out.hangUp();
    expect(await ended).toMatchObject({ by: 'remote' });
  });

  it('is cancelled by the same way', async () => {
    const ours = await edgeWith();
    const theirs = await edgeWith();
    const taken = nextCall(ours);
    const out = place(theirs, `sip:room1@${address}:${ours.port}`, { offer: large });
    const inbound = await taken;
    inbound.ring();
    await new Promise<void>((resolve) => out.on('ringing', resolve));
    const ended = until<End>(inbound, 'ended');
    await out.hangUp();
    expect(await ended).toMatchObject({ by: 'remote', status: 487 });
  });

  it('goes by UDP after all where TCP is refused', async () => {
    const theirs = await edgeWith();
    const peer = createSocket('udp4');
    opened.push({ close: () => peer.close() });
    await new Promise<void>((resolve) => peer.bind(0, address, resolve));
    const invite = new Promise<string>((resolve) => peer.once('message', (bytes) => resolve(String(bytes))));
    const out = place(theirs, `sip:room1@${address}:${peer.address().port}`, { offer: large });
    expect(await invite).toMatch(new RegExp(`^INVITE .*\r\nVia: SIP/2.0/UDP 127.0.0.1:${theirs.port};`, 's'));
    expect(out.state).toBe('calling');
  });
});

describe('DSCP', () => {
  /** The lines of `ss` for the sockets of these ports. */
  async function marksOn(kind: '-una' | '-tn', ports: (number | undefined)[]): Promise<string[]> {
    const filter = ports.map((port) => `sport = :${port} or dport = :${port}`).join(' or ');
    const { stdout } = await promisify(execFile)('ss', [kind, '--tos', filter]);
    return stdout.split('\n').filter((line) => line.includes('127.0.0.1') || line.includes('[::1]'));
  }

  it('is CS3 on all that speaks SIP, in both families', async () => {
    const certificate = await selfSigned('marked', 'IP:127.0.0.1,IP:::1');
    const settings = { host6: '::1', tls: { port: 0, ...certificate } };
    const marked: number[] = [];
    const markUdp = async (port: number) => {
      await markUdpSockets(port);
      marked.push(port);
    };
    const ours = await edgeWith(settings, { markUdp });
    const theirs = await edgeWith(settings);
    for (const host of ['127.0.0.1', '[::1]']) {
      await wholeCall(theirs, ours, `sip:room1@${host}:${ours.port};transport=tcp`);
      await wholeCall(theirs, ours, `sips:room1@${host}:${ours.tlsPort}`);
    }
    await vi.waitFor(() => expect(marked).toHaveLength(2));
    const datagrams = await marksOn('-una', [ours.port]);
    const streams = await marksOn('-tn', [ours.port, ours.tlsPort]);
    expect([datagrams.length, streams.length]).toEqual([2, 8]); // both ends of four connections
    for (const line of [...datagrams, ...streams]) expect(line).toMatch(/\bt(os|class):0x60\b/);
  });

  it('is left out where it is not wanted, and a failure to set it is no failure', async () => {
    const warned: object[] = [];
    const log = { debug() {}, warn: (fields: object) => void warned.push(fields) };
    const markUdp = () => Promise.reject(new Error('no gjs here'));
    const unmarked = await edgeWith({ dscp: false }, { markUdp, log });
    const other = await edgeWith({}, { markUdp, log });
    await vi.waitFor(() => expect(warned).toEqual([{ code: 'unmarked', error: 'Error: no gjs here' }]));
    await wholeCall(other, unmarked, `sip:room1@${address}:${unmarked.port};transport=tcp`);
  });
});
