import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { OPERATIONS, type Operation, type OperationId } from '../../server/api/v1/operations.ts';
import { writeRows } from '../../server/meetings/sheets.ts';
import { bookedSchema, bookingsPageSchema, problemSchema } from '../../server/protocol/api.ts';
import { auditPageSchema } from '../../server/protocol/audit.ts';
import { type Booking, bookingSchema } from '../../server/protocol/bookings.ts';
import { importReportSchema } from '../../server/protocol/directory.ts';
import { issuedTokenSchema, SCOPES, type Scope, tokenSummarySchema } from '../../server/protocol/programs.ts';
import { seededRandom } from './random.ts';
import { type HttpAnswer, type HttpClient, http, ServerProcess, signIn } from './server-process.ts';

const HOUR = 3_600_000;
const SITES = 120;
const CLIENTS = 10;
const EACH = 12;

let server: ServerProcess;
let desk: HttpClient;
let full: string;
const first = Math.ceil((Date.now() + 24 * HOUR) / HOUR) * HOUR;

async function issue(name: string, scopes: readonly Scope[], hostUnit?: string) {
  const answer = await desk.send('POST', '/api/tokens', { name, scopes, ...(hostUnit ? { hostUnit } : {}) });
  expect(answer.status).toBe(201);
  return issuedTokenSchema.parse(answer.json);
}

function call(token: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return http(`${server.url}/api/v1${path}`, method, body, { authorization: `Bearer ${token}`, ...headers });
}
const errorOf = ({ json }: HttpAnswer) => problemSchema.parse(json).error;

beforeAll(async () => {
  server = await ServerProcess.start({ ROSTRUM_TIME_ZONE: 'Asia/Ho_Chi_Minh' });
  desk = await signIn(server);
  for (const name of ['Sở Y tế', 'Sở Nội vụ'])
    await desk.send('POST', '/api/organisations', { kind: 'hostUnit', name });
  full = (await issue('Lịch của tỉnh', SCOPES)).token;
});
afterAll(() => server.close());

const meeting = (startsAt: number, more: object = {}) => ({
  ...{ title: 'Giao ban', hostUnitId: 'so-y-te', siteIds: ['xa-so-1'], deskId: 'main' },
  ...{ preparationAt: startsAt - HOUR, startsAt, endsAt: startsAt + HOUR },
  ...more,
});

test('REG-15 a province of 120 sites is imported: tried, refused whole with each faulty row, saved', async () => {
  const rows = Array.from({ length: SITES }, (_, i) => [
    `Xã số ${i + 1}`,
    `sip:xa${i}@10.1.${i}.5`,
    'VNPT',
    '10000',
    `Nông Văn ${i}`,
  ]);
  const heads = ['Tên điểm cầu', 'Địa chỉ SIP', 'Carrier', 'Down (kbit/s)', 'Cán bộ 1'];
  const load = async (all: string[][], save: boolean) => {
    const sheet = (await writeRows([heads, ...all], 'csv', 'A')).toString('utf8');
    const answer = await call(full, 'POST', `/sites/import?format=csv&save=${save}`, sheet, {
      'content-type': 'text/csv',
    });
    expect(answer.status).toBe(200);
    return importReportSchema.parse(answer.json);
  };
  const listed = async (query = '') =>
    z
      .object({ sites: z.array(z.object({ siteId: z.string() })), next: z.string().optional() })
      .parse((await call(full, 'GET', `/sites?limit=50${query}`)).json);
  const faulty = rows.with(6, ['Xã số 7', 'không phải địa chỉ', 'VNPT', 'nhanh', '']).with(9, ['', '', '', '', '']);
  const tried = await load(faulty.with(9, ['', 'sip:a@10.0.0.1', '', '', '']), true);
  expect([tried.saved, tried.faults.map(({ row, fault }) => `${row} ${fault}`)]).toEqual([
    false,
    ['8 badAddress', '8 badNumber', '11 required'],
  ]);
  expect(await load(rows, false)).toMatchObject({ saved: false, newCarriers: ['VNPT'], faults: [] });
  expect((await listed()).sites).toEqual([]);
  const saved = await load(rows, true);
  expect([saved.saved, saved.added.length]).toEqual([true, SITES]);
  expect(await load(rows, true)).toMatchObject({ unchanged: SITES });

  const ids: string[] = [];
  for (let page = await listed(); ; page = await listed(`&after=${page.next}`)) {
    ids.push(...page.sites.map(({ siteId }) => siteId));
    if (page.next === undefined) break;
  }
  expect([ids.length, new Set(ids).size]).toEqual([SITES, SITES]);
  // Addresses and accounts of codecs are nobody's but the centre's.
  expect(JSON.stringify((await call(full, 'GET', '/sites')).json)).not.toContain('sip');
});

