import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Control } from '../../gateway/session/control.ts';
import { Seat, type SeatOwner } from '../../gateway/session/seat.ts';
import { openStream } from '../../gateway/session/streams.ts';
import { until } from './media-fixture.ts';
import { openMeeting, operatorTicket, Peer } from './server-peers.ts';
import { type HttpClient, ServerProcess, signIn } from './server-process.ts';

const logger = pino({ level: 'silent' });
let server: ServerProcess;
let operator: HttpClient;
let control: Control;
let address: { url: string; ca: string };
const seats: Seat[] = [];

/** What one seat was told, in order. */
class Witness implements SeatOwner {
  readonly told: string[] = [];
  changed = () => this.told.push('changed');
  lost = () => this.told.push('lost');
  returned = () => this.told.push('returned');
  mediaReset = () => {
    this.told.push('mediaReset');
  };
  dismissed = (reason: string) => this.told.push(`dismissed ${reason}`);
  count = (word: string) => this.told.filter((t) => t === word).length;
}

async function sit(roomId: string, owner: SeatOwner, participantId = 'sip-a'): Promise<Seat> {
  const renew = () => control.ticket({ roomId, kind: 'sip', participantId, name: 'Ba Bể' });
  const seat = new Seat({ server: address, participantId, ticket: await renew(), renew, owner, logger });
  seats.push(seat);
  await until('the seat is taken', () => seat.state !== null);
  return seat;
}

beforeAll(async () => {
  server = await ServerProcess.start({ ROSTRUM_GRACE_SECONDS: '30' });
  operator = await signIn(server);
  address = { url: server.url, ca: await readFile(join(server.folder, 'tls', 'certificate.pem'), 'utf8') };
  control = new Control(address, await server.gatewaySecret(), logger);
});
afterEach(() => {
  for (const seat of seats.splice(0)) seat.close();
});
afterAll(async () => {
  control.close();
  await server.close();
});

test('a seat mirrors the room and opens a stream of its own', async () => {
  const roomId = await openMeeting(operator, 'Giao ban');
  const seat = await sit(roomId, {});
  const opened = await openStream(seat, { source: 'microphone' }, 'opus', 'sip-a');
  expect(opened.rtp.remote).toMatchObject({ ip: '127.0.0.1' });
  await until('its source is in the room', () => seat.state?.participants['sip-a']?.sources.length === 1);
});

test('it comes back after the server was killed, with a new media session', async () => {
  const roomId = await openMeeting(operator, 'Mất điện');
  const witness = new Witness();
  const seat = await sit(roomId, witness);
  await until('it has entered', () => witness.count('returned') === 1);
  await server.kill('SIGKILL');
  await until('the loss is told', () => witness.count('lost') === 1);
  await server.resume();
  await until('it is back', () => witness.count('returned') === 2, 20_000);
  expect(witness.count('mediaReset')).toBe(2);
  expect(seat.state?.participants['sip-a']).toMatchObject({ presence: 'present' });
});

test('media that could not be set up are set up again, over the same connection', async () => {
  const roomId = await openMeeting(operator, 'Lần thứ hai');
  const witness = new Witness();
  const { mediaReset } = witness;
  witness.mediaReset = () => {
    mediaReset();
    if (witness.count('mediaReset') === 1) throw new Error('the server was slow');
  };
  await sit(roomId, witness);
  await until('it stands', () => witness.count('returned') === 1);
  expect(witness.told.filter((word) => word !== 'changed')).toEqual(['mediaReset', 'mediaReset', 'returned']);
});

test('whoever was removed is dismissed, also one that was away just then, and does not knock again', async () => {
  const roomId = await openMeeting(operator, 'Đưa ra');
  const witness = new Witness();
  const seat = await sit(roomId, witness);
  const desk = await Peer.connect({ url: server.url, ticket: await operatorTicket(operator, roomId) });
  await desk.command({ verb: 'removeParticipant', participantId: 'sip-a' });
  await until('it is dismissed', () => witness.told.includes('dismissed removed'));
  await expect(seat.command({ verb: 'leave' })).rejects.toThrow();

  const late = new Witness();
  const renew = () => control.ticket({ roomId, kind: 'sip', participantId: 'sip-a', name: 'Ba Bể' });
  const again = new Seat({
    server: address,
    participantId: 'sip-a',
    ticket: await renew(),
    renew,
    owner: late,
    logger,
  });
  seats.push(again);
  await until('it is turned away', () => late.told.includes('dismissed removed'));
  desk.close();
});
