import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LineTest, startedTestSchema } from '../../server/protocol/line-tests.ts';
import { until } from './media-fixture.ts';
import { issueLink, openMeeting, operatorTicket, Peer, ticketOf } from './server-peers.ts';
import { HttpClient, PASSWORD, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let operator: HttpClient;
beforeAll(async () => {
  server = await ServerProcess.start();
  operator = await signIn(server);
  for (const name of ['Ba Bể', 'Chợ Đồn']) await operator.send('POST', '/api/sites', { name });
}, 60_000);
afterAll(() => server.close());

const codeOf = (answer: { json: unknown }) => (answer.json as { error?: { code: string } }).error?.code;
async function offer(siteId: string): Promise<string> {
  const offered = await operator.send('POST', `/api/sites/${siteId}/enrolment`);
  expect(offered.status, offered.text).toBe(201);
  return (offered.json as { code: string }).code;
}
test('REG-14: a code enrols one computer, which enters its own meetings as its site, without a link', async () => {
  const code = await offer('ba-be');
  expect(code).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
  const device = new HttpClient(server);
  expect(codeOf(await device.send('GET', '/api/site'))).toBe('notEnrolled');
  const answer = await device.send('POST', '/api/enrol', {
    code: code.toLowerCase().replace('-', ' '),
    name: 'Máy phòng họp',
  });
  expect(answer.json).toEqual({ siteId: 'ba-be', name: 'Ba Bể', meetings: [], ended: [] });
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Host-rostrum-site=.*HttpOnly; Secure; SameSite=Strict$/);
  // Once; and a newer code ends an older one.
  const again = { code, name: 'x' };
  expect(codeOf(await new HttpClient(server).send('POST', '/api/enrol', again))).toBe('enrolmentInvalid');
  const older = await offer('ba-be');
  await offer('ba-be');
  expect(codeOf(await new HttpClient(server).send('POST', '/api/enrol', { code: older, name: 'x' }))).toBe(
    'enrolmentInvalid',
  );

  const roomId = await openMeeting(operator, 'Giao ban', { siteIds: ['ba-be'] });
  const other = await openMeeting(operator, 'Họp khác', { siteIds: ['cho-don'] });
  await until('an invitation', async () => {
    const { meetings } = (await device.send('GET', '/api/site')).json as { meetings: { roomId: string }[] };
    return meetings.length === 1 && meetings[0]?.roomId === roomId;
  });
  expect(codeOf(await device.send('POST', `/api/site/rooms/${other}/ticket`))).toBe('notInvited');
  const ticket = ticketOf(await device.send('POST', `/api/site/rooms/${roomId}/ticket`));
  const peer = await Peer.connect({ url: server.url, ticket });
  expect(peer.id).toBe('site-ba-be');
  const centre = await Peer.connect({ url: server.url, ticket: await operatorTicket(operator, roomId) });
  expect(centre.state.participants['site-ba-be']).toMatchObject({ name: 'Ba Bể', role: 'site', siteId: 'ba-be' });
  centre.close();

  // The credential opens nothing else, and revoked it puts out who is in by it.
  expect(codeOf(await device.send('GET', '/api/sites'))).toBe('notSignedIn');
  const listed = (await operator.send('GET', '/api/devices')).json as { devices: { deviceId: string; name: string }[] };
  expect(listed.devices.map(({ name }) => name)).toEqual(['Máy phòng họp']);
  expect(JSON.stringify(listed)).not.toContain('token');
  const { deviceId } = listed.devices[0] ?? { deviceId: '' };
  expect((await operator.send('DELETE', `/api/devices/${deviceId}`)).status).toBe(200);
  await until('a dismissal', () => peer.dismissals.length > 0);
  peer.close();
  expect(codeOf(await device.send('GET', '/api/site'))).toBe('notEnrolled');
  const late = await Peer.connect({ url: server.url, ticket });
  expect(late.refusals).toMatchObject([{ code: 'notEnrolled' }]);
  late.close();
});

test('REG-14: guessing codes is slow, and a province behind one address enrols in one morning', async () => {
  for (let i = 0; i < 12; i++) {
    const enrolled = await new HttpClient(server).send('POST', '/api/enrol', {
      code: await offer('cho-don'),
      name: `${i}`,
    });
    expect(enrolled.status, enrolled.text).toBe(201);
  }
  const guess = () => new HttpClient(server).send('POST', '/api/enrol', { code: 'AAAA-AAAA', name: 'x' });
  const answers: (string | undefined)[] = [];
  for (let i = 0; i < 11; i++) answers.push(codeOf(await guess()));
  expect(new Set(answers)).toEqual(new Set(['enrolmentInvalid', 'tooManyAttempts']));
  expect(answers.at(-1)).toBe('tooManyAttempts');
});

