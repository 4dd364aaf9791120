import type { Booking, Deadline } from '../../protocol/bookings.ts';
import { byName } from '../../protocol/by-name.ts';
import type { Feedback } from '../../protocol/feedback.ts';
import type { CarrierFigures, LineMeasure, MeetingRow, YearReview } from '../../protocol/reports.ts';
import { localOf } from '../days.ts';
import { type CarrierFacts, carrierReport } from './carrier-report.ts';
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
  carriers: readonly Pick<CarrierFacts, 'carrierId' | 'carrier' | 'lines'>[];
  measuredOf: CarrierFacts['measuredOf'];
  feedback: readonly (Feedback & { roomId: string; title: string })[];
}

/** REG-16: what the yearly review of the system rests on. */
export function yearReview(facts: YearFacts): YearReview {
  const { year, from, to, meetings, rows, bookings, carriers, feedback, hostOf, measuredOf } = facts;
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
      .map((carrier) => carrierYear({ ...carrier, from, to, meetings, measuredOf }, byMonth))
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

type Months = ReadonlyMap<number, readonly MeetingFacts[]>;

function carrierYear(facts: CarrierFacts, byMonth: Months): YearReview['carriers'][number] {
  const { carrierId, carrier, lines } = facts;
  const months = Array.from({ length: 12 }, (_, i) => {
    const figures = figuresOf({ ...facts, meetings: byMonth.get(i + 1) ?? [] });
    return figures.expectedMs > 0 ? figures : null;
  });
  return { carrierId, carrier, lines: lines.length, months, year: figuresOf(facts) };
}

/** REG-17, as the carrier's report has it, of all its lines together. */
function figuresOf(facts: CarrierFacts): CarrierFigures {
  const { lines, expectedMs, outageMs, figures, incidents } = carrierReport(facts);
  const of = (measure: LineMeasure) => {
    const judged = lines.flatMap((line) => line.figures[measure].met ?? []);
    const { value } = figures[measure];
    const missed = judged.filter((met) => !met).length;
    return { ...(value === undefined ? {} : { value }), judged: judged.length, missed };
  };
  return {
    ...{ expectedMs, outageMs },
    outages: sum(lines.flatMap(({ meetings }) => meetings.map(({ outages }) => outages.length))),
    incidents: incidents.length,
    incidentMs: sum(incidents.map(({ record }) => lengthOf(record))),
    figures: {
      availability: of('availability'),
      loss: of('loss'),
      jitterMs: of('jitterMs'),
      roundTripMs: of('roundTripMs'),
    },
  };
}
