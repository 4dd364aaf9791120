import type { Booking, DeskSettings } from '../protocol/bookings.ts';
import { byName } from '../protocol/by-name.ts';
import type { Organisation } from '../protocol/directory.ts';
import type { Site } from '../protocol/http.ts';
import type { Notice, Placeholder, Template, TemplateKind } from '../protocol/notices.ts';

export type Language = 'vi' | 'en';

/** All that a notice speaks of. */
export interface Subject {
  booking: Booking;
  settings: DeskSettings;
  sites: readonly Site[];
  organisations: readonly Organisation[];
  language: Language;
  /** IANA name. */
  timeZone: string;
}

const CENTRE = { vi: 'trung tâm điều khiển', en: 'the control room' };
const MINUTES = { vi: 'giờ', en: ':' };

export function kindOf(
  { about, audience }: Pick<Notice, 'about' | 'audience'>,
  { status }: Pick<Booking, 'status'>,
): TemplateKind {
  // The meeting takes place, without who is told so.
  if (about === 'cancellation' && status !== 'cancelled') return 'withdrawal';
  if (about !== 'invitation') return about;
  return audience === 'carrier' || audience === 'hostUnit' ? audience : 'invitation';
}

/** A text with its placeholders filled in; a line whose placeholder is empty is left out. */
export function fillIn({ subject, body }: Template, values: Record<Placeholder, string>): Template {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: Placeholder) => values[name] ?? '');
  const lines = body.split('\n').filter((line) => line.trim() === '' || fill(line).trim() !== '');
  return { subject: fill(subject).replace(/\s+/g, ' ').trim(), body: lines.map(fill).join('\n').trim() };
}

export function valuesOf(subject: Subject, to: Notice['to']): Record<Placeholder, string> {
  const { booking, settings, language, timeZone } = subject;
  const when = (at: number) => formatMoment(at, language, timeZone);
  const nameOf = (siteId: string) => subject.sites.find((site) => site.siteId === siteId)?.name ?? siteId;
  const namesOf = (siteIds: readonly string[]) =>
    sitesOf(subject, siteIds)
      .map(({ name }) => name)
      .join(', ');
  const host = booking.hostSiteId === undefined ? CENTRE[language] : nameOf(booking.hostSiteId);
  return {
    office: settings.office,
    recipient: to.name,
    title: booking.title,
    hostUnit: hostUnitOf(subject),
    hostSite: host,
    date: formatDay(booking.startsAt, language, timeZone),
    preparation: when(booking.preparationAt),
    official: when(booking.startsAt),
    end: when(booking.endsAt),
    sites: namesOf(booking.siteIds),
    ownSites: namesOf(to.siteIds ?? booking.siteIds),
    reason: booking.steps.findLast(({ status }) => status === 'cancelled')?.reason ?? booking.emergency?.reason ?? '',
    note: booking.note ?? '',
  };
}

/** By name; one that has been removed from the directory is called by its id. */
export function sitesOf({ sites }: Subject, siteIds: readonly string[]): (Pick<Site, 'name'> & Partial<Site>)[] {
  return siteIds.map((siteId) => sites.find((site) => site.siteId === siteId) ?? { name: siteId }).sort(byName);
}

export function hostUnitOf({ booking, organisations }: Subject): string {
  const unit = organisations.find(({ organisationId }) => organisationId === booking.hostUnitId);
  return unit?.name ?? booking.hostUnitId;
}

/** `8 giờ 30, thứ Hai, 30/11/2026`, `8:30, Monday, 30/11/2026`. */
export function formatMoment(at: number, language: Language, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { hour: 'numeric', minute: '2-digit', timeZone }).formatToParts(at);
  const [hour, minute] = ['hour', 'minute'].map((type) => parts.find((part) => part.type === type)?.value ?? '');
  const between = language === 'vi' ? ` ${MINUTES.vi} ` : MINUTES.en;
  return `${Number(hour)}${between}${minute?.padStart(2, '0')}, ${weekday(at, language, timeZone)}, ${formatDay(at, language, timeZone)}`;
}

export function formatDay(at: number, language: Language, timeZone: string): string {
  const numeric = { day: '2-digit', month: '2-digit', year: 'numeric' } as const;
  return new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { ...numeric, timeZone }).format(at);
}

function weekday(at: number, language: Language, timeZone: string): string {
  const name = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone }).format(at);
  return language === 'vi' ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
