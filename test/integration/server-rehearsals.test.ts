import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Booking } from '../../server/protocol/bookings.ts';
import { CLOSING_ITEMS, REHEARSAL_ITEMS, type Rehearsal, type SiteDuty } from '../../server/protocol/rehearsals.ts';
import { until } from './media-fixture.ts';
import { operatorTicket, Peer, ticketOf } from './server-peers.ts';
import { HttpClient, ServerProcess, signIn } from './server-process.ts';

const MINUTE = 60_000;
let server: ServerProcess;
let operator: HttpClient;
let device: HttpClient;
beforeAll(async () => {
  server = await ServerProcess.start();
  operator = await signIn(server);
  for (const name of ['Ba Bể', 'Na Rì']) await operator.send('POST', '/api/sites', { name });
  await operator.send('POST', '/api/organisations', { kind: 'hostUnit', name: 'Sở Y tế' });
  const { code } = (await operator.send('POST', '/api/sites/ba-be/enrolment')).json as { code: string };
  device = new HttpClient(server);
  expect((await device.send('POST', '/api/enrol', { code, name: 'Máy phòng họp' })).status).toBe(201);
}, 60_000);
afterAll(() => server.close());

/** One that begins so soon that its rehearsal is due already. */
async function bookSoon(title: string): Promise<string> {
  const now = Date.now();
  const times = { preparationAt: now, startsAt: now + 20 * MINUTE, endsAt: now + 60 * MINUTE };
  const booked = { title, hostUnitId: 'so-y-te', siteIds: ['ba-be', 'na-ri'], ...times };
  const answer = await operator.send('POST', '/api/bookings', booked);
  expect(answer.status, answer.text).toBe(201);
  return (answer.json as { bookings: Booking[] }).bookings[0]?.bookingId ?? '';
}
async function take(bookingId: string, step: string, more: object = {}): Promise<Booking> {
  const answer = await operator.send('POST', `/api/bookings/${bookingId}/steps`, { step, ...more });
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Booking;
}
const codeOf = (answer: { json: unknown }) => (answer.json as { error?: { code: string; detail?: string } }).error;

test('REG-5 REG-6 REG-13: a site is tried and signs on its own page, the centre sees it live, what is lacking is in the log', async () => {
  const bookingId = await bookSoon('Giao ban');
  await take(bookingId, 'confirm');
  // Before there is a room: the site ticks, and cannot sign what is not done.
  const path = `/api/site/rehearsals/${bookingId}`;
  const list = { phase: 'rehearsal', ticked: ['power'] };
  expect((await device.send('PUT', path, list)).status).toBe(200);
  expect(codeOf(await device.send('PUT', path, { ...list, signedBy: 'Lý A Sử' }))).toMatchObject({ detail: 'note' });
  expect(codeOf(await device.send('PUT', path, { ...list, phase: 'closing', ticked: [] }))?.code).toBe('stepRefused');
  expect(codeOf(await operator.send('GET', '/api/site/rehearsals'))?.code).toBe('notEnrolled');

  const { roomId = '', status } = await take(bookingId, 'rehearse');
  expect(status).toBe('rehearsing');
  const centre = await Peer.connect({ url: server.url, ticket: await operatorTicket(operator, roomId) });
  await until('the room knows what was ticked before', () => centre.state.rehearsal?.sites['ba-be'] !== undefined);
  await until('what was lacking when the time was up', () => centre.state.rehearsal?.lacking !== undefined);
  expect(centre.state.rehearsal?.lacking).toContainEqual({
    siteId: 'na-ri',
    lacks: expect.arrayContaining(['reach', 'signature']),
  });

  const site = await Peer.connect({
    url: server.url,
    ticket: ticketOf(await device.send('POST', `/api/site/rooms/${roomId}/ticket`)),
  });
  expect(site.state.rehearsal).toBeNull();
  const sound = { part: 'sound', levelDb: -24, delayMs: 110 };
  expect((await device.send('POST', `${path}/tests`, sound)).status).toBe(200);
  await device.send('POST', `${path}/tests`, { part: 'picture', width: 1280, height: 720, dark: false });
  const signed = { phase: 'rehearsal', ticked: REHEARSAL_ITEMS, signedBy: 'Lý A Sử' };
  expect((await device.send('PUT', path, signed)).status).toBe(200);
  const baBe = () => centre.state.rehearsal?.sites['ba-be'];
  await until('the centre sees that it has joined', () => baBe()?.tests.join?.ok === true);
  expect(baBe()).toMatchObject({
    tests: { reach: { ok: true, way: 'browser' }, sound: { ok: true, levelDb: -24 }, picture: { ok: true } },
    rehearsal: { signed: { name: 'Lý A Sử', by: expect.stringMatching(/^device:/) } },
  });
  const { sites } = (await operator.send('GET', `/api/bookings/${bookingId}/rehearsal`)).json as Rehearsal;
  expect(sites.find(({ siteId }) => siteId === 'ba-be')?.lacks).toEqual(['line']);

  expect((await take(bookingId, 'open')).roomId).toBe(roomId);
  await take(bookingId, 'close');
  const closing = { phase: 'closing', ticked: CLOSING_ITEMS, signedBy: 'Lý A Sử' };
  const closed = (await device.send('PUT', path, closing)).json as SiteDuty;
  expect(closed).toMatchObject({ phase: 'closing', site: { closing: { signed: { name: 'Lý A Sử' } } } });
  const { events } = (await operator.send('GET', `/api/rooms/${roomId}/log`)).json as {
    events: { event: { type: string } }[];
  };
  const types = events.map(({ event }) => event.type);
  expect(types).toEqual(
    expect.arrayContaining(['rehearsalPrepared', 'siteRehearsed', 'rehearsalFellDue', 'meetingEnded']),
  );
  site.close();
  centre.close();
});

test('REG-5: a rehearsal whose room is ended may be held again, and loses nothing; a cancelled one ends its room', async () => {
  const bookingId = await bookSoon('Hội nghị');
  await take(bookingId, 'confirm');
  await device.send('PUT', `/api/site/rehearsals/${bookingId}`, { phase: 'rehearsal', ticked: ['power'] });
  const first = (await take(bookingId, 'rehearse')).roomId ?? '';
  const centre = await Peer.connect({ url: server.url, ticket: await operatorTicket(operator, first) });
  await centre.command({ verb: 'endMeeting' });
  const now = async () => (await operator.send('GET', `/api/bookings/${bookingId}`)).json as Booking;
  await until('the booking is as before', async () => (await now()).status === 'confirmed');
  expect((await now()).roomId).toBeUndefined();
  const second = (await take(bookingId, 'rehearse')).roomId ?? '';
  expect(second).not.toBe(first);
  const again = await Peer.connect({ url: server.url, ticket: await operatorTicket(operator, second) });
  await until(
    'what was ticked',
    () => again.state.rehearsal?.sites['ba-be']?.rehearsal.ticked.includes('power') === true,
  );
  await take(bookingId, 'cancel', { reason: 'Hoãn' });
  await until('the room ends', () => again.state.status === 'ended');
  centre.close();
  again.close();
});
