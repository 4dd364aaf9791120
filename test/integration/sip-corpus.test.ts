/** The corpus against a live edge: over UDP, over TCP in one piece, octet by octet, and several to a segment. */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SipEdge, SipLog } from '../../gateway/sip/index.ts';
import { invalid } from '../gateway/sip/corpus/invalid.ts';
import type { CorpusMessage, Outcome } from '../gateway/sip/corpus/message.ts';
import { request } from '../gateway/sip/corpus/message.ts';
import { valid } from '../gateway/sip/corpus/valid.ts';
import { address, answerCall, type BarePeer, offer, openEdge, openPeer } from './sip-peers.ts';

const corpus = [...valid, ...invalid];
const boundless = { burst: 1_000_000, perSecond: 1_000_000 };
const warn = vi.fn<SipLog['warn']>();
let edge: SipEdge;
let sent = 0;

beforeAll(async () => {
  edge = await openEdge(
    {
      log: { debug() {}, warn },
      authorise: ({ target }) => (target === 'room1' ? 'accept' : { status: 404, reason: 'Not Found' }),
    },
    { guard: { stranger: boundless, malformed: boundless, failures: boundless }, maxDialogs: 5_000 },
  );
  edge.onIncoming((call) => {
    answerCall(call);
    setImmediate(() => void call.hangUp());
  });
});
afterAll(() => edge.close());

function nextId(): string {
  sent += 1;
  return `c${sent}x${Date.now().toString(36)}`;
}

async function withPeer<T>(transport: 'udp' | 'tcp', work: (peer: BarePeer) => Promise<T>): Promise<T> {
  const peer = await openPeer(transport, edge.port);
  try {
    return await work(peer);
  } finally {
    peer.close();
  }
}

/** The final status that came back, or nothing some time after a later question was answered. */
async function outcomeOf(peer: BarePeer, id: string): Promise<Outcome> {
  await withPeer('udp', async (other) => {
    const later = nextId();
    other.send(request({})(later));
    await other.answer(later);
  });
  for (let attempt = 0; ; attempt += 1) {
    const final = peer.statusesOf(id).find((status) => status >= 200);
    if (final !== undefined) return final;
    const isUnderWay = peer.statusesOf(id).length > 0;
    if (attempt === (isUnderWay ? 150 : 10)) return 'silence';
    await sleep(20);
  }
}

async function expectAlive(): Promise<void> {
  for (const transport of ['udp', 'tcp'] as const) {
    await withPeer(transport, async (peer) => {
      const id = nextId();
      peer.send(request({})(id));
      expect(await peer.answer(id)).toMatch(/^SIP\/2\.0 200 /);
    });
  }
}

describe.each(corpus.map((message) => [message.name, message] as const))('%s', (_name, message) => {
  it(`gets ${message.outcome} over UDP`, async () => {
    await withPeer('udp', async (peer) => {
      const id = nextId();
      peer.send(message.octets(id));
      expect(await outcomeOf(peer, id)).toBe(message.outcome);
    });
  });

  const onStream = message.onStream ?? message.outcome;
  it.each([
    ['in one piece', (octets: Buffer) => [octets]],
    ['octet by octet', (octets: Buffer) => [...octets].map((octet) => Buffer.of(octet))],
  ])(`gets ${onStream} over TCP %s`, async (_how, cut) => {
    await withPeer('tcp', async (peer) => {
      const id = nextId();
      const pieces = cut(message.octets(id));
      for (const [index, piece] of pieces.entries()) {
        peer.send(piece);
        if (pieces.length > 1 && index < 400) await new Promise((resolve) => setImmediate(resolve));
      }
      if (onStream === 'closed') await vi.waitFor(() => expect(peer.isClosed).toBe(true), 3_000);
      else expect(await outcomeOf(peer, id)).toBe(onStream);
    });
  });
});

it('takes all that can be followed in one segment, and answers each', async () => {
  const answered = corpus.filter(
    (message): message is CorpusMessage & { outcome: number } =>
      typeof message.outcome === 'number' && message.onStream === undefined,
  );
  await withPeer('tcp', async (peer) => {
    const messages = answered.map((message) => ({ ...message, id: nextId() }));
    peer.send(Buffer.concat(messages.map(({ octets, id }) => octets(id))));
    for (const { name, id, outcome } of messages) expect([name, await outcomeOf(peer, id)]).toEqual([name, outcome]);
  });
});

/** A change that a bad line or a bad mind makes. */
const mutation = fc.record({
  kind: fc.constantFrom('cut', 'insert', 'replace', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  size: fc.nat(40),
  octets: fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc
      .constantFrom('\r\n', ';', ',', '<', '"', '%00', 'Via: ', '\r\n\r\n', 'sip:', '9'.repeat(30))
      .map((text) => Buffer.from(text)),
  ),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(octets: Buffer, { kind, at, size, octets: other }: Mutation): Buffer {
  const from = Math.floor(at * octets.length);
  const [before, after] = [octets.subarray(0, from), octets.subarray(from)];
  if (kind === 'cut') return Buffer.concat([before, after.subarray(size)]);
  if (kind === 'insert') return Buffer.concat([before, other, after]);
  if (kind === 'replace') return Buffer.concat([before, other, after.subarray(other.length)]);
  return Buffer.concat([before, after.subarray(0, size), after]);
}

it('survives what becomes of the corpus by chance, leaves nothing behind, and takes a call', {
  timeout: 120_000,
}, async () => {
  const cases = fc.tuple(fc.constantFrom(...corpus), fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.boolean());
  const samples = fc.sample(cases, { numRuns: 3_000, seed: 20_260_101 });
  await withPeer('udp', async (peer) => {
    for (const [index, [message, mutations, onStream]] of samples.entries()) {
      const octets = mutations.reduce(mutate, message.octets(nextId()));
      if (!onStream || index % 5 > 0) peer.send(octets);
      else await withPeer('tcp', async (other) => other.send(octets));
      if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  });
  await expectAlive();
  expect(warn.mock.calls.filter(([fields]) => JSON.stringify(fields).includes('libraryThrew'))).toEqual([]);
  await vi.waitFor(
    () =>
      expect({ ...edge.census, sources: 0 }).toEqual({
        transactions: 0,
        dialogs: 0,
        timers: 0,
        routes: 0,
        connections: 0,
        calls: 0,
        sources: 0,
      }),
    { timeout: 80_000, interval: 500 },
  );
  const other = await openEdge();
  const call = other.place(`sip:room1@${address}:${edge.port}`, { callerName: 'A', fromUser: 'a', offer });
  await new Promise<void>((resolve) => call.on('answered', () => resolve()));
  await other.close();
});
