import { byName } from '../../protocol/by-name.ts';
import type { Line } from '../../protocol/directory.ts';
import type { SiteId } from '../../protocol/ids.ts';
import type { CarrierReport, Judged, LineMeasure, LineMeeting, LineReport } from '../../protocol/reports.ts';
import type { MeetingFacts } from './facts.ts';
import type { LineUse } from './outages.ts';
import { sum } from './spans.ts';

/** What was measured of a line in one minute and one direction; what is absent was not measured. */
export interface MeasuredMinute {
  at: number;
  direction: 'up' | 'down';
  /** A share. */
  loss?: number;
  jitterMs?: number;
  roundTripMs?: number;
}

export interface CarrierLine {
  siteId: SiteId;
  name: string;
  line: Line;
}

export interface CarrierFacts {
  carrierId: string;
  carrier: string;
  from: number;
  to: number;
  /** All lines that it provides. */
  lines: readonly CarrierLine[];
  meetings: readonly MeetingFacts[];
  /** Of one line in one meeting. */
  measuredOf(roomId: string, participantId: string): Measurement;
}

const MEASURES = ['loss', 'jitterMs', 'roundTripMs'] as const;
/** How many minutes of a line were measured in a meeting, and their means: percent, milliseconds. */
export type Measurement = Pick<LineMeeting, 'minutes' | Measured>;
export const UNMEASURED: Measurement = { minutes: 0 };
type Measured = (typeof MEASURES)[number];

/**
 * One carrier's lines in a month against what was agreed (REG-17). Availability is of the time in which the line was wanted
 * in a meeting, from the event log; loss, jitter and round trip are the means of all measured minutes of the worse direction.
 */
export function carrierReport(facts: CarrierFacts): CarrierReport {
  const { carrierId, carrier, from, to, meetings } = facts;
  const lines = facts.lines.map((one) => lineReport(one, facts)).sort(byName);
  const own = new Set(facts.lines.map(({ siteId }) => siteId));
  const incidents = meetings.flatMap(({ roomId, title, incidents, lines: uses }) => {
    const ids = new Set(uses.filter(({ siteId }) => own.has(siteId)).map(({ participantId }) => participantId));
    const concerned = incidents.filter(({ incident }) => incident.participantIds.some((id) => ids.has(id)));
    return concerned.map((record) => ({ roomId, title, record }));
  });
  const all = lines.flatMap((line) => line.meetings);
  return { carrierId, carrier, from, to, lines, ...totalsOf(all, {}), incidents };
}

function lineReport({ siteId, name, line }: CarrierLine, { meetings, measuredOf }: CarrierFacts): LineReport {
  const used = meetings.flatMap((meeting) => {
    const uses = meeting.lines.filter((use) => use.siteId === siteId);
    return uses.map((use) => lineMeeting(meeting, use, measuredOf(meeting.roomId, use.participantId)));
  });
  return { siteId, name, targets: line.targets, ...totalsOf(used, line.targets), meetings: used };
}

function lineMeeting({ roomId, title }: MeetingFacts, use: LineUse, measured: Measurement): LineMeeting {
  const { from, to, expectedMs, outageMs, outages } = use;
  return { ...{ roomId, title, from, to, expectedMs, outageMs, outages }, ...measured };
}

export function measurementOf(minutes: readonly MeasuredMinute[]): Measurement {
  const figures = Object.fromEntries(
    MEASURES.flatMap((measure) => {
      const value = worseMean(minutes, measure);
      return value === undefined ? [] : [[measure, measure === 'loss' ? value * 100 : value]];
    }),
  );
  return { minutes: new Set(minutes.map(({ at }) => at)).size, ...figures };
}

/** Of the direction in which it is higher. */
function worseMean(minutes: readonly MeasuredMinute[], measure: Measured): number | undefined {
  const means = (['up', 'down'] as const).flatMap((direction) => {
    const values = minutes.flatMap((minute) => (minute.direction === direction ? [minute[measure]] : []));
    const known = values.filter((value) => value !== undefined);
    return known.length > 0 ? [sum(known) / known.length] : [];
  });
  return means.length > 0 ? Math.max(...means) : undefined;
}

/** Each meeting weighs as much as it was measured. */
function totalsOf(meetings: readonly LineMeeting[], targets: Partial<Record<LineMeasure, number | undefined>>) {
  const expectedMs = sum(meetings.map((one) => one.expectedMs));
  const outageMs = sum(meetings.map((one) => one.outageMs));
  const availability = expectedMs > 0 ? (1 - outageMs / expectedMs) * 100 : undefined;
  const mean = (measure: Measured) => {
    const known = meetings.filter((one) => one[measure] !== undefined && one.minutes > 0);
    const weight = sum(known.map(({ minutes }) => minutes));
    return weight > 0 ? sum(known.map((one) => (one[measure] ?? 0) * one.minutes)) / weight : undefined;
  };
  return {
    expectedMs,
    outageMs,
    minutes: sum(meetings.map(({ minutes }) => minutes)),
    figures: {
      availability: judged(availability, targets.availability, (value, target) => value >= target),
      loss: judged(mean('loss'), targets.loss, atMost),
      jitterMs: judged(mean('jitterMs'), targets.jitterMs, atMost),
      roundTripMs: judged(mean('roundTripMs'), targets.roundTripMs, atMost),
    },
  };
}

const atMost = (value: number, target: number) => value <= target;

function judged(
  value: number | undefined,
  target: number | undefined,
  meets: (value: number, target: number) => boolean,
): Judged {
  return {
    ...(value === undefined ? {} : { value }),
    ...(target === undefined ? {} : { target }),
    ...(value === undefined || target === undefined ? {} : { met: meets(value, target) }),
  };
}
