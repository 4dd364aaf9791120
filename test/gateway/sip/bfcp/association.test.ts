import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Association,
  type AssociationEvent,
  keepAliveMs,
  type Outcome,
  type Role,
} from '../../../../gateway/sip/bfcp/association.ts';
import { decode, encode, type Transport } from '../../../../gateway/sip/bfcp/codec.ts';
import type { Message, Primitive } from '../../../../gateway/sip/bfcp/messages.ts';
import { seededRandom } from '../../../integration/random.ts';

const ids = { conferenceId: 1, userId: 3, floorId: 2 };
const open = (role: Role, transport: Transport = 'udp') =>
  new Association({ ...ids, role, transport, firstTransactionId: 100 });
const bytes = (primitive: Primitive, rest: Partial<Message> = {}, transport: Transport = 'udp') =>
  encode(
    { version: 2, responder: false, primitive, conferenceId: 1, transactionId: 7, userId: 3, attributes: [], ...rest },
    transport,
  );
const said = ({ sends }: Outcome, transport: Transport = 'udp') =>
  sends.map((send) => {
    const decoded = decode(send, transport);
    return decoded.kind === 'message' ? decoded.message.primitive : decoded.kind;
  });

/** A server and a client, and a line between them that loses and delays; time passes in steps of 10 ms. */
class World {
  readonly server = open('server');
  readonly client = open('client');
  readonly events = { server: [] as string[], client: [] as string[] };
  /** Share of datagrams that are lost. */
  loss: number;
  now = 0;
  readonly #random: () => number;
  #line: { at: number; to: Role; bytes: Buffer }[] = [];

  constructor(seed: number, loss: number) {
    this.#random = seededRandom(seed);
    this.loss = loss;
  }

  do(role: Role, step: (association: Association, now: number) => Outcome): void {
    const { sends, events } = step(this[role], this.now);
    const to = role === 'server' ? 'client' : 'server';
    for (const send of sends) {
      if (this.#random() < this.loss) continue;
      this.#line.push({ at: this.now + 10 + Math.floor(this.#random() * 200), to, bytes: send });
    }
    this.events[role].push(...events.map(({ kind }: AssociationEvent) => kind));
  }

  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now += 10) {
      const due = this.#line.filter(({ at }) => at <= this.now);
      this.#line = this.#line.filter(({ at }) => at > this.now);
      for (const { to, bytes } of due) this.do(to, (association) => association.receive(bytes, this.now));
      for (const role of ['server', 'client'] as const) {
        const { nextAt } = this[role];
        if (nextAt !== undefined && nextAt <= this.now) this.do(role, (association) => association.tick(this.now));
      }
    }
  }
}

const steady = (events: string[]) => events.filter((kind) => kind !== 'lost' && kind !== 'restored');

describe('two associations over a line that loses every fifth datagram', () => {
  it.each(Array.from({ length: 20 }, (_, index) => index + 1))('agree on who presents (%i)', (seed) => {
    const world = new World(seed, 0.2);
    world.do('client', (client, now) => client.start(now));
    world.do('client', (client, now) => client.requestFloor(now));
    world.run(60_000);
    expect(steady(world.events.server)).toEqual(['requested']);
    world.do('server', (server, now) => server.grant(now));
    world.run(60_000);
    expect(steady(world.events.client)).toEqual(['granted']);
    world.do('server', (server, now) => server.present({ name: 'Huế' }, now));
    world.run(60_000);
    // The floor's status may overtake the revocation's.
    expect(steady(world.events.client).toSorted()).toEqual(['granted', 'requested', 'revoked']);
    world.do('server', (server, now) => server.present(undefined, now));
    world.do('client', (client, now) => client.requestFloor(now));
    world.run(60_000);
    world.do('server', (server, now) => server.grant(now));
    world.run(60_000);
    world.do('client', (client, now) => client.releaseFloor(now));
    world.run(60_000);
    expect(steady(world.events.client).slice(3)).toEqual(['released', 'granted']);
    expect(steady(world.events.server)).toEqual(['requested', 'requested', 'released']);
  });
});