test('REG-14: someone at a site enters with an account of his own; a chair presides, and neither runs the meeting', async () => {
  const roomId = await openMeeting(operator, 'Hội nghị', { siteIds: ['cho-don'] });
  const member = async (username: string, more: object) => {
    const added = await operator.send('POST', '/api/accounts', { username, name: username, ...more });
    const { password } = added.json as { password: string };
    const client = new HttpClient(server);
    await client.send('POST', '/api/sign-in', { username, password });
    await client.send('POST', '/api/password', { password, newPassword: PASSWORD });
    return client;
  };
  const technician = await member('ky-thuat', { roles: ['site'], siteId: 'cho-don' });
  const site = await Peer.connect({
    url: server.url,
    ticket: ticketOf(await technician.send('POST', `/api/site/rooms/${roomId}/ticket`)),
  });
  expect(site.id).toBe('site-cho-don');
  expect(codeOf(await technician.send('GET', '/api/rooms'))).toBe('notPermitted');

  const chair = await member('chu-tri', { roles: ['chair'] });
  expect(codeOf(await chair.send('POST', `/api/rooms/${roomId}/ticket`))).toBe('notPermitted');
  const ticket = ticketOf(await chair.send('POST', `/api/rooms/${roomId}/ticket`, { as: 'chair' }));
  const seat = await Peer.connect({ url: server.url, ticket });
  expect(seat.welcomes[0]?.role).toBe('chair');
  expect(codeOf(await operator.send('POST', `/api/rooms/${roomId}/ticket`, { as: 'chair' }))).toBe('notPermitted');
  // Whoever is put out of use is out of the meeting at once.
  await operator.send('PATCH', '/api/accounts/ky-thuat', { disabled: true });
  await until('a dismissal', () => site.dismissals.length > 0);
  for (const peer of [site, seat]) peer.close();
});

test('REG-14: a computer goes with its site', async () => {
  await operator.send('POST', '/api/sites', { name: 'Na Rì' });
  // The address has used up its attempts above: another code would have to wait.
  expect((await operator.send('POST', '/api/sites/na-ri/enrolment')).status).toBe(201);
  expect((await operator.send('DELETE', '/api/sites/na-ri')).status).toBe(200);
  expect(codeOf(await operator.send('POST', '/api/sites/na-ri/enrolment'))).toBe('siteUnknown');
});

test('REG-12 REG-18 who holds a link tries the line before he enters; the test of a site is kept with the site', async () => {
  const roomId = await openMeeting(operator, 'Thử đường truyền');
  const issue = (role: string, name: string) => issueLink(operator, roomId, role, name);
  const [site, other, guest] = [
    await issue('site', 'ba bể'),
    await issue('site', 'Chợ Đồn'),
    await issue('guest', 'Khách'),
  ];
  const visitor = new HttpClient(server);
  const start = (token: string) => visitor.send('POST', '/api/link/line-tests', { token });
  const read = async (token: string, testId: string) => {
    const answer = await visitor.send('POST', `/api/link/line-tests/${testId}`, { token });
    return codeOf(answer) ?? (answer.json as LineTest);
  };
  const stop = (token: string, testId: string) =>
    visitor.send('POST', `/api/link/line-tests/${testId}/stop`, { token });
  const ended = async (token: string, testId: string) => {
    await stop(token, testId);
    await until('its end', async () => JSON.stringify(await read(token, testId)).includes('stopped'));
  };

  const begun = startedTestSchema.parse((await start(site.token)).json);
  expect(begun.test).toMatchObject({ siteId: 'ba-be', way: 'browser', by: `link:${site.linkId}` });
  // A room of its own, in which the line's other end waits.
  expect(begun.roomId).not.toBe(roomId);
  const peer = await Peer.connect({ url: server.url, ticket: begun.ticket });
  expect(Object.keys(peer.state.participants).sort()).toEqual(['line-test', 'site-ba-be']);
  expect(codeOf(await start(site.token))).toBe('lineTestRunning');

  const unknown = startedTestSchema.parse((await start(guest.token)).json);
  expect(unknown.test.siteId).toBeUndefined();
  // Of another link's test one learns and stops nothing.
  expect(await read(guest.token, begun.test.testId)).toBe('lineTestUnknown');
  expect(codeOf(await stop(guest.token, begun.test.testId))).toBe('lineTestUnknown');
  expect(await read(site.token, begun.test.testId)).toMatchObject({ status: 'running' });
  await ended(site.token, begun.test.testId);
  await ended(guest.token, unknown.test.testId);
  peer.close();
  expect(codeOf(await start(site.token))).toBe('tooManyAttempts');
  const kept = (await operator.send('GET', '/api/sites/ba-be/line-tests')).json as { tests: LineTest[] };
  expect(kept.tests).toMatchObject([{ by: `link:${site.linkId}`, status: 'failed', failure: 'stopped' }]);
  const latest = (await operator.send('GET', '/api/line-tests')).json as { tests: LineTest[] };
  expect(latest.tests.map(({ siteId }) => siteId)).toEqual(['ba-be']);

  const entered = await Peer.connect({
    url: server.url,
    ticket: ticketOf(await visitor.send('POST', '/api/join', { token: other.token })),
  });
  expect(codeOf(await start(other.token))).toBe('siteInMeeting');
  entered.close();
  await operator.send('DELETE', `/api/rooms/${roomId}/links/${guest.linkId}`);
  expect(codeOf(await start(guest.token))).toBe('linkRevoked');
});