test('REG-2 ten programs book a month at once: each is answered, nothing is double, nothing is lost', async () => {
  const tokens = await Promise.all(
    Array.from({ length: CLIENTS }, (_, i) => issue(`Đơn vị ${i}`, ['bookings:read', 'bookings:write'])),
  );
  const outcomes = (await Promise.all(tokens.map(({ token }, i) => bookMany(token, i + 1)))).flat();
  const saved = outcomes.filter(({ status }) => status === 201);
  const clashes = outcomes.filter(({ status }) => status === 409);
  expect([outcomes.length, saved.length + clashes.length]).toEqual([CLIENTS * EACH, CLIENTS * EACH]);
  expect(Math.min(saved.length, clashes.length)).toBeGreaterThan(10);
  for (const { json } of clashes) {
    const { error, clashes: named = [] } = problemSchema.parse(json);
    expect(error).toMatchObject({
      code: 'bookingClash',
      faults: expect.arrayContaining([expect.objectContaining({ rule: 'REG-2' })]),
    });
    expect(named.every(({ name, booking }) => name !== '' && booking.title !== '')).toBe(true);
    expect(named.length).toBeGreaterThan(0);
  }
  const stored = await everything();
  const ids = saved.flatMap(({ json }) => bookedSchema.parse(json).bookings.map(({ bookingId }) => bookingId));
  expect(stored.map(({ bookingId }) => bookingId).sort()).toEqual(ids.sort());
  for (const [i, one] of stored.entries()) {
    const clash = stored.slice(i + 1).find((other) => overlap(one, other));
    expect(clash && `${one.title} and ${clash.title}`).toBeUndefined();
  }
}, 60_000);

/** Each request twice at once, as a line that breaks makes a client do: the second is the first. */
async function bookMany(token: string, seed: number): Promise<HttpAnswer[]> {
  const random = seededRandom(seed);
  const answers: HttpAnswer[] = [];
  for (let n = 0; n < EACH; n += 1) {
    const siteIds = Array.from({ length: 12 }, (_, i) => `xa-so-${i + 1}`).filter(() => random() < 0.3);
    const startsAt = first + Math.floor(random() * 90) * 8 * HOUR;
    const body = meeting(startsAt, {
      title: `${seed}-${n}`,
      siteIds: siteIds.length ? siteIds : ['xa-so-1'],
      endsAt: startsAt + 3 * HOUR,
    });
    const send = () => call(token, 'POST', '/bookings', body, { 'idempotency-key': `${seed}-${n}` });
    const [answer, again] = await Promise.all([send(), send()]);
    expect(again.json).toEqual(answer.json);
    answers.push(answer);
  }
  return answers;
}

async function everything(token = full): Promise<Booking[]> {
  const found: Booking[] = [];
  let after = '';
  for (;;) {
    const path = `/bookings?from=${first - 24 * HOUR}&to=${first + 400 * 24 * HOUR}&limit=20${after}`;
    const { bookings, next } = bookingsPageSchema.parse((await call(token, 'GET', path)).json);
    found.push(...bookings);
    if (next === undefined) return found;
    after = `&after=${next}`;
  }
}

function overlap(a: Booking, b: Booking): boolean {
  const isAtOnce = a.preparationAt < b.endsAt && b.preparationAt < a.endsAt;
  return isAtOnce && (a.deskId === b.deskId || a.siteIds.some((siteId) => b.siteIds.includes(siteId)));
}

