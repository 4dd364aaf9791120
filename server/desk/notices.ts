import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { hasHeard } from '../meetings/booking-events.ts';
import { calendarFile } from '../meetings/calendar-file.ts';
import { type MailSettings, openMail } from '../meetings/mail.ts';
import { pdfName } from '../meetings/notice-pdf.ts';
import { DEFAULT_TEMPLATES } from '../meetings/notice-templates.ts';
import { fillIn, kindOf, type Language, type Subject, valuesOf } from '../meetings/notice-text.ts';
import { failureOf, Outbox, type Sent } from '../meetings/outbox.ts';
import type { Printer } from '../meetings/printing.ts';
import { isSameRecipient, type Recipient, recipientsOf } from '../meetings/recipients.ts';
import { callWebhook, signedHeaders, webhookSecret } from '../meetings/webhooks.ts';
import type { AuditAct, AuditEntry, Doer } from '../protocol/audit.ts';
import type { Booking } from '../protocol/bookings.ts';
import {
  type Notice,
  type NoticeAbout,
  type RecordNotice,
  savedTemplatesSchema,
  type Templates,
  templatesSchema,
  type WebhookTrial,
} from '../protocol/notices.ts';
import { callTypeOf } from '../protocol/program-calls.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Store } from '../store/index.ts';
import type { Bookings } from './bookings.ts';
import type { Directory } from './directory.ts';
import { dataOf } from './program-news.ts';

export interface NoticeParts {
  store: Pick<Store, 'notices' | 'deskDocuments' | 'organisations' | 'log' | 'recordings'>;
  bookings: Bookings;
  directory: Directory;
  printer: Printer;
  /** Absent: no mail can be sent. */
  mail?: MailSettings;
  signingKey: string;
  logger: Logger;
  /** IANA name. */
  timeZone: string;
  now: () => number;
  /** Milliseconds after each failed attempt; then it is given up. */
  backOffMs?: readonly number[];
}

/** What is known of who was told, and who has to be called because he has no e-mail address. */
export interface NoticeList {
  notices: Notice[];
  byHand: Recipient[];
}

const MINUTE_MS = 60_000;
const BACK_OFF_MS = [1, 5, 15, 60, 240, 720].map((minutes) => minutes * MINUTE_MS);
/** People have one mail server; of programs each is its own, and one that does not answer is given ten seconds. */
const AT_ONCE = { people: 4, programs: 16 } as const;
const TEMPLATES = 'templates';
const PROGRAM_NOTICES = 50;

/** Tells people and programs of meetings, and keeps what came of it (REG-1, REG-3, REG-4). Owns the outboxes. */
export class NoticeBoard {
  readonly #parts: NoticeParts;
  /** One for people and one for programs: a mail server that says nothing for a minute keeps no program waiting. */
  readonly #outboxes: readonly Outbox[];
  readonly #mail: ReturnType<typeof openMail> | undefined;

