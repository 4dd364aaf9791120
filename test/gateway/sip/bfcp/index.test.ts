import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { decode, encode } from '../../../../gateway/sip/bfcp/codec.ts';
import { createFramer } from '../../../../gateway/sip/bfcp/framing.ts';
import {
  type FloorControl,
  type FloorControlEvent,
  type FloorControlOptions,
  openFloorControl,
} from '../../../../gateway/sip/bfcp/index.ts';
import type { Message, Primitive } from '../../../../gateway/sip/bfcp/messages.ts';
import { seededRandom } from '../../../integration/random.ts';

const ip = '127.0.0.1';
const ids = { conferenceId: 1, userId: 3, floorId: 2 };
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Opened {
  floor: FloorControl;
  events: string[];
}

async function open(rest: Partial<FloorControlOptions>): Promise<Opened> {
  const events: string[] = [];
  const onEvent = ({ kind }: FloorControlEvent) => void events.push(kind);
  const floor = await openFloorControl({ role: 'server', transport: 'udp', bind: { ip }, ...ids, onEvent, ...rest });
  closers.push(() => floor.close());
  return { floor, events };
}

async function until(condition: () => boolean): Promise<void> {
  for (let left = 400; left > 0 && !condition(); left -= 1) await sleep(20);
  expect(condition()).toBe(true);
}

const bytes = (primitive: Primitive, rest: Partial<Message> = {}): Buffer =>
  encode(
    { version: 2, responder: false, primitive, conferenceId: 1, transactionId: 7, userId: 3, attributes: [], ...rest },
    'udp',
  );
const onStream = (primitive: Primitive, rest: Partial<Message> = {}) => bytes(primitive, { version: 1, ...rest });

