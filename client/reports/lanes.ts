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
