import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from './media-fixture.ts';
import { issueLink, openMeeting, operatorTicket, Peer, siteTicket, ticketOf } from './server-peers.ts';
import { type HttpClient, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let operator: HttpClient;
let roomId: string;
const peers: Peer[] = [];

beforeAll(async () => {
  server = await ServerProcess.start({ ROSTRUM_GRACE_SECONDS: '1' });
  operator = await signIn(server);
  roomId = await openMeeting(operator);
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});
afterAll(() => server.close());

async function enter(ticket: string): Promise<Peer> {
  const peer = await Peer.connect({ url: server.url, ticket });
  peers.push(peer);
  return peer;
}
const enterOperator = async () => enter(await operatorTicket(operator, roomId));
const enterSite = async (name: string) => enter(await siteTicket(operator, roomId, name));

test('who joins later sees what has happened, and hears what comes', async () => {
  const desk = await enterOperator();
  const baBe = await enterSite('Ba Bể');
  expect(baBe.state.participants[desk.id]).toMatchObject({ role: 'operator', presence: 'present' });
  expect(await baBe.command({ verb: 'requestFloor' })).toEqual({ ok: true, result: {} });

  const late = await enterSite('Na Rì');
  expect(late.state.participants[baBe.id]?.name).toBe('Ba Bể');
  // Another site's request is not its business; the operator's it is.
  expect(late.state.requests).toEqual([]);
  expect(desk.state.requests).toHaveLength(1);

  const requestId = desk.state.requests[0]?.id;
  expect(await desk.command({ verb: 'grantFloor', requestId })).toMatchObject({ ok: true });
  await until('the late one hears of it', () => late.state.participants[baBe.id]?.gate === 'open');
  for (const peer of [desk, baBe, late]) expect(peer.gaps).toEqual([]);
});

test('a gap is mended by a resync that equals what was missed', async () => {
  const desk = await enterOperator();
  const site = await enterSite('Chợ Đồn');
  const other = await enterSite('Pác Nặm');
  site.missEvents(true);
  await desk.command({ verb: 'openMicrophone', participantId: other.id });
  await desk.command({ verb: 'renameParticipant', participantId: other.id, name: 'Pác Nặm 2' });
  site.missEvents(false);
  await desk.command({ verb: 'closeMicrophone', participantId: other.id });
  await until('the gap shows', () => site.gaps.length > 0);

  const answer = await site.request({ request: 'resync' });
  expect(answer).toMatchObject({ ok: true, result: { index: site.welcomes.at(-1)?.index } });
  expect(site.state.participants[other.id]).toMatchObject({ name: 'Pác Nặm 2', gate: 'closed' });
  const mirrored = { ...other.state, requests: site.state.requests, seq: site.state.seq };
  expect(site.state).toEqual(mirrored);
  await desk.command({ verb: 'openMicrophone', participantId: other.id });
  await until('the next event follows the snapshot', () => site.state.participants[other.id]?.gate === 'open');
  expect(site.gaps).toHaveLength(1);
});

test('a refused command changes nothing but the record of the attempt', async () => {
  const desk = await enterOperator();
  const site = await enterSite('Bạch Thông');
  const refused = { ok: false, refusal: { code: 'notPermitted', category: 'permission' } };
  expect(await site.command({ verb: 'openMicrophone', participantId: site.id })).toMatchObject(refused);
  expect(await site.command({ verb: 'dial', address: 'sip:someone@10.0.0.1' })).toMatchObject(refused);
  await until('both attempts are on record', () => desk.state.attempts.length >= 2);
  expect(desk.state.attempts.slice(-2).map(({ verb }) => verb)).toEqual(['openMicrophone', 'dial']);
  expect(site.state.participants[site.id]?.gate).toBe('closed');
  expect(site.state.attempts).toEqual([]);
});

test('the newest connection of a participant takes the seat, without a loss', async () => {
  const desk = await enterOperator();
  const ticket = await siteTicket(operator, roomId, 'Ngân Sơn');
  const first = await enter(ticket);
  const second = await enter(ticket);
  await until('the first is told', () => first.dismissals.length > 0);
  expect(first.dismissals).toEqual([{ reason: 'replaced' }]);
  await until('the first is closed', () => first.socket.disconnected);
  expect(second.state.participants[second.id]?.presence).toBe('present');
  await desk.command({ verb: 'renameParticipant', participantId: second.id, name: 'Ngân Sơn 2' });
  await until('the second hears on', () => second.state.participants[second.id]?.name === 'Ngân Sơn 2');
  expect(desk.types()).not.toContain('participantLost');
});

test('a broken connection keeps floor and place within its grace; after it the place is empty', async () => {
  const desk = await enterOperator();
  const site = await enterSite('Chợ Mới');
  await desk.command({ verb: 'openMicrophone', participantId: site.id });
  const session = site.welcomes[0]?.mediaSession;
  site.breakConnection();
  await until('it is back', () => site.welcomes.length === 2);
  expect(site.welcomes[1]?.mediaSession).toBe(session);
  expect(site.state.participants[site.id]).toMatchObject({ presence: 'present', gate: 'open' });
  await until('everyone saw it', () => desk.types().includes('participantReturned'));

  site.socket.io.reconnection(false);
  site.breakConnection();
  await until('its grace is over', () => desk.state.participants[site.id]?.presence === 'left', 4_000);
  expect(desk.state.participants[site.id]?.gate).toBe('closed');
});

test('who leaves is answered, dismissed and gone', async () => {
  const desk = await enterOperator();
  const site = await enterSite('Thành phố');
  expect(await site.command({ verb: 'leave' })).toEqual({ ok: true, result: {} });
  await until('it is dismissed', () => site.dismissals.length > 0 && site.socket.disconnected);
  expect(site.dismissals).toEqual([{ reason: 'left' }]);
  expect(desk.state.participants[site.id]?.presence).toBe('left');
});

test('who was removed is put out and stays out until readmitted', async () => {
  const desk = await enterOperator();
  const ticket = await siteTicket(operator, roomId, 'Người lạ');
  const site = await enter(ticket);
  await desk.command({ verb: 'removeParticipant', participantId: site.id });
  await until('it is dismissed', () => site.dismissals[0]?.reason === 'removed');
  const again = await enter(ticket);
  expect(again.refusals).toMatchObject([{ code: 'removed', category: 'permission' }]);
  await desk.command({ verb: 'readmitParticipant', participantId: site.id });
  expect((await enter(ticket)).welcomes).toHaveLength(1);
});

test('a revoked link puts out who is in by it, and its ticket is worth nothing', async () => {
  const desk = await enterOperator();
  const link = await issueLink(operator, roomId, 'guest', 'Khách');
  const ticket = ticketOf(await operator.send('POST', '/api/join', { token: link.token, name: 'Bà Lan' }));
  const guest = await enter(ticket);
  expect(guest.state.participants[guest.id]?.name).toBe('Bà Lan');
  expect((await operator.send('DELETE', `/api/rooms/${roomId}/links/${link.linkId}`)).status).toBe(200);
  await until('the guest is dismissed', () => guest.dismissals[0]?.reason === 'linkRevoked');
  await until('no grace is given', () => desk.state.participants[guest.id] === undefined);
  const again = await enter(ticket);
  expect(again.refusals).toMatchObject([{ code: 'linkRevoked' }]);
  const joined = await operator.send('POST', '/api/join', { token: link.token, name: 'Bà Lan' });
  expect([joined.status, joined.json]).toEqual([403, { error: { code: 'linkRevoked', category: 'permission' } }]);
});

test('an operator who has signed out cannot come back with an old ticket', async () => {
  const other = await signIn(server);
  const ticket = await operatorTicket(other, roomId);
  await other.send('POST', '/api/sign-out');
  expect((await enter(ticket)).refusals).toMatchObject([{ code: 'notSignedIn' }]);
});

test('the end of the meeting dismisses everyone and closes the room', async () => {
  const ending = await openMeeting(operator, 'Kết thúc');
  const desk = await enter(await operatorTicket(operator, ending));
  const ticket = await siteTicket(operator, ending, 'Ba Bể');
  const site = await enter(ticket);
  expect(await desk.command({ verb: 'endMeeting' })).toMatchObject({ ok: true });
  await until('both are dismissed', () => site.dismissals.length > 0 && desk.dismissals.length > 0);
  expect(site.dismissals).toEqual([{ reason: 'meetingEnded' }]);
  const list = (await operator.send('GET', '/api/rooms')).json as { rooms: { roomId: string; status: string }[] };
  expect(list.rooms.find((room) => room.roomId === ending)?.status).toBe('ended');
  expect((await enter(ticket)).refusals).toMatchObject([{ category: 'state' }]);
  const log = (await operator.send('GET', `/api/rooms/${ending}/log`)).json as { events: { seq: number }[] };
  expect(log.events.map(({ seq }) => seq)).toEqual(log.events.map((_, i) => i + 1));
});
