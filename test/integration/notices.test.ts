import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyChain } from '../../server/accounts/audit-chain.ts';
import { Bookings } from '../../server/desk/bookings.ts';
import { Directory } from '../../server/desk/directory.ts';
import { NoticeBoard } from '../../server/desk/notices.ts';
import { tellingLog } from '../../server/desk/program-news.ts';
import { Printer } from '../../server/meetings/printing.ts';
import { OpenRooms } from '../../server/open-rooms.ts';
import type { Book, ProgramEvent } from '../../server/protocol/bookings.ts';
import { PROGRAM_CALLS } from '../../server/protocol/program-calls.ts';
import { type Fixture, openFixture } from '../server/room-parts.ts';
import { until } from './media-fixture.ts';
import { pdfText } from './pdf-text.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BY = { username: 'lan', ip: '10.0.0.1' };

/** A mail server of its own kind: takes what it is told to take, and keeps it. */
class MailServer {
  readonly mails: string[] = [];
  /** What it answers at RCPT; nothing: it takes the mail. */
  refusal: { code: number; text: string } | undefined;
  /** It has a mail and says nothing until this is settled. */
  silence: Promise<void> | undefined;
  taking = 0;
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, done) => {
      if (!this.refusal) return done();
      done(Object.assign(new Error(this.refusal.text), { responseCode: this.refusal.code }));
    },
    onData: (stream, _session, done) => {
      let text = '';
      this.taking += 1;
      stream.setEncoding('utf8');
      stream.on('data', (part) => (text += String(part)));
      stream.on('end', async () => {
        await this.silence;
        this.mails.push(text);
        done();
      });
    },
  });

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.server.address() as AddressInfo).port;
  }
  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
  /** The parts of the mails, decoded. */
  read(): string {
    const encoded = /Content-Transfer-Encoding: base64\r?\n(?:[\w-]+:.*\r?\n)*\r?\n([\w+/=\r\n]+)/g;
    return this.mails
      .map((mail) => mail.replace(encoded, (_, body: string) => Buffer.from(body, 'base64').toString('utf8')))
      .map((mail) => mail.replace(/=\r\n/g, '').replace(/(?:=[0-9A-F]{2})+/g, (hex) => unquoted(hex)))
      .join('\n');
  }
}
const unquoted = (hex: string) => Buffer.from(hex.replaceAll('=', ''), 'hex').toString('utf8');

let fixture: Fixture;
let mail: MailServer;
let hook: Server;
const calls: { headers: Record<string, unknown>; body: string }[] = [];
let bookings: Bookings;
let board: NoticeBoard;
let rooms: OpenRooms;
let directory: Directory;
const startsAt = Date.now() + 10 * DAY;

beforeEach(async () => {
  fixture = await openFixture();
  mail = new MailServer();
  calls.length = 0;
  hook = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      calls.push({ headers: request.headers, body });
      response.statusCode = calls.length === 1 ? 503 : 204;
      response.end();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const { store, parts } = fixture;
  const common = { store, logger: pino({ level: 'silent' }), now: Date.now, timeZone: 'Asia/Ho_Chi_Minh' };
  rooms = await OpenRooms.recover({ ...parts, log: tellingLog(store.log, common) });
  directory = await Directory.open({ ...common, rooms });
  const unit = { name: 'Sở Y tế', contacts: [{ name: 'Lê Hoà', email: 'hoa@soyte.gov.vn' }] };
  await store.organisations.add({ organisationId: 'so-y-te', kind: 'hostUnit', ...unit }, BY, 1);
  const duty = { name: 'VNPT', contacts: [{ name: 'Trực VNPT', email: 'truc@vnpt.vn', phone: '0209 3800 126' }] };
  await store.organisations.add({ organisationId: 'vnpt', kind: 'carrier', ...duty }, BY, 1);
  const line = { carrierId: 'vnpt', targets: {} };
  const dao = { name: 'Nông Thị Đào', email: 'dao@babe.gov.vn' };
  await directory.add({ name: 'Ba Bể', line, technicians: [dao] }, BY);
  await directory.add({ name: 'Na Rì', line, technicians: [dao, { name: 'Lý A Sử', phone: '0912 345 678' }] }, BY);
  bookings = await Bookings.open({ ...common, rooms, directory });
  const settings = await bookings.settings();
  const events: ProgramEvent[] = ['announced', 'changed', 'opened', 'cancelled', 'incident.opened', 'incident.closed'];
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  await bookings.saveSettings(
    { ...settings, webhooks: [{ webhookId: 'calendar', url, events }] },
    { username: 'lan', ip: '' },
  );
  const smtp = { host: '127.0.0.1', port: await mail.listen(), security: 'off', from: 'VP <vp@tinh.gov.vn>' } as const;
  board = new NoticeBoard({
    ...common,
    bookings,
    directory,
    printer: new Printer(),
    mail: smtp,
    signingKey: 'k',
    backOffMs: [0, 0, 0],
  });
  board.start();
});
afterEach(async () => {
  await board.close();
  bookings.close();
  await rooms.close();
  await Promise.all([mail.close(), new Promise((resolve) => hook.close(resolve))]);
  await fixture.close();
});

