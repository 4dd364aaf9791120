import type { Booked, Booking, BookingStatus, BookingStep } from '../protocol/bookings.ts';

const DAY_MS = 86_400_000;
/** A request may be entered a little after the meeting was to begin, by a clock that is behind. */
const PAST_MS = 5 * 60_000;

/** From where each step may be taken, and where it leads. */
const STEPS: Record<BookingStep, { from: readonly BookingStatus[]; to: BookingStatus }> = {
  confirm: { from: ['requested'], to: 'confirmed' },
  announce: { from: ['confirmed', 'announced', 'rehearsing', 'open'], to: 'announced' },
  rehearse: { from: ['confirmed', 'announced'], to: 'rehearsing' },
  open: { from: ['confirmed', 'announced', 'rehearsing'], to: 'open' },
  close: { from: ['open'], to: 'closed' },
  report: { from: ['closed'], to: 'reported' },
  cancel: { from: ['requested', 'confirmed', 'announced', 'rehearsing'], to: 'cancelled' },
};

export interface Held {
  status: BookingStatus;
  emergency?: Booked['emergency'];
}

/** Where a step leads; nothing where it may not be taken now. An emergency is announced and opened unconfirmed (REG-3). */
export function statusAfter({ status, emergency }: Held, step: BookingStep): BookingStatus | undefined {
  const { from, to } = STEPS[step];
  if (emergency && status === 'requested' && (step === 'open' || step === 'announce')) return to;
  if (!from.includes(status)) return undefined;
  // Telling somebody while it is rehearsed or held ends neither.
  return step === 'announce' && (status === 'rehearsing' || status === 'open') ? status : to;
}

export function stepsFrom(held: Held): BookingStep[] {
  return (Object.keys(STEPS) as BookingStep[]).filter((step) => statusAfter(held, step) !== undefined);
}

/** What was booked may be changed until it begins. */
export function isChangeable(status: BookingStatus): boolean {
  return STEPS.cancel.from.includes(status);
}

/** Whoever was told of it must be told again. */
export function statusAfterChange(status: BookingStatus): BookingStatus {
  return status === 'announced' ? 'confirmed' : status;
}

/** Its room was closed: a meeting is over, a rehearsal may be held again. Nothing where that changes nothing. */
export function statusWithoutRoom({ status, steps }: Pick<Booking, 'status' | 'steps'>): BookingStatus | undefined {
  if (status === 'open') return 'closed';
  if (status !== 'rehearsing') return undefined;
  const before = steps.findLast((step) => step.status === 'confirmed' || step.status === 'announced');
  return before?.status ?? 'confirmed';
}

/** Whether it holds its sites and its desk. */
export function isHolding(status: BookingStatus): boolean {
  return status === 'open' || isChangeable(status);
}

/** The field that is wrong with what is booked, as it is named there; nothing where all is well. */
export function faultOfBooked(booked: Booked, now: number): string | undefined {
  const { preparationAt, startsAt, endsAt, siteIds, hostSiteId } = booked;
  if (preparationAt > startsAt || startsAt - preparationAt > DAY_MS) return 'preparationAt';
  if (startsAt < now - PAST_MS) return 'startsAt';
  if (endsAt <= startsAt || endsAt - startsAt > DAY_MS) return 'endsAt';
  if (new Set(siteIds).size !== siteIds.length) return 'siteIds';
  if (hostSiteId !== undefined && !siteIds.includes(hostSiteId)) return 'hostSiteId';
  if (booked.announcedAt !== undefined && booked.announcedAt > now + PAST_MS) return 'announcedAt';
  return undefined;
}

/** Something that can be in one meeting at a time, from its preparation to its end (REG-2). */
export interface Reservation {
  /** `site:ID` or `desk:ID`. */
  resource: string;
  from: number;
  to: number;
}

export function reservationsOf({ siteIds, deskId, preparationAt, endsAt }: Booked): Reservation[] {
  const resources = [...siteIds.map((id) => `site:${id}`), `desk:${deskId}`];
  return resources.map((resource) => ({ resource, from: preparationAt, to: endsAt }));
}

/** Reservations of one repetition that are in each other's way. */
export function overlapsAmong(all: readonly Booked[]): boolean {
  const sorted = [...all].sort((a, b) => a.preparationAt - b.preparationAt);
  return sorted.some((one, i) => one.preparationAt < (sorted[i - 1]?.endsAt ?? 0));
}
