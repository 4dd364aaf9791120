import type { Booking, Deadline } from '../../protocol/bookings.ts';
import { byName } from '../../protocol/by-name.ts';
import type { Feedback } from '../../protocol/feedback.ts';
import type { MeetingRow, YearReview } from '../../protocol/reports.ts';
import { localOf } from '../days.ts';
import type { CarrierLine } from './carrier-report.ts';
import type { Host, MeetingFacts } from './facts.ts';
import { lengthOf, sum } from './spans.ts';
import { usageOf } from './usage.ts';

export interface YearFacts {
  year: number;
  from: number;
  to: number;
  /** IANA name. */
  timeZone: string;
  meetings: readonly MeetingFacts[];
  rows: readonly MeetingRow[];
  bookings: readonly Booking[];
  hostOf(roomId: string): Host | undefined;
  carriers: readonly { carrierId: string; carrier: string; lines: readonly CarrierLine[] }[];
  feedback: readonly (Feedback & { roomId: string; title: string })[];
}

/** REG-16: what the yearly review of the system rests on. */
export function yearReview(facts: YearFacts): YearReview {
  const { year, from, to, meetings, rows, bookings, carriers, feedback, hostOf } = facts;
  const byMonth = Map.groupBy(meetings, ({ openedAt }) => localOf(openedAt, facts.timeZone).month);
  const months = Array.from({ length: 12 }, (_, i) => {
    const held = byMonth.get(i + 1) ?? [];
    return { month: i + 1, meetings: held.map(({ roomId }) => roomId), ...countsOf(held) };
  });
  return {
    year,
    meetings: [...rows],
    months,
    totals: { meetings: meetings.length, ...countsOf(meetings) },
    leadTimes: leadTimesOf(bookings),
    units: usageOf(meetings, hostOf, { from, to }).units.map((unit) => ({ ...unit, meetings: unit.meetings.length })),
    carriers: carriers
      .map(({ carrierId, carrier, lines }) => ({ carrierId, carrier, ...carrierYear(lines, byMonth) }))
      .sort((a, b) => byName({ name: a.carrier }, { name: b.carrier })),
    feedback: [...feedback],
  };
}

function countsOf(meetings: readonly MeetingFacts[]) {
  const incidents = meetings.flatMap((one) => one.incidents);
  return {
    ms: sum(meetings.map(({ ms }) => ms)),
    siteMs: sum(meetings.map(({ siteMs }) => siteMs)),
    speeches: sum(meetings.map(({ speeches }) => speeches)),
    speechMs: sum(meetings.map(({ speechMs }) => speechMs)),
    incidents: incidents.length,
    incidentMs: sum(incidents.map(lengthOf)),
  };
}

function leadTimesOf(bookings: readonly Booking[]): YearReview['leadTimes'] {
  const held = bookings.filter(({ roomId }) => roomId !== undefined);
  const split = (pick: (booking: Booking) => Deadline) => {
    const judged = held.filter((booking) => pick(booking).state !== 'waived');
    const [kept, missed] = [true, false].map((isKept) =>
      judged.filter((booking) => (pick(booking).state === 'met') === isKept).map(({ bookingId }) => bookingId),
    );
    return { kept: kept ?? [], missed: missed ?? [] };
  };
  return {
    announcement: split(({ deadlines }) => deadlines.announcement),
    carrier: split(({ deadlines }) => deadlines.carrier),
    emergencies: held.filter(({ emergency }) => emergency).map(({ bookingId }) => bookingId),
  };
}

function carrierYear(lines: readonly CarrierLine[], byMonth: ReadonlyMap<number, readonly MeetingFacts[]>) {
  const own = new Set(lines.map(({ siteId }) => siteId));
  const usesIn = (month: number) =>
    (byMonth.get(month) ?? []).flatMap((meeting) => meeting.lines.filter(({ siteId }) => own.has(siteId)));
  const months = Array.from({ length: 12 }, (_, i) => usesIn(i + 1));
  const all = months.flat();
  return {
    lines: lines.length,
    expectedMs: sum(all.map(({ expectedMs }) => expectedMs)),
    outageMs: sum(all.map(({ outageMs }) => outageMs)),
    outages: sum(all.map(({ outages }) => outages.length)),
    availability: months.map((uses) => {
      const expected = sum(uses.map(({ expectedMs }) => expectedMs));
      return expected > 0 ? (1 - sum(uses.map(({ outageMs }) => outageMs)) / expected) * 100 : null;
    }),
  };
}
