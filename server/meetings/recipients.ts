import type { Booking } from '../protocol/bookings.ts';
import type { Contact, Organisation } from '../protocol/directory.ts';
import type { Site } from '../protocol/http.ts';
import type { Notice } from '../protocol/notices.ts';

export type Recipient = Pick<Notice, 'audience' | 'channel' | 'to'>;

/**
 * Who is to be told of a meeting (REG-4): the technicians of its sites, the duty contacts of their lines' carriers, the
 * host unit. One mail for each address. Who has no e-mail address is on `byHand`, to be called.
 */
export function recipientsOf(
  booking: Booking,
  sites: readonly Site[],
  organisations: readonly Organisation[],
): { sent: Recipient[]; byHand: Recipient[] } {
  const own = sites.filter(({ siteId }) => booking.siteIds.includes(siteId));
  const all: Recipient[] = own.flatMap((site) => techniciansOf(site));
  for (const organisation of organisations) {
    const { organisationId, kind } = organisation;
    const lines = own.filter(({ line }) => line?.carrierId === organisationId).map(({ siteId }) => siteId);
    if (kind === 'carrier' && lines.length > 0) all.push(...contactsOf(organisation, 'carrier', lines));
    if (organisationId === booking.hostUnitId) all.push(...contactsOf(organisation, 'hostUnit'));
  }
  const mails = all.filter(({ channel }) => channel === 'email');
  return { sent: byAddress(mails), byHand: all.filter(({ channel }) => channel === 'phone') };
}

function techniciansOf({ siteId, name, technicians = [] }: Site): Recipient[] {
  if (technicians.length === 0) return [{ audience: 'technician', channel: 'phone', to: { name, siteIds: [siteId] } }];
  return technicians.map((person) => recipient(person, 'technician', { siteIds: [siteId] }));
}

function contactsOf(organisation: Organisation, audience: 'carrier' | 'hostUnit', siteIds?: string[]): Recipient[] {
  const { organisationId, name, contacts } = organisation;
  const more = { organisationId, ...(siteIds ? { siteIds } : {}) };
  if (contacts.length === 0) return [{ audience, channel: 'phone', to: { name, ...more } }];
  return contacts.map((person) => recipient(person, audience, more));
}

function recipient({ name, email, phone }: Contact, audience: Recipient['audience'], more: object): Recipient {
  const address = email ?? phone;
  const to = { name, ...(address === undefined ? {} : { address }), ...more };
  return { audience, channel: email === undefined ? 'phone' : 'email', to };
}

/** Whether both go to one person. */
export function isSameRecipient(a: Recipient, b: Recipient): boolean {
  return a.channel === b.channel && a.audience === b.audience && a.to.address === b.to.address;
}

/** Somebody who looks after several sites gets one mail. */
function byAddress(mails: readonly Recipient[]): Recipient[] {
  const groups = Map.groupBy(mails, ({ audience, to }) => `${audience} ${to.address?.toLowerCase()}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const siteIds = [...new Set(group.flatMap(({ to }) => to.siteIds ?? []))];
    return [{ ...first, to: { ...first.to, ...(siteIds.length > 0 ? { siteIds } : {}) } }];
  });
}