  constructor(parts: NoticeParts) {
    const { store, logger, now, mail, bookings, backOffMs = BACK_OFF_MS } = parts;
    this.#parts = parts;
    this.#mail = mail && openMail(mail);
    this.#outboxes = (['people', 'programs'] as const).map((to) => {
      const notices = {
        due: (at: number, most: number, but: readonly string[]) => store.notices.due(at, most, to, but),
        change: (notice: Notice) => store.notices.change(notice),
      };
      const send = (notice: Notice) => this.#send(notice);
      const receiverOf = ({ noticeId, to: { name } }: Notice) => (to === 'people' ? noticeId : name);
      return new Outbox({ notices, send, receiverOf, atOnce: AT_ONCE[to], logger, now, backOffMs });
    });
    bookings.watch({ happened: async () => this.#wake() });
  }

  /** Goes on with what the last process had not sent. */
  start(): void {
    for (const outbox of this.#outboxes) outbox.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#outboxes.map((outbox) => outbox.close()));
  }

  /** Throws `Refused` (`bookingUnknown`). */
  async list(bookingId: string): Promise<NoticeList> {
    const booking = await this.#parts.bookings.find(bookingId);
    const notices = await this.#parts.store.notices.ofBooking(bookingId);
    const { byHand } = await this.#recipients(booking);
    const byPhone = notices.filter(({ status }) => status === 'recorded');
    const knows = (of: readonly Notice[], { audience, to }: Recipient) =>
      of.some((n) => n.audience === audience && n.to.name === to.name);
    // Whoever was called is called again when it is changed, and when it does not take place.
    const cancelledAt = booking.status === 'cancelled' ? (booking.steps.at(-1)?.at ?? 0) : undefined;
    const still = byPhone.filter((n) => n.version === booking.version && n.createdAt >= (cancelledAt ?? 0));
    const toCall = cancelledAt === undefined ? byHand : byHand.filter((recipient) => knows(byPhone, recipient));
    return { notices, byHand: toCall.filter((recipient) => !knows(still, recipient)) };
  }

  /** Tells everyone concerned, as a step of the booking. Who was told of an earlier version is told of the change. */
  async announce(bookingId: string, by: Doer): Promise<NoticeList> {
    const { bookings, store } = this.#parts;
    const earlier = await store.notices.ofBooking(bookingId);
    const booking = await bookings.find(bookingId);
    const { sent } = await this.#recipients(booking);
    const nextAt = this.#parts.now();
    const notices = sent.flatMap((recipient): Notice[] => {
      const same = earlier.filter((notice) => isSameRecipient(notice, recipient));
      // Whoever has heard of this version, or is about to, is not told twice.
      if (same.some(({ version, status }) => version === booking.version && status !== 'failed')) return [];
      const about = same.some(({ deliveredAt }) => deliveredAt !== undefined) ? 'change' : 'invitation';
      return [{ ...this.#make(booking, by.username, recipient, about), status: 'queued', nextAt }];
    });
    await bookings.take(bookingId, { step: 'announce' }, by, { version: booking.version, notices });
    this.#wake();
    return this.list(bookingId);
  }

  /** Somebody was told by telephone, fax or letter. */
  async record(bookingId: string, { at, ...told }: RecordNotice, by: Doer): Promise<NoticeList> {
    const booking = await this.#parts.bookings.find(bookingId);
    const made = this.#make(booking, by.username, told, 'invitation');
    const note = this.#noteOf(made, 'noticeRecorded', by);
    await this.#parts.store.notices.add([{ ...made, status: 'recorded', deliveredAt: at }], note);
    return this.list(bookingId);
  }

  /** Once more, from the first attempt. Throws `Refused`: `noticeUnknown`, `stepRefused` where it did not fail. */
  async retry(noticeId: string, by: Doer): Promise<Notice> {
    const notice = await this.#parts.store.notices.find(noticeId);
    if (!notice) throw new Refused('noticeUnknown', noticeId);
    if (notice.status !== 'failed') throw new Refused('stepRefused', notice.status);
    const again: Notice = { ...notice, status: 'queued', attempts: 0, nextAt: this.#parts.now() };
    await this.#parts.store.notices.change(again, this.#noteOf(notice, 'noticeSentAgain', by));
    this.#wake();
    return again;
  }

  async templates(): Promise<Templates> {
    const saved = savedTemplatesSchema.parse((await this.#parts.store.deskDocuments.read(TEMPLATES)) ?? {});
    const { vi, en } = DEFAULT_TEMPLATES;
    return templatesSchema.parse({ vi: { ...vi, ...saved.vi }, en: { ...en, ...saved.en } });
  }

  async saveTemplates(templates: Templates, by: Doer): Promise<Templates> {
    await this.#parts.store.deskDocuments.write(TEMPLATES, templates, by, this.#parts.now());
    return templates;
  }

  /** The notice to be printed. Throws `Refused` (`bookingUnknown`). */
  async pdf(bookingId: string, language: Language): Promise<{ name: string; bytes: Buffer }> {
    const subject = await this.#subject(await this.#parts.bookings.find(bookingId), language);
    const about = subject.booking.status === 'cancelled' ? 'cancellation' : 'invitation';
    const template = (await this.templates())[language][about];
    const bytes = await this.#parts.printer.print({ what: 'notice', subject, template, now: this.#parts.now() });
    return { name: pdfName(subject), bytes };
  }

  /** Throws `Refused` (`bookingUnknown`). */
  async calendar(bookingId: string): Promise<string> {
    const booking = await this.#parts.bookings.find(bookingId);
    const about = booking.status === 'cancelled' ? 'cancellation' : 'invitation';
    return calendarFile(await this.#subject(booking), { to: { name: '' }, about }, this.#parts.now());
  }

  webhookSecret(webhookId: string): string {
    return webhookSecret(this.#parts.signingKey, webhookId);
  }

  /** What a program was told last, the newest first. */
  toProgram(webhookId: string): Promise<Notice[]> {
    return this.#parts.store.notices.ofProgram(webhookId, PROGRAM_NOTICES);
  }

  /** Calls it once with `webhook.trial`, which means nothing. */
  async tryProgram(webhookId: string): Promise<WebhookTrial> {
    const { webhooks } = await this.#parts.bookings.settings();
    const url = webhooks.find((each) => each.webhookId === webhookId)?.url ?? '';
    const at = this.#parts.now();
    const body = JSON.stringify({ type: 'webhook.trial', timestamp: new Date(at).toISOString(), data: {} });
    const id = randomBytes(12).toString('base64url');
    try {
      await callWebhook(url, signedHeaders(this.webhookSecret(webhookId), id, at, body), body);
      return { delivered: true };
    } catch (error) {
      return { delivered: false, failure: failureOf(error) };
    }
  }

  /** What came of a step waits in the store already. */
  #wake(): void {
    for (const outbox of this.#outboxes) outbox.wake();
  }

  #make({ bookingId, version }: Booking, by: string, { audience, channel, to }: Recipient, about: NoticeAbout) {
    const noticeId = randomBytes(12).toString('base64url');
    return {
      noticeId,
      bookingId,
      version,
      about,
      audience,
      channel,
      to,
      by,
      createdAt: this.#parts.now(),
      attempts: 0,
    };
  }

  async #send(notice: Notice): Promise<Sent> {
    if (notice.bookingId === undefined) return this.#callOfRoom(notice);
    const booking = await this.#parts.bookings.find(notice.bookingId);
    if (notice.channel === 'webhook') return this.#call(booking, notice);
    const isOver = booking.status === 'cancelled' && notice.about !== 'cancellation';
    if (isOver || (booking.version !== notice.version && notice.about !== 'cancellation')) return 'superseded';
    if (notice.about === 'cancellation' && !(await this.#isToHearOfIt(booking, notice))) return 'superseded';
    if (!this.#mail || notice.to.address === undefined) return 'noMailServer';
    const subject = await this.#subject(booking);
    const { subject: title, body } = await this.#text(subject, notice);
    await this.#mail.send({
      to: { name: notice.to.name, address: notice.to.address },
      subject: title,
      text: body,
      calendar: {
        method: notice.about === 'cancellation' ? 'CANCEL' : 'REQUEST',
        content: calendarFile(subject, notice, this.#parts.now(), this.#mail.address),
      },
      messageId: `<${notice.noticeId}@rostrum>`,
    });
    return 'delivered';
  }

  /** A cancellation is for who has heard of the meeting, and is in it no more. */
  async #isToHearOfIt(booking: Booking, notice: Notice): Promise<boolean> {
    if (!hasHeard(notice, await this.#parts.store.notices.ofBooking(booking.bookingId))) return false;
    if (booking.status === 'cancelled') return true;
    const { sent } = await this.#recipients(booking);
    return !sent.some((recipient) => isSameRecipient(recipient, notice));
  }

  /** The booking is told as it is now, not as it was: a call that comes late brings nothing that is outdated. */
  async #call(booking: Booking, notice: Notice): Promise<Sent> {
    return this.#post(notice, notice.event ? callTypeOf(notice.event) : `booking.${notice.about}`, booking);
  }

  /** Likewise. */
  async #callOfRoom(notice: Notice): Promise<Sent> {
    const { happened, event } = notice;
    const data = happened && event && (await dataOf(happened, event, this.#parts.store));
    return data && event ? this.#post(notice, callTypeOf(event), data) : 'superseded';
  }

  async #post({ noticeId, to }: Notice, type: string, data: object): Promise<Sent> {
    const at = this.#parts.now();
    const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
    await callWebhook(to.address ?? '', signedHeaders(this.webhookSecret(to.name), noticeId, at, body), body);
    return 'delivered';
  }

  #noteOf(
    { bookingId, to, channel, happened }: Pick<Notice, 'bookingId' | 'to' | 'channel' | 'happened'>,
    act: AuditAct,
    by: Doer,
  ): AuditEntry {
    const detail = { recipient: to.name, channel };
    return {
      at: this.#parts.now(),
      by: by.username,
      ip: by.ip,
      act,
      about: bookingId ?? happened?.roomId ?? '',
      detail,
    };
  }

  async #text(subject: Subject, notice: Pick<Notice, 'about' | 'audience' | 'to'>) {
    const templates = await this.templates();
    return fillIn(templates[subject.language][kindOf(notice, subject.booking)], valuesOf(subject, notice.to));
  }

  async #subject(booking: Booking, language?: Language): Promise<Subject> {
    const { bookings, directory, store, timeZone } = this.#parts;
    const settings = await bookings.settings();
    const [sites, organisations] = [await directory.list(), await store.organisations.list()];
    return { booking, settings, sites, organisations, language: language ?? settings.language, timeZone };
  }

  async #recipients(booking: Booking) {
    const { sites, organisations } = await this.#subject(booking);
    return recipientsOf(booking, sites, organisations);
  }
}