async function udpPeer(host = ip): Promise<{ socket: UdpSocket; said: string[]; port: number }> {
  const socket = createSocket('udp4');
  const said: string[] = [];
  socket.on('message', (message) => {
    const decoded = decode(message, 'udp');
    said.push(decoded.kind === 'message' ? decoded.message.primitive : decoded.kind);
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  closers.push(() => void socket.close());
  return { socket, said, port: socket.address().port };
}

describe('floor control over UDP', () => {
  it('answers where the endpoint speaks from, not where its SDP says', async () => {
    const { floor } = await open({});
    floor.connect({ ip: '127.0.0.1', port: 9 }, 'passive');
    const peer = await udpPeer('127.0.0.9');
    peer.socket.send(bytes('Hello'), floor.port, ip);
    await until(() => peer.said.includes('HelloAck'));
  });

  it('leaves strangers unanswered: those of other conferences, and all once the endpoint is known', async () => {
    const { floor } = await open({});
    const [endpoint, stranger] = [await udpPeer(), await udpPeer('127.0.0.9')];
    floor.connect({ ip, port: endpoint.port }, 'passive');
    stranger.socket.send(bytes('Hello', { conferenceId: 5 }), floor.port, ip);
    endpoint.socket.send(bytes('Hello'), floor.port, ip);
    await until(() => endpoint.said.includes('HelloAck'));
    stranger.socket.send(bytes('Hello'), floor.port, ip);
    endpoint.socket.send(bytes('Hello', { transactionId: 8 }), floor.port, ip);
    await until(() => endpoint.said.length === 2);
    expect(stranger.said).toEqual([]);
  });

  it('says goodbye, waits no longer than for its answer, and gives the port back', async () => {
    const { floor } = await open({});
    const peer = await udpPeer();
    floor.connect({ ip, port: peer.port }, 'passive');
    peer.socket.on('message', () => peer.socket.send(bytes('GoodbyeAck', { responder: true }), floor.port, ip));
    await floor.close();
    await floor.close();
    floor.grant();
    expect(peer.said).toEqual(['Goodbye']);
    await open({ bind: { ip, portRange: { min: floor.port, max: floor.port } } });
  });

  it('takes a port of its range, and says so when there is none', async () => {
    const { floor } = await open({});
    const taken = { ip, portRange: { min: floor.port, max: floor.port } };
    await expect(open({ bind: taken })).rejects.toThrow('EADDRINUSE');
    const { floor: other } = await open({ bind: { ip, portRange: { min: floor.port, max: floor.port + 20 } } });
    expect(other.port).toBeGreaterThan(floor.port);
    expect(other.port).toBeLessThanOrEqual(floor.port + 20);
  });

  it('has its socket marked, and goes on where that fails', async () => {
    const marked: number[] = [];
    const told: object[] = [];
    const { floor } = await open({
      markUdp: async (port) => {
        marked.push(port);
        throw new Error('forbidden');
      },
      log: { debug: (fields) => void told.push(fields) },
    });
    await until(() => told.length === 1);
    expect(marked).toEqual([floor.port]);
    expect(told).toMatchObject([{ code: 'unmarked' }]);
  });

  it('speaks to nobody whose line was declined', async () => {
    const { floor } = await open({ role: 'client' });
    floor.connect({ ip, port: 0 }, 'passive');
    const peer = await udpPeer();
    floor.connect({ ip, port: peer.port }, 'passive');
    await until(() => peer.said.includes('Hello'));
  });

  it('outlives noise that looks like its own', async () => {
    const { floor } = await open({});
    const peer = await udpPeer();
    const random = seededRandom(7);
    for (let count = 0; count < 300; count += 1) {
      const noise = Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
      const head = bytes('Hello', { transactionId: 100 + count });
      head.writeUInt8(random() < 0.3 ? 0x48 : 0x40, 0);
      head.writeUInt8(Math.floor(random() * 19), 1);
      head.writeUInt16BE(Math.floor(random() * 12), 2);
      peer.socket.send(Buffer.concat([head, noise]), floor.port, ip);
      if (count % 20 === 0) await sleep(2); // no more at once than a socket holds
    }
    peer.said.length = 0;
    peer.socket.send(bytes('Hello'), floor.port, ip);
    await until(() => peer.said.includes('HelloAck'));
  });

  it('goes on where a listener throws', async () => {
    const { floor } = await open({
      onEvent: () => {
        throw new Error('listener');
      },
    });
    const peer = await udpPeer();
    const wish = bytes('FloorRequest', { attributes: [{ name: 'floorId', id: 2 }] });
    peer.socket.send(wish, floor.port, ip);
    await until(() => peer.said.includes('FloorRequestStatus'));
    floor.grant();
    await until(() => peer.said.length === 2);
  });
});

describe('floor control over TCP', () => {
  it('works between our own two sides, either of which may open the connection', async () => {
    for (const setup of ['active', 'passive'] as const) {
      const server = await open({ transport: 'tcp' });
      const client = await open({ transport: 'tcp', role: 'client' });
      server.floor.connect({ ip, port: client.floor.port }, setup);
      client.floor.connect({ ip, port: server.floor.port }, setup === 'active' ? 'passive' : 'active');
      if (setup === 'active') server.floor.present({ name: 'Huế' }); // told once asked
      client.floor.requestFloor();
      await until(
        () => server.events.includes('requested') && (setup === 'passive' || client.events.includes('requested')),
      );
      server.floor.grant();
      await until(() => client.events.includes('granted'));
      server.floor.revoke();
      await until(() => client.events.includes('revoked'));
    }
  });

  it('reads a stream that comes octet by octet', async () => {
    const { floor, events } = await open({ transport: 'tcp' });
    const socket = connect(floor.port, ip);
    const framer = createFramer();
    const said: string[] = [];
    socket.on('data', (chunk) => {
      for (const message of framer.push(chunk) ?? []) {
        const decoded = decode(message, 'tcp');
        if (decoded.kind === 'message') said.push(decoded.message.primitive);
      }
    });
    socket.setNoDelay(true);
    closers.push(() => void socket.destroy());
    const floorId = [{ name: 'floorId' as const, id: 2 }];
    const stream = [
      onStream('Hello'),
      onStream('FloorQuery', { attributes: floorId }),
      onStream('FloorRequest', { attributes: floorId }),
    ];
    for (const octet of Buffer.concat(stream)) {
      socket.write(Buffer.from([octet]));
      await sleep(1);
    }
    await until(() => said.length === 4);
    expect(said).toEqual(['HelloAck', 'FloorStatus', 'FloorRequestStatus', 'FloorStatus']);
    expect(events).toEqual(['requested']);
  });

  it('lets the endpoint come again on a new connection, and cuts off strangers and noise', async () => {
    const { floor, events } = await open({ transport: 'tcp' });
    const dial = (hello: Buffer): Socket => {
      const socket = connect(floor.port, ip);
      socket.on('error', () => undefined);
      socket.write(hello);
      closers.push(() => void socket.destroy());
      return socket;
    };
    const stranger = dial(onStream('Hello', { conferenceId: 5 }));
    const noise = dial(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await Promise.all([once(stranger, 'close'), once(noise, 'close')]);
    const first = dial(onStream('Hello'));
    await once(first, 'data');
    const second = dial(onStream('Hello'));
    await once(second, 'data');
    await until(() => first.destroyed);
    expect(events).toEqual(['lost', 'restored']);
    second.destroy();
    await until(() => events.length === 3);
    await floor.close();
    await expect(once(connect(floor.port, ip), 'connect')).rejects.toThrow('ECONNREFUSED');
  });

  it('lets the endpoint in past any number of strangers that connect and say nothing', async () => {
    const { floor } = await open({ transport: 'tcp' });
    const silent = Array.from({ length: 6 }, () =>
      connect(floor.port, ip)
        .on('error', () => undefined)
        .resume(),
    );
    closers.push(() => silent.forEach((socket) => void socket.destroy()));
    await Promise.all(silent.map((socket) => socket.connecting && once(socket, 'connect')));
    await until(() => silent.filter((socket) => socket.closed).length === 2);
    const endpoint = connect(floor.port, ip);
    closers.push(() => void endpoint.destroy());
    endpoint.write(onStream('Hello'));
    await once(endpoint, 'data');
    await until(() => silent.filter((socket) => socket.closed).length === 3);
  });

  it('opens a broken connection anew where that is its part, and lets go of a peer that does not read', async () => {
    const sockets: Socket[] = [];
    const endpoint = createServer((socket) => {
      socket.on('error', () => undefined);
      sockets.push(socket);
    }).listen(0, ip);
    await once(endpoint, 'listening');
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      endpoint.close();
    });
    const address = endpoint.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const { floor, events } = await open({ transport: 'tcp' });
    floor.connect({ ip, port }, 'active');
    await until(() => sockets.length === 1);
    sockets[0]?.destroy();
    await until(() => sockets.length === 2 && events.length === 2);
    expect(events).toEqual(['lost', 'restored']);
    sockets[1]?.pause();
    await floor.close();
  });
});