async function booked(startsAt: number, more: object = {}, token = full): Promise<Booking> {
  const answer = await call(token, 'POST', '/bookings', meeting(startsAt, more));
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  const [booking] = bookedSchema.parse(answer.json).bookings;
  if (!booking) throw new Error('nothing was booked');
  return booking;
}

test('every operation that is described answers as described, and none without its right', async () => {
  const { json } = await http(`${server.url}/api/v1/openapi.json?language=en`, 'GET');
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))) })
    .parse(json);
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ path, method, id: operationId as OperationId })),
  );
  expect(described.map(({ id }) => id).sort()).toEqual(Object.keys(OPERATIONS).sort());
  const day = first + 100 * 24 * HOUR;
  const bodies: Partial<Record<OperationId, unknown>> = {
    book: meeting(day + 12 * HOUR),
    checkBooking: meeting(day + 12 * HOUR),
    changeBooking: meeting(day + 24 * HOUR, { title: 'Đã sửa' }),
    cancelBooking: { reason: 'Hoãn do bão' },
    importSites: 'Tên điểm cầu\nXã số 1\n',
    addSite: { siteId: 'xa-tam', name: 'Xã Tạm' },
    replaceSite: { name: 'Xã Tạm', unit: 'UBND xã' },
    changeSite: { unit: null },
  };
  const queries: Partial<Record<OperationId, string>> = {
    listBookings: `?from=${first}&to=${first + HOUR}`,
    importSites: '?format=csv',
  };
  const narrow = Object.fromEntries(
    await Promise.all(SCOPES.map(async (scope) => [scope, (await issue(scope, [scope])).token])),
  );
  for (const { path, method, id } of described) {
    const operation: Operation = OPERATIONS[id];
    const own = path.includes('{bookingId}') ? await booked(day) : undefined;
    if (id === 'announceBooking') await call(full, 'POST', `/bookings/${own?.bookingId}/confirm`);
    const named = path.replace('{bookingId}', own?.bookingId ?? '').replace('{siteId}', 'xa-tam');
    const where = `${named}${queries[id] ?? ''}`;
    const headers = {
      ...(operation.guarded ? { 'if-match': '*' } : {}),
      ...(operation.files ? { 'content-type': 'text/csv' } : {}),
    };
    const send = (token: string) => call(token, method.toUpperCase(), where, bodies[id], headers);
    if (operation.scope !== 'none') {
      expect([
        id,
        (await http(`${server.url}/api/v1${where}`, method.toUpperCase(), bodies[id], headers)).status,
      ]).toEqual([id, 401]);
      const other = SCOPES.find((scope) => scope !== operation.scope) ?? 'bookings:read';
      if (operation.scope !== 'any') expect([id, (await send(narrow[other] ?? '')).status]).toEqual([id, 403]);
    }
    const token = operation.scope === 'any' || operation.scope === 'none' ? full : (narrow[operation.scope] ?? '');
    const answer = await send(token);
    expect([id, answer.status, answer.status < 300 ? '' : answer.text]).toEqual([id, operation.answer.status, '']);
    if (operation.answer.schema) operation.answer.schema.parse(answer.json);
    else expect(answer.headers['content-type']).toContain(operation.answer.type);
    if (operation.tagged) expect(answer.headers.etag).toMatch(/^"[\w-]+"$/);
    if (own) await call(full, 'POST', `/bookings/${own.bookingId}/cancel`, { reason: 'xong' });
    if (id === 'changeBooking') expect(answer.json).toMatchObject({ title: 'Đã sửa', version: 2 });
  }
  const nowhere = await call(full, 'GET', '/nowhere');
  expect([nowhere.status, errorOf(nowhere).code]).toEqual([404, 'malformed']);
});