describe('a line that is cut for 30 s', () => {
  it('is noticed, and what was decided meanwhile arrives afterwards', () => {
    const world = new World(1, 0);
    world.do('client', (client, now) => client.start(now));
    world.do('client', (client, now) => client.requestFloor(now));
    world.run(2_000);
    world.do('server', (server, now) => server.grant(now));
    world.run(2_000);
    world.loss = 1;
    world.do('server', (server, now) => server.revoke(now));
    world.run(30_000);
    expect(world.events).toEqual({ server: ['requested', 'lost'], client: ['granted', 'lost'] });
    world.loss = 0;
    world.run(keepAliveMs + 1_000);
    expect(world.events).toEqual({
      server: ['requested', 'lost', 'restored'],
      client: ['granted', 'lost', 'restored', 'revoked'],
    });
  });
});

describe('an association', () => {
  it('says what is wrong with what it cannot take, but never in answer to an answer', () => {
    const server = open('server');
    const broken = (octets: string) => said(server.receive(Buffer.from(octets, 'hex'), 0));
    expect(broken('400900000000000100070003')).toEqual(['Error']); // ChairAction
    expect(broken('600b00000000000100070003')).toEqual(['Error']); // version 3
    expect(broken('500900000000000100070003')).toEqual([]); // R
    expect(broken('400d00010000000100070003')).toEqual([]); // an Error that is too short
    expect(broken('00')).toEqual([]);
  });

  it('takes anything without throwing, and answers no more than it is told', () => {
    const head = fc.record({ first: fc.constantFrom(0x20, 0x40, 0x48, 0x50), primitive: fc.nat(18), words: fc.nat(6) });
    for (const role of ['server', 'client'] as const) {
      const association = open(role);
      fc.assert(
        fc.property(head, fc.uint8Array({ maxLength: 24 }), ({ first, primitive, words }, noise) => {
          const header = [first, primitive, 0, words, 0, 0, 0, 1, 0, 1 + (noise[0] ?? 0), 0, 3];
          const { sends } = association.receive(Buffer.from([...header, ...noise.subarray(0, words * 4)]), 0);
          expect(sends.length).toBeLessThanOrEqual(4);
        }),
        { numRuns: 400 },
      );
    }
  });

  it('is lost by a Goodbye, over UDP says one, and begins anew after one', () => {
    const client = open('client');
    client.start(0);
    const gone = client.receive(bytes('Goodbye'), 10);
    expect(said(gone)).toEqual(['GoodbyeAck']);
    expect(gone.events).toEqual([{ kind: 'lost', reason: 'goodbye' }]);
    const back = client.receive(bytes('HelloAck', { responder: true, transactionId: 100 }), 20);
    expect(back.events).toEqual([{ kind: 'restored' }]);
    expect(said(back)).toContain('FloorQuery');
    expect(said(client.goodbye())).toEqual(['Goodbye']);
    expect(open('client', 'tcp').goodbye().sends).toEqual([]);
  });

  it('greets at intervals as a client, so that NATs remember it', () => {
    const client = open('client');
    client.start(0);
    client.receive(bytes('HelloAck', { responder: true, transactionId: 100 }), 10);
    client.receive(bytes('FloorStatus', { responder: true, transactionId: 101 }), 20);
    expect(client.nextAt).toBe(keepAliveMs);
    expect(said(client.tick(keepAliveMs))).toEqual(['Hello']);
    expect(open('server').nextAt).toBeUndefined();
  });

  it('hears only its own conference as a client, and a server says what is wrong', () => {
    expect(said(open('client').receive(bytes('FloorStatus', { conferenceId: 9 }), 0))).toEqual([]);
    expect(said(open('server').receive(bytes('Hello', { conferenceId: 9 }), 0))).toEqual(['Error']);
  });

  it('over TCP asks anew on a new connection', () => {
    const client = open('client', 'tcp');
    expect(said(client.start(0), 'tcp')).toEqual(['Hello']);
    client.requestFloor(0);
    expect(client.disconnected().events).toEqual([{ kind: 'lost', reason: 'disconnected' }]);
    expect(client.nextAt).toBeUndefined();
    const back = client.start(5_000);
    expect(back.events).toEqual([{ kind: 'restored' }]);
    expect(said(back, 'tcp')).toEqual(['Hello']);
  });
});
