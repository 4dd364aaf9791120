import type { Minutes } from '../../server/protocol/reports.ts';

export type LaneKind = 'present' | 'lost' | 'speech' | 'presented' | 'incident' | 'recording';
export interface LaneSpan {
  kind: LaneKind;
  from: number;
  to: number;
  seqs: readonly number[];
}
/** One row of the drawing: a person or site, or the recordings. */
export interface Lane {
  key: string;
  name: string;
  spans: LaneSpan[];
}

/** Who was there, spoke, showed something and failed, one row for each; what lies over something else comes later. */
export function lanesOf({ attendees, speeches, presented, incidents, recordings }: Minutes): Lane[] {
  const lanes = attendees
    .filter(({ role }) => role !== 'operator')
    .map(({ participantId: key, name, stays }): Lane => {
      const own = (spans: readonly (Omit<LaneSpan, 'kind'> & { participantId: string })[], kind: LaneKind) =>
        spans.filter((span) => span.participantId === key).map((span) => laid(span, kind));
      const failed = incidents.filter(({ incident }) => incident.participantIds.includes(key));
      return {
        ...{ key, name },
        spans: [
          ...stays.map((stay) => laid(stay, 'present')),
          ...stays.flatMap(({ losses }) => losses.map((loss) => laid(loss, 'lost'))),
          ...own(presented, 'presented'),
          ...own(speeches, 'speech'),
          ...failed.map((incident) => laid(incident, 'incident')),
        ],
      };
    });
  const recorded = recordings.map((one) => laid(one, 'recording'));
  return recorded.length > 0 ? [...lanes, { key: ' recordings', name: '', spans: recorded }] : lanes;
}

function laid({ from, to, seqs }: Omit<LaneSpan, 'kind'>, kind: LaneKind): LaneSpan {
  return { kind, from, to, seqs };
}

const MINUTE_MS = 60_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480].map((minutes) => minutes * MINUTE_MS);

/** Round moments, no more than `most`, as the local clock has them. */
export function ticksOf(from: number, to: number, most: number): number[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? STEPS.at(-1) ?? MINUTE_MS;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}
