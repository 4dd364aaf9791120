import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { readRows, writeRows } from '../../server/meetings/sheets.ts';
import { type Booking, bookingSchema, clashSchema } from '../../server/protocol/bookings.ts';
import { importReportSchema, type SheetFormat } from '../../server/protocol/directory.ts';
import { siteSchema } from '../../server/protocol/http.ts';
import { seededRandom } from './random.ts';
import { HttpClient, ServerProcess, signIn } from './server-process.ts';

const HOUR = 3_600_000;
const SITES = 120;
const CLIENTS = 10;
const EACH = 12;

let server: ServerProcess;
let operator: HttpClient;
beforeAll(async () => {
  server = await ServerProcess.start({ ROSTRUM_TIME_ZONE: 'Asia/Ho_Chi_Minh' });
  operator = await signIn(server);
  await operator.send('POST', '/api/organisations', { kind: 'hostUnit', name: 'Sở Y tế' });
});
afterAll(() => server.close());

/** As a browser sends and takes files. */
function transfer(method: string, path: string, bytes?: Buffer): Promise<Buffer> {
  const headers = { cookie: operator.cookie, 'content-type': 'application/octet-stream' };
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers, rejectUnauthorized: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts)));
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

async function importSheet(bytes: Buffer, format: SheetFormat, save: boolean) {
  const answer = await transfer('POST', `/api/sites/sheet?format=${format}&save=${save}`, bytes);
  return importReportSchema.parse(JSON.parse(answer.toString('utf8')));
}

async function listSites() {
  return z.object({ sites: z.array(siteSchema) }).parse((await operator.send('GET', '/api/sites')).json).sites;
}

function province(): string[][] {
  const rows = Array.from({ length: SITES }, (_, i) => {
    const technician = [`Nông Văn Đ${i}`, `0912 345 ${String(i).padStart(3, '0')}`, `xa${i}@tinh.gov.vn`];
    return [`Xã số ${i + 1}`, `sip:xa${i}@10.1.${i}.5`, i % 2 === 0 ? 'VNPT' : 'Viettel', '10000', ...technician];
  });
  const technician = ['Cán bộ 1', 'Điện thoại cán bộ 1', 'E-mail cán bộ 1'];
  return [['Tên điểm cầu', 'Địa chỉ SIP', 'Carrier', 'Down (kbit/s)', ...technician], ...rows];
}

test('REG-15 REG-17 a province is imported: tried, refused whole, saved, and comes back by export', async () => {
  const faulty = province();
  faulty[7] = ['Xã số 7', 'không phải địa chỉ', 'VNPT', 'nhanh', '', '', ''];
  const tried = await importSheet(await writeRows(faulty, 'xlsx', 'A'), 'xlsx', true);
  expect(tried).toMatchObject({ saved: false, rows: SITES });
  expect(tried.faults.map(({ row, column, fault }) => [row, column, fault])).toEqual([
    [8, 'Địa chỉ SIP', 'badAddress'],
    [8, 'Down (kbit/s)', 'badNumber'],
  ]);
  expect(await listSites()).toEqual([]);

  const good = await writeRows(province(), 'xlsx', 'A');
  expect(await importSheet(good, 'xlsx', false)).toMatchObject({ saved: false, newCarriers: ['VNPT', 'Viettel'] });
  expect(await listSites()).toEqual([]);
  const begun = performance.now();
  const saved = await importSheet(good, 'xlsx', true);
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect([saved.saved, saved.added.length]).toEqual([true, SITES]);

  for (const format of ['csv', 'xlsx'] as const) {
    const bytes = await transfer('GET', `/api/sites/sheet?format=${format}&language=en`);
    expect(await readRows(bytes, format)).toHaveLength(SITES + 1);
    expect(await importSheet(bytes, format, true)).toMatchObject({ unchanged: SITES, faults: [] });
  }
  const nonsense = await importSheet(Buffer.from('PK nonsense'), 'xlsx', true);
  expect(nonsense.faults).toMatchObject([{ fault: 'unreadable' }]);
});