const meeting = (more: Partial<Book> = {}): Book => ({
  ...{ title: 'Giao ban tuần 48', hostUnitId: 'so-y-te', siteIds: ['ba-be', 'na-ri'], deskId: 'main' },
  ...{ preparationAt: startsAt - HOUR, startsAt, endsAt: startsAt + HOUR },
  ...more,
});

async function confirmed(more: Partial<Book> = {}): Promise<string> {
  const outcome = await bookings.add(meeting(more), BY);
  const id = 'bookings' in outcome ? outcome.bookings[0]?.bookingId : undefined;
  if (id === undefined) throw new Error('not booked');
  await bookings.take(id, { step: 'confirm' }, BY);
  return id;
}
const statuses = async (id: string) =>
  (await board.list(id)).notices.map(
    ({ audience, about, status, to }) => `${audience} ${about} ${to.address} ${status}`,
  );
const settled = (id: string) =>
  until('all are sent', async () => (await board.list(id)).notices.every(({ status }) => status !== 'queued'));

test('REG-1 REG-4 everyone concerned gets both times, with a calendar file; the delivery is on record', async () => {
  const id = await confirmed({ note: 'Mang tài liệu' });
  expect((await bookings.find(id)).deadlines.carrier.state).toBe('toMeet');
  const { byHand } = await board.announce(id, BY);
  expect(byHand.map(({ to }) => to)).toEqual([{ name: 'Lý A Sử', address: '0912 345 678', siteIds: ['na-ri'] }]);
  await settled(id);
  expect((await statuses(id)).sort()).toEqual([
    'carrier invitation truc@vnpt.vn delivered',
    'hostUnit invitation hoa@soyte.gov.vn delivered',
    expect.stringMatching(/^program invitation http.* delivered$/),
    'technician invitation dao@babe.gov.vn delivered',
  ]);
  const booking = await bookings.find(id);
  expect([booking.status, booking.deadlines.carrier.state, booking.deadlines.announcement.state]).toEqual([
    ...['announced', 'met', 'met'],
  ]);
  expect(mail.mails).toHaveLength(3);
  const read = mail.read();
  for (const part of ['Kính gửi: Nông Thị Đào', 'họp chính thức', 'Ba Bể, Na Rì', 'Mang tài liệu', 'METHOD:REQUEST']) {
    expect(read).toContain(part);
  }
  expect(read).toContain(`UID:${id}@rostrum`);
});

