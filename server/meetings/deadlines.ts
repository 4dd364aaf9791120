import type { Booked, Deadline, Deadlines, DeskSettings } from '../protocol/bookings.ts';
import { addDays, isWorkingDay, localOf, momentOf } from './days.ts';

/** When it was done, as far as it was. */
export interface Told {
  /** The host unit's announcement reached the office. */
  announcedAt?: number | undefined;
  /** The last of the carriers concerned was told. */
  carrierAt?: number | undefined;
}

export interface Clock {
  now: number;
  /** IANA name. */
  timeZone: string;
}

const HOUR_MS = 3_600_000;

/** REG-1: announced at least five days ahead, the carrier told at least two; REG-3: neither in an emergency. */
export function deadlinesOf(booked: Booked, told: Told, settings: DeskSettings, clock: Clock): Deadlines {
  const { announcementDays, carrierDays } = settings;
  return {
    announcement: deadline(booked, announcementDays, told.announcedAt, settings, clock),
    carrier: deadline(booked, carrierDays, told.carrierAt, settings, clock),
  };
}

/** At the same time of day, so many days before. */
function daysBefore(at: number, days: number, settings: DeskSettings, timeZone: string): number {
  const { msOfDay, ...day } = localOf(at, timeZone);
  if (settings.counting === 'calendar') return momentOf(addDays(day, -days), msOfDay, timeZone);
  let found = day;
  for (let left = days; left > 0; ) {
    found = addDays(found, -1);
    if (isWorkingDay(found, settings.holidays)) left -= 1;
  }
  return momentOf(found, msOfDay, timeZone);
}

function deadline(
  { startsAt, emergency }: Booked,
  days: number,
  doneAt: number | undefined,
  settings: DeskSettings,
  { now, timeZone }: Clock,
): Deadline {
  const dueAt = daysBefore(startsAt, days, settings, timeZone);
  const state = emergency ? 'waived' : stateOf(dueAt, doneAt, now, settings.warnHours * HOUR_MS);
  return { dueAt, ...(doneAt === undefined ? {} : { doneAt }), state };
}

function stateOf(dueAt: number, doneAt: number | undefined, now: number, warnMs: number): Deadline['state'] {
  if (doneAt !== undefined) return doneAt <= dueAt ? 'met' : 'late';
  if (now > dueAt) return 'missed';
  return now > dueAt - warnMs ? 'soon' : 'toMeet';
}