test('REG-2 ten clients book a month at once: each is answered, nothing is double, nothing is lost', async () => {
  const siteIds = (await listSites()).map(({ siteId }) => siteId).slice(0, 12);
  const first = Math.ceil((Date.now() + 24 * HOUR) / HOUR) * HOUR;
  const answers = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => bookMany(i + 1, first, siteIds)));
  const outcomes = answers.flat();
  expect(outcomes).toHaveLength(CLIENTS * EACH);
  const clashes = outcomes.filter(({ status }) => status === 409);
  const saved = outcomes.filter(({ status }) => status === 201);
  expect(clashes.length + saved.length).toBe(outcomes.length);
  expect(Math.min(clashes.length, saved.length)).toBeGreaterThan(10);
  for (const { json } of clashes) {
    const { clashes: named } = z.object({ clashes: z.array(clashSchema) }).parse(json);
    expect(named.length).toBeGreaterThan(0);
  }

  const path = `/api/bookings?from=${first - 24 * HOUR}&to=${first + 40 * 24 * HOUR}`;
  const { bookings } = bookingsSchema.parse((await operator.send('GET', path)).json);
  const ids = saved.flatMap(({ json }) => bookingsSchema.parse(json).bookings.map(({ bookingId }) => bookingId));
  expect(bookings.map(({ bookingId }) => bookingId).sort()).toEqual(ids.sort());
  for (const [i, one] of bookings.entries()) {
    const clash = bookings.slice(i + 1).find((other) => overlap(one, other));
    expect(clash && `${one.title} and ${clash.title}`).toBeUndefined();
  }
}, 60_000);

const bookingsSchema = z.object({ bookings: z.array(bookingSchema) });

function overlap(a: Booking, b: Booking): boolean {
  const isAtOnce = a.preparationAt < b.endsAt && b.preparationAt < a.endsAt;
  return isAtOnce && (a.deskId === b.deskId || a.siteIds.some((siteId) => b.siteIds.includes(siteId)));
}

async function bookMany(seed: number, first: number, siteIds: string[]) {
  const client = new HttpClient(server);
  client.cookie = operator.cookie;
  const random = seededRandom(seed);
  const answers = [];
  for (let n = 0; n < EACH; n += 1) {
    const startsAt = first + Math.floor(random() * 90) * 8 * HOUR;
    const invited = siteIds.filter(() => random() < 0.3);
    const times = { preparationAt: startsAt - HOUR, startsAt, endsAt: startsAt + 3 * HOUR };
    const body = {
      title: `${seed}-${n}`,
      hostUnitId: 'so-y-te',
      siteIds: invited.length ? invited : siteIds,
      ...times,
    };
    answers.push(await client.send('POST', '/api/bookings', body));
  }
  return answers;
}

test('bad input names its field, and nothing is saved', async () => {
  const startsAt = Date.now() + 100 * 24 * HOUR;
  const siteIds = (await listSites()).map(({ siteId }) => siteId).slice(0, 1);
  const times = { preparationAt: startsAt, startsAt, endsAt: startsAt + HOUR };
  const good = { title: 'Giao ban', hostUnitId: 'so-y-te', siteIds, ...times };
  const refused = async (wrong: object) => {
    const answer = await operator.send('POST', '/api/bookings', { ...good, ...wrong });
    const { error } = z.object({ error: z.object({ code: z.string(), detail: z.string() }) }).parse(answer.json);
    return `${answer.status} ${error.code} ${error.detail}`;
  };
  expect(await refused({ endsAt: startsAt })).toBe('400 malformed endsAt');
  expect(await refused({ title: '' })).toBe('400 malformed title');
  expect(await refused({ siteIds: ['nowhere'] })).toBe('409 siteUnknown nowhere');
  expect(await refused({ hostUnitId: 'vnpt' })).toBe('409 organisationUnknown vnpt');
  expect(await refused({ deskId: 'second' })).toBe('400 malformed deskId');
  expect(await refused({ emergency: { reason: '' } })).toBe('400 malformed emergency.reason');
  const { json } = await operator.send('GET', `/api/bookings?from=${startsAt}&to=${startsAt + HOUR}`);
  expect(bookingsSchema.parse(json).bookings).toEqual([]);
  const templates = z.record(z.string(), z.any()).parse((await operator.send('GET', '/api/notice-templates')).json);
  const wrong = { ...templates, vi: { ...templates.vi, carrier: { subject: 'x {nobody}', body: 'y' } } };
  const answer = await operator.send('PUT', '/api/notice-templates', wrong);
  expect(answer).toMatchObject({ status: 400, json: { error: { detail: 'vi.carrier.subject' } } });
});
