import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SipEdge, SipLog } from '../../gateway/sip/index.ts';
import { seededRandom } from './random.ts';
import { type BarePeer, offer, openEdge, openPeer, requestText } from './sip-peers.ts';

let edge: SipEdge;
const warn = vi.fn<SipLog['warn']>();
const peers: BarePeer[] = [];

beforeEach(async () => {
  warn.mockClear();
  const boundless = { burst: 1_000_000, perSecond: 1_000_000 };
  edge = await openEdge(
    { log: { debug() {}, warn }, authorise: () => ({ status: 403, reason: 'Forbidden' }) },
    { guard: { stranger: boundless, malformed: boundless, failures: boundless } },
  );
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await edge.close();
});

async function peerOver(transport: 'udp' | 'tcp'): Promise<BarePeer> {
  const peer = await openPeer(transport, edge.port);
  peers.push(peer);
  return peer;
}

async function expectAlive(): Promise<void> {
  for (const transport of ['udp', 'tcp'] as const) {
    const peer = await peerOver(transport);
    peer.send(requestText('OPTIONS', peer, transport));
    expect(await peer.answer('CSeq: 1 OPTIONS')).toMatch(/^SIP\/2\.0 200 /);
  }
}

describe('malformed requests get the answer that the RFC has for them', () => {
  it.each([
    ['a CSeq that is none', (text: string) => text.replace('CSeq: 1 INVITE', 'CSeq: one INVITE'), 400],
    ['a body that is cut', (text: string) => text.replace(/Content-Length: \d+/, 'Content-Length: 30000'), 400],
    ['a line of noise', (text: string) => text.replace('Max-Forwards: 70', '\u0001\u0002 noise'), 400],
    ['an unreadable From', (text: string) => text.replace(/From: <[^>]*>/, 'From: <<<>>>'), 400],
    ['an unreadable Contact', (text: string) => text.replace(/Contact: .*/, 'Contact: ,,;;<'), 400],
    ['no Contact', (text: string) => text.replace(/Contact: .*\r\n/, ''), 400],
    ['SIP 7', (text: string) => text.replace('SIP/2.0\r\n', 'SIP/7.0\r\n'), 505],
    ['tel:', (text: string) => text.replace('INVITE sip:room1@127.0.0.1', 'INVITE tel:+842803888888'), 416],
    [
      'a demand that we do not know',
      (text: string) => text.replace('Max-Forwards', 'Require: precondition\r\nMax-Forwards'),
      420,
    ],
    ['an unknown body', (text: string) => text.replace('application/sdp', 'application/x-other'), 415],
    [
      'an oversized head',
      (text: string) => text.replace('Max-Forwards', `X: ${'y'.repeat(17_000)}\r\nMax-Forwards`),
      513,
    ],
  ])('%s', async (_what, mangle, status) => {
    const peer = await peerOver('udp');
    peer.send(mangle(requestText('INVITE', peer, 'udp', ['Content-Type: application/sdp'], offer())));
    const answer = await peer.answer('SIP/2.0 ');
    expect(answer).toMatch(new RegExp(`^SIP/2.0 ${status} `));
    await expectAlive();
  });
});

it('cuts a TCP connection off that cannot be followed, after saying so', async () => {
  const peer = await peerOver('tcp');
  peer.send(requestText('OPTIONS', peer, 'tcp').replace('Content-Length: 0', 'Content-Length: 999999'));
  await peer.answer('SIP/2.0 513');
  await vi.waitFor(() => expect(peer.isClosed).toBe(true), 3_000);
  const endless = await peerOver('tcp');
  endless.send('x'.repeat(200_000));
  await vi.waitFor(() => expect(endless.isClosed).toBe(true), 3_000);
  await expectAlive();
});

it('answers keep-alives on a connection and takes messages in any pieces (RFC 5626 §3.5.1)', async () => {
  const peer = await peerOver('tcp');
  peer.send('\r\n\r\n');
  expect(await peer.answer('\r\n')).toBe('\r\n');
  for (const character of requestText('OPTIONS', peer, 'tcp').match(/[\s\S]{1,7}/g) ?? []) {
    peer.send(character);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await peer.answer('SIP/2.0 200');
});

it('repeats a refusal until its ACK (timer G), but never one for which it keeps no state', {
  timeout: 20_000,
}, async () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const peer = await peerOver('udp');
  const invite = requestText('INVITE', peer, 'udp', ['Content-Type: application/sdp'], offer());
  edge.onIncoming(() => expect.unreachable());
  peer.send(invite);
  peer.send(requestText('INVITE', peer, 'udp', ['Require: x-unheard-of']));
  await pause(2_500);
  const forbidden = await peer.answer('SIP/2.0 403');
  expect([peer.count('SIP/2.0 403'), peer.count('SIP/2.0 420')]).toEqual([3, 1]); // at 0, 0.5 and 1.5 s
  const tagged = /^To: .*$/m.exec(forbidden)?.[0] ?? '';
  const ack = invite
    .replace('INVITE', 'ACK')
    .replace('1 INVITE', '1 ACK')
    .replace(/^To: .*$/m, tagged);
  peer.send(ack.replace(/Content-Type[\s\S]*/, 'Content-Length: 0\r\n\r\n'));
  await pause(2_500);
  expect(peer.count('SIP/2.0 403')).toBe(3);
});

it('survives ten thousand mangled messages on UDP and TCP', { timeout: 40_000 }, async () => {
  const random = seededRandom(561);
  const pick = (count: number) => Math.floor(random() * count);
  const udp = await peerOver('udp');
  const splices = [
    '\r\n',
    '\0',
    ',',
    ';',
    '<',
    '"',
    ':',
    '%',
    '@',
    '\\',
    '🎥',
    '\r\n\r\n',
    'Via: ',
    ';branch=z9hG4bK',
    '9'.repeat(40),
  ];
  const methods = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'UPDATE', 'INFO', 'OPTIONS', 'REFER', 'PRACK', 'SIP/2.0'];
  const mangled = (peer: BarePeer, transport: 'udp' | 'tcp') => {
    let text = requestText(
      methods[pick(methods.length)] ?? 'INVITE',
      peer,
      transport,
      ['Content-Type: application/sdp'],
      offer(),
    );
    if (random() < 0.3) text = text.replace(/^.* SIP\/2\.0/, `SIP/2.0 ${100 + pick(600)} Hm`);
    for (let round = pick(4); round >= 0; round -= 1) {
      const at = pick(text.length);
      text = text.slice(0, at) + (splices[pick(splices.length)] ?? '') + text.slice(at + pick(12));
    }
    return text;
  };
  for (let count = 0; count < 9_000; count += 1) {
    udp.send(mangled(udp, 'udp'));
    if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (let count = 0; count < 1_000; count += 1) {
    const tcp = await openPeer('tcp', edge.port);
    tcp.send(mangled(tcp, 'tcp'));
    await new Promise((resolve) => setImmediate(resolve));
    tcp.close();
  }
  await expectAlive();
  expect(edge.dialogs).toEqual([]);
  const codes = new Set(warn.mock.calls.map(([fields]) => ('code' in fields ? fields.code : fields)));
  expect([...codes].filter((code) => code !== 'referRefused')).toEqual([]);
});