test('REG-15 a site is added, changed, replaced and removed; nobody’s change is lost, and how it is called is never read', async () => {
  const sip = { address: 'sip:phong-hop@10.9.9.9' };
  const line = { carrierId: 'vnpt', downKbps: 8_000, targets: { loss: 1 } };
  const site = { siteId: 'xa-moi', name: 'Xã Mới', line, technicians: [{ name: 'Lý A Sử', phone: '0912345678' }], sip };
  const added = await call(full, 'POST', '/sites', site);
  expect([added.status, added.json]).toEqual([201, { ...site, sip: undefined }]);
  expect((await call(full, 'POST', '/sites', site)).status).toBe(409);
  const path = '/sites/xa-moi';
  const change = (body: object, tag: unknown, method = 'PATCH') =>
    call(full, method, path, body, { 'if-match': String(tag) });
  const both = await Promise.all([
    change({ unit: 'UBND xã Mới' }, added.headers.etag),
    change({ name: 'Xã Khác' }, added.headers.etag),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  const [won] = both.filter(({ status }) => status === 200);
  expect((await call(full, 'PATCH', path, { unit: 'x' })).status).toBe(428);

  const wrong = await change({ line: { downKbps: -1 }, name: '', colour: 'red' }, won?.headers.etag);
  expect([wrong.status, errorOf(wrong).faults?.map(({ field }) => field)]).toEqual([
    400,
    ['name', 'line.downKbps', 'colour'],
  ]);
  const nobody = await change({ line: { carrierId: 'fpt' } }, won?.headers.etag);
  expect(errorOf(nobody)).toMatchObject({ code: 'organisationUnknown', faults: [{ field: 'line.carrierId' }] });
  const replaced = await change({ name: 'Xã Mới', line }, won?.headers.etag, 'PUT');
  expect(replaced.json).toEqual({ siteId: 'xa-moi', name: 'Xã Mới', line });
  // The desk sees that its codec is called as before.
  const listed = (await desk.send('GET', '/api/sites')).json as { sites: { siteId: string; sip?: object }[] };
  expect(listed.sites.find(({ siteId }) => siteId === 'xa-moi')?.sip).toMatchObject(sip);
  const without = await change({ sip: null, line: null }, replaced.headers.etag);
  expect(without.json).toEqual({ siteId: 'xa-moi', name: 'Xã Mới' });

  expect((await call(full, 'DELETE', path)).status).toBe(200);
  for (const method of ['DELETE', 'GET'] as const) expect((await call(full, method, path)).status).toBe(404);
  expect((await change({ name: 'Xã Mới' }, '"any"')).status).toBe(404);
  expect(errorOf(await call(full, 'GET', path))).toMatchObject({ code: 'siteUnknown', faults: [{ field: 'siteId' }] });
  const { rows } = auditPageSchema.parse((await desk.send('GET', '/api/audit?about=xa-moi')).json);
  const acts = rows.map(({ act, by }) => `${act} ${by}`).reverse();
  const by = 'program:Lịch của tỉnh';
  expect(acts).toEqual([`siteAdded ${by}`, ...Array(3).fill(`siteChanged ${by}`), `siteRemoved ${by}`]);
});

test('an update wants the ETag that was read, and another’s change in between is not lost', async () => {
  const at = first + 200 * 24 * HOUR;
  const { bookingId } = await booked(at);
  const path = `/bookings/${bookingId}`;
  const read = await call(full, 'GET', path);
  const etag = String(read.headers.etag);
  expect((await call(full, 'GET', path, undefined, { 'if-none-match': etag })).status).toBe(304);
  const change = (title: string, headers: Record<string, string>) =>
    call(full, 'PUT', path, meeting(at, { title }), headers);
  const without = await change('A', {});
  expect([without.status, errorOf(without).code]).toEqual([428, 'ifMatchRequired']);
  const both = await Promise.all([change('B', { 'if-match': etag }), change('C', { 'if-match': etag })]);
  const won = both.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  const lost = both.find(({ status }) => status !== 200);
  expect(['412 etagMismatch', '409 bookingChanged']).toContain(`${lost?.status} ${lost && errorOf(lost).code}`);
  expect((await change('D', { 'if-match': etag })).status).toBe(412);
  const now = await call(full, 'GET', path);
  expect(bookingSchema.parse(now.json).title).toBe(bookingSchema.parse(won[0]?.json).title);
  expect(now.headers.etag).toBe(won[0]?.headers.etag);
  // A step is a change too.
  const confirmed = await call(full, 'POST', `${path}/confirm`);
  expect(confirmed.headers.etag).not.toBe(now.headers.etag);
  expect(errorOf(await call(full, 'POST', `${path}/confirm`))).toMatchObject({
    code: 'stepRefused',
    category: 'state',
  });
});

test('a request is performed once, also across a crash; its key is good for nothing else', async () => {
  const at = first + 210 * 24 * HOUR;
  const key = { 'idempotency-key': 'b6c7' };
  const book = (title: string) =>
    call(full, 'POST', '/bookings', meeting(at, { title, repeat: { every: 'week', times: 3 } }), key);
  const answers = await Promise.all([book('Tuần'), book('Tuần'), book('Tuần')]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  await server.kill('SIGKILL');
  await server.resume();
  const again = await book('Tuần');
  expect([again.status, again.json]).toEqual([201, answers[0]?.json]);
  const other = await book('Khác');
  expect([other.status, errorOf(other).code]).toEqual([422, 'keyReused']);
  const mine = (await everything()).filter(({ title }) => title === 'Tuần');
  expect(mine).toHaveLength(3);
  const wrong = await call(full, 'POST', '/bookings', meeting(at), { 'idempotency-key': 'có dấu' }).catch(
    () => undefined,
  );
  expect(wrong === undefined || wrong.status === 400).toBe(true);
});

test('what was done when the process ended before its answer was kept is answered as done when it comes again', async () => {
  const { bookingId } = await booked(first + 230 * 24 * HOUR);
  const site = { siteId: 'xa-moi', name: 'Xã Mới', sip: { account: 'xa-moi', password: 'bi-mat-123' } };
  const requests = (key: string) => [
    () => call(full, 'POST', '/sites', site, { 'idempotency-key': `${key}1` }),
    () => call(full, 'POST', `/bookings/${bookingId}/confirm`, undefined, { 'idempotency-key': `${key}2` }),
    () => call(full, 'POST', `/bookings/${bookingId}/cancel`, { reason: 'bão' }, { 'idempotency-key': `${key}3` }),
  ];
  // Nobody remembers the first key, as when the process ended in between.
  const answers: [number, number][] = [];
  for (const [i, send] of requests('a').entries()) {
    answers.push([(await send()).status, (await requests('b')[i]?.())?.status ?? 0]);
  }
  expect(answers).toEqual([
    [201, 201],
    [200, 200],
    [200, 200],
  ]);
  const other = await call(full, 'POST', '/sites', { ...site, name: 'Khác' }, { 'idempotency-key': 'c1' });
  expect([other.status, errorOf(other).code]).toEqual([409, 'siteExists']);
});

test('a token of a host unit has that unit’s meetings alone, and is told no other’s title', async () => {
  const at = first + 220 * 24 * HOUR;
  const { token } = await issue('Lịch Sở Nội vụ', ['bookings:read', 'bookings:write'], 'so-noi-vu');
  const foreign = await booked(at, { title: 'Họp kín' });
  expect((await call(token, 'GET', `/bookings/${foreign.bookingId}`)).status).toBe(403);
  expect((await call(token, 'POST', '/bookings', meeting(at + 48 * HOUR))).status).toBe(403);
  const clash = await call(token, 'POST', '/bookings', meeting(at, { hostUnitId: 'so-noi-vu' }));
  expect([clash.status, clash.text.includes('Họp kín')]).toEqual([409, false]);
  expect(
    problemSchema
      .parse(clash.json)
      .clashes?.map(({ resource }) => resource)
      .sort(),
  ).toEqual(['desk', 'site']);
  const own = await booked(at + 48 * HOUR, { hostUnitId: 'so-noi-vu' }, token);
  expect((await everything(token)).map(({ bookingId }) => bookingId)).toEqual([own.bookingId]);
  const choices = z.object({ hostUnits: z.array(z.object({ organisationId: z.string() })) });
  expect(choices.parse((await call(token, 'GET', '/booking-choices')).json).hostUnits).toHaveLength(1);
  await call(full, 'POST', `/bookings/${own.bookingId}/confirm`);
  // What the office has confirmed, the office withdraws.
  expect((await call(token, 'POST', `/bookings/${own.bookingId}/cancel`, { reason: 'thôi' })).status).toBe(403);
  const wide = await desk.send('POST', '/api/tokens', { name: 'X', scopes: ['sites:write'], hostUnit: 'so-noi-vu' });
  expect([wide.status, wide.json]).toMatchObject([400, { error: { detail: 'scopes' } }]);
});

test('bad input names every field with its rule and the remedy, in the language asked for, and saves nothing', async () => {
  const before = (await everything()).length;
  const wrong = meeting(first + 230 * 24 * HOUR, { title: '', siteIds: [], hostUnitId: 'Sở', extra: true });
  const answer = await call(full, 'POST', '/bookings', wrong, { 'accept-language': 'en-GB,en;q=0.9' });
  const { faults = [], remedy } = errorOf(answer);
  expect([answer.status, faults.map(({ field }) => field).sort()]).toEqual([
    400,
    ['extra', 'hostUnitId', 'siteIds', 'title'],
  ]);
  expect([answer.headers['content-language'], remedy.startsWith('The server')]).toEqual(['en', true]);
  const at = first + 230 * 24 * HOUR;
  const rules = await call(full, 'POST', '/bookings', meeting(at, { endsAt: at }));
  expect(errorOf(rules)).toMatchObject({
    code: 'malformed',
    faults: [{ field: 'endsAt' }],
    remedy: expect.stringContaining('Máy chủ'),
  });
  const unknown = await call(full, 'POST', '/bookings', meeting(at, { siteIds: ['nowhere'] }));
  expect(errorOf(unknown)).toMatchObject({ code: 'siteUnknown', detail: 'nowhere', faults: [{ field: 'siteIds' }] });
  const broken = await call(full, 'POST', '/bookings', '{');
  expect([broken.status, errorOf(broken).code]).toEqual([400, 'malformed']);
  const huge = await call(full, 'POST', '/bookings', meeting(at, { note: 'x'.repeat(70_000) }));
  expect([huge.status, errorOf(huge).code]).toEqual([413, 'messageTooLarge']);
  const after = await call(full, 'GET', `/bookings?from=0&to=${HOUR}&after=abc!`);
  expect(errorOf(after)).toMatchObject({ code: 'malformed', detail: 'after' });
  expect((await everything()).length).toBe(before);
});

test('tokens: shown once, hashed, last used, revoked at once, and all of it on record', async () => {
  const issued = await issue('Phần mềm lịch', ['bookings:read']);
  expect((await desk.send('POST', '/api/tokens', { name: 'Phần mềm lịch', scopes: ['bookings:read'] })).status).toBe(
    409,
  );
  expect((await call(issued.token, 'GET', '/token')).json).toMatchObject({
    name: 'Phần mềm lịch',
    scopes: ['bookings:read'],
  });
  const list = async () => {
    const { json, text } = await desk.send('GET', '/api/tokens');
    expect(text).not.toContain(issued.token);
    return z.object({ tokens: z.array(tokenSummarySchema) }).parse(json).tokens;
  };
  const seen = (await list()).find(({ tokenId }) => tokenId === issued.tokenId);
  expect(seen).toMatchObject({ issuedBy: 'operator', lastUsedAt: expect.any(Number), lastIp: expect.any(String) });

  expect((await desk.send('DELETE', `/api/tokens/${issued.tokenId}`)).status).toBe(200);
  const revoked = await call(issued.token, 'GET', '/token');
  expect([revoked.status, errorOf(revoked).code]).toEqual([401, 'tokenInvalid']);
  expect(revoked.headers['www-authenticate']).toContain('invalid_token');
  expect((await desk.send('DELETE', `/api/tokens/${issued.tokenId}`)).status).toBe(404);
  const { rows } = auditPageSchema.parse((await desk.send('GET', '/api/audit?limit=200')).json);
  const about = rows.filter((row) => row.about === 'Phần mềm lịch').map(({ act, by }) => `${act} ${by}`);
  expect(about).toEqual(['tokenRevoked operator', 'tokenIssued operator']);
  expect(rows.some(({ act, by }) => act === 'bookingRequested' && by === 'program:Lịch của tỉnh')).toBe(true);
  expect(JSON.stringify(rows)).not.toContain(issued.token);
});