test('a webhook is signed, and tried again under the same id', async () => {
  const id = await confirmed();
  await board.announce(id, BY);
  await until('it was called twice', () => calls.length === 2);
  await settled(id);
  const [first, second] = calls;
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  const secret = Buffer.from(board.webhookSecret('calendar').replace('whsec_', ''), 'base64');
  const signed = `${second?.headers['webhook-id']}.${second?.headers['webhook-timestamp']}.${second?.body}`;
  const wanted = `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
  expect(second?.headers['webhook-signature']).toBe(wanted);
  expect(JSON.parse(second?.body ?? '')).toMatchObject({ type: 'booking.announced', data: { bookingId: id } });
});

test('REG-8: a program hears of an incident, signed, as it is known by then', async () => {
  const room = await rooms.create('Giao ban', 'giao-ban');
  const participant = { id: 'site-ba-be', role: 'site', kind: 'browser', name: 'Ba Bể' } as const;
  await room.dispatch({ verb: 'admit', participant }, 'system');
  await room.dispatch({ verb: 'openIncident', participantId: 'site-ba-be', kind: 'sound' }, 'system');
  const [incident] = room.state.incidents;
  await room.dispatch({ verb: 'endIncident', incidentId: incident?.id ?? '' }, 'system');
  // The first attempt fails at the other side; what a room has queued is looked for every five seconds.
  await until('it was called of both', () => calls.length >= 3, 20_000);
  const told = calls.slice(1).map(({ body }) => JSON.parse(body));
  expect(new Set(told.map(({ type }) => type))).toEqual(new Set(['incident.opened', 'incident.closed']));
  expect(told[0].data).toMatchObject({ roomId: 'giao-ban', title: 'Giao ban', incident: { names: ['Ba Bể'] } });
  const call = PROGRAM_CALLS.get('incident.closed');
  expect(call?.parse(told.find(({ type }) => type === 'incident.closed'))).toBeDefined();
  await until('both are on record', async () => {
    return (await board.toProgram('calendar')).every(({ status }) => status === 'delivered');
  });
});

test('a program hears of what it wants to hear of, also of what happened just before a crash', async () => {
  const id = await confirmed();
  await board.close();
  await bookings.take(id, { step: 'cancel', reason: 'Hoãn do bão' }, BY);
  const { store } = fixture;
  const waiting = await store.notices.ofProgram('calendar', 10);
  expect(waiting.map(({ event, status }) => [event, status])).toEqual([['cancelled', 'queued']]);
  board.start();
  await settled(id);
  const told = await board.toProgram('calendar');
  expect(mail.mails).toEqual([]);
  expect(told.map(({ event, status, attempts }) => [event, status, attempts])).toEqual([['cancelled', 'delivered', 2]]);
  expect(JSON.parse(calls[1]?.body ?? '')).toMatchObject({ type: 'booking.cancelled', data: { status: 'cancelled' } });
  expect(await board.tryProgram('calendar')).toEqual({ delivered: true });
  hook.close();
  hook.closeAllConnections();
  await until('nobody listens', () => !hook.listening);
  expect(await board.tryProgram('calendar')).toMatchObject({ delivered: false });
});

test('who requested, confirmed, told, opened and cancelled is in the audit log, in its chain', async () => {
  const id = await confirmed();
  const to = { name: 'Nông Thị Đào' };
  await board.record(id, { audience: 'technician', channel: 'phone', to, at: Date.now() }, BY);
  await board.announce(id, BY);
  const { version } = await bookings.find(id);
  await bookings.change(id, { ...meeting({ startsAt: startsAt + 1 }), version }, BY);
  await bookings.take(id, { step: 'cancel', reason: 'Hoãn do bão' }, BY);
  const { rows } = await fixture.store.audit.list({ limit: 20, about: id });
  expect(rows.map(({ act }) => act).reverse()).toEqual([
    ...['bookingRequested', 'bookingConfirmed', 'noticeRecorded', 'bookingAnnounced', 'bookingChanged'],
    'bookingCancelled',
  ]);
  expect(rows[0]).toMatchObject({ by: 'lan', ip: '10.0.0.1', detail: { reason: 'Hoãn do bão' } });
  expect(await verifyChain(fixture.store.audit.rows())).not.toHaveProperty('broken');
});

test('a mail server that is busy is asked again, one that refuses is not; what failed is sent again by hand', async () => {
  mail.refusal = { code: 451, text: 'try later' };
  const busy = await confirmed();
  await board.announce(busy, BY);
  await settled(busy);
  const tried = (await board.list(busy)).notices.find(({ audience }) => audience === 'carrier');
  expect(tried).toMatchObject({ status: 'failed', attempts: 4, failure: expect.stringContaining('try later') });
  expect((await bookings.find(busy)).deadlines.carrier.doneAt).toBeUndefined();

  mail.refusal = { code: 550, text: 'no such user' };
  await board.retry(tried?.noticeId ?? '', BY);
  await settled(busy);
  expect((await board.list(busy)).notices.find(({ audience }) => audience === 'carrier')?.attempts).toBe(1);

  mail.refusal = undefined;
  await board.retry(tried?.noticeId ?? '', BY);
  await settled(busy);
  expect((await bookings.find(busy)).deadlines.carrier.state).toBe('met');
  await expect(board.retry(tried?.noticeId ?? '', BY)).rejects.toMatchObject({ refusal: { code: 'stepRefused' } });
});

test('who was told is told of the change and of the cancellation, nobody else, and nothing twice', async () => {
  const id = await confirmed();
  await board.announce(id, BY);
  const { notices } = await board.announce(id, BY);
  expect(notices.filter(({ channel }) => channel === 'email')).toHaveLength(3);
  await settled(id);
  const { version } = await bookings.find(id);
  await bookings.change(id, { ...meeting({ startsAt: startsAt + 1, siteIds: ['ba-be'] }), version }, BY);
  expect((await bookings.find(id)).status).toBe('confirmed');
  mail.mails.length = 0;
  await board.announce(id, BY);
  await settled(id);
  expect(mail.read()).toContain('đã thay đổi');
  expect(mail.read()).toContain('SEQUENCE:1');
  mail.mails.length = 0;
  await bookings.take(id, { step: 'cancel', reason: 'Hoãn do bão' }, BY);
  await settled(id);
  expect(mail.mails).toHaveLength(3);
  expect(mail.read()).toContain('Lý do: Hoãn do bão');
  expect(mail.read()).toContain('METHOD:CANCEL');
});

test('REG-4 who looks after a site that is dropped is told so, in the step itself; asked again, he gets it anew', async () => {
  const at = { name: 'Hà Thị Ất', email: 'at@chomoi.gov.vn' };
  await directory.add({ name: 'Chợ Mới', technicians: [at] }, BY);
  const siteIds = ['ba-be', 'na-ri', 'cho-moi'];
  const id = await confirmed({ siteIds });
  await board.announce(id, BY);
  await settled(id);
  const change = async (of: string[]) => {
    const { version } = await bookings.find(id);
    mail.mails.length = 0;
    await bookings.change(id, { ...meeting({ siteIds: of }), version }, BY);
    await settled(id);
  };
  await change(['ba-be']);
  expect((await statuses(id)).filter((said) => said.includes('cancellation'))).toEqual([
    'technician cancellation at@chomoi.gov.vn delivered',
  ]);
  expect(mail.mails).toHaveLength(1);
  const said = mail.read();
  expect(said).toContain('Chợ Mới');
  expect(said).toContain('không còn trong thành phần');
  expect(said).toContain('METHOD:CANCEL');
  expect(said).toContain('SEQUENCE:1');
  // RFC 5546 3.2.5: it takes place, for others.
  expect(said).not.toContain('STATUS:CANCELLED');

  await change(siteIds);
  expect(mail.mails).toHaveLength(0);
  await board.announce(id, BY);
  await settled(id);
  expect(mail.read()).toContain('at@chomoi.gov.vn');
  expect(mail.read()).toContain('SEQUENCE:2');
});

test('REG-4 who was told hears that it is cancelled, also when the process ended at once, and is to be called again', async () => {
  const id = await confirmed();
  await board.announce(id, BY);
  await settled(id);
  const to = { name: 'Lý A Sử', address: '0912 345 678' };
  const { byHand } = await board.record(id, { audience: 'technician', channel: 'phone', to, at: Date.now() }, BY);
  expect(byHand).toEqual([]);
  await board.close();
  await bookings.take(id, { step: 'cancel', reason: 'Hoãn do bão' }, BY);
  const queued = (await fixture.store.notices.ofBooking(id)).filter(({ about }) => about === 'cancellation');
  expect(queued.filter(({ channel }) => channel === 'email')).toHaveLength(3);
  mail.mails.length = 0;
  board.start();
  await settled(id);
  expect(mail.mails).toHaveLength(3);
  expect((await board.list(id)).byHand.map(({ to: person }) => person.name)).toEqual(['Lý A Sử']);
});

test('REG-4 a mail server that says nothing keeps no program waiting; whose mail was under way hears of the cancellation', async () => {
  const answer = Promise.withResolvers<void>();
  mail.silence = answer.promise;
  const id = await confirmed();
  await board.announce(id, BY);
  await until('the mails are under way', () => mail.taking === 3);
  await until('the program is told all the same', async () => {
    return (await board.toProgram('calendar')).some(({ status }) => status === 'delivered');
  });
  await bookings.take(id, { step: 'cancel', reason: 'Hoãn do bão' }, BY);
  answer.resolve();
  await settled(id);
  expect(mail.mails).toHaveLength(6);
  expect(mail.mails.filter((text) => text.includes('METHOD:CANCEL') || text.includes('method=CANCEL'))).toHaveLength(3);
});

test('REG-3 an emergency opens at once, with its reason and each notice’s channel on record', async () => {
  const now = Date.now();
  const times = { preparationAt: now, startsAt: now, endsAt: now + HOUR };
  const outcome = await bookings.add(meeting({ ...times, emergency: { reason: 'Lũ quét' } }), BY);
  const id = ('bookings' in outcome && outcome.bookings[0]?.bookingId) || '';
  const to = { name: 'Nông Thị Đào', address: '0912 345 678' };
  const { notices } = await board.record(id, { audience: 'technician', channel: 'phone', to, at: now }, BY);
  expect(notices).toMatchObject([{ channel: 'phone', status: 'recorded', by: 'lan', deliveredAt: now }]);
  await board.announce(id, BY);
  await settled(id);
  expect(mail.mails).toHaveLength(3);
  const open = await bookings.take(id, { step: 'open' }, BY);
  expect(open).toMatchObject({ status: 'open', deadlines: { announcement: { state: 'waived' } } });
  const room = rooms.get(open.roomId ?? '');
  const invited = () => Object.keys(room?.state.sites ?? {});
  await until('its sites are invited', () => invited().length > 0);
  expect(invited()).toEqual(['ba-be', 'na-ri']);
  // Ended at the console, it is closed here too.
  await room?.dispatch({ verb: 'endMeeting' }, 'system');
  await until('it is closed', async () => (await bookings.find(id)).status === 'closed');
});

test('the printed notice is in proper Vietnamese and names every site and whom to call', async () => {
  const id = await confirmed();
  const { bytes, name } = await board.pdf(id, 'vi');
  expect(name).toMatch(/^\d\d-\d\d-\d{4}-.*\.pdf$/);
  const text = pdfText(bytes);
  for (const part of ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Giao ban tuần 48', 'Ba Bể', 'Lý A Sử', '0912 345 678']) {
    expect(text).toContain(part);
  }
  expect(pdfText((await board.pdf(id, 'en')).bytes)).toContain('Official opening');
});

test('the office’s own words are used', async () => {
  const templates = await board.templates();
  const own = { subject: 'Mời họp {title}', body: 'Gửi {recipient}: {official}' };
  await board.saveTemplates({ ...templates, vi: { ...templates.vi, carrier: own } }, { username: 'lan', ip: '' });
  const id = await confirmed();
  await board.announce(id, BY);
  await settled(id);
  expect(mail.read()).toContain('Gửi Trực VNPT:');
});
