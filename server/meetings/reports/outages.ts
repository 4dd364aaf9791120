import type { LoggedEvent } from '../../protocol/events.ts';
import type { SiteId } from '../../protocol/ids.ts';
import type { Incident } from '../../protocol/incidents.ts';
import type { Outage } from '../../protocol/reports.ts';
import { type Span, Spans, unionMs } from './spans.ts';

/** A site's line in one meeting: when it was wanted, and when it did not serve. */
export interface LineUse {
  siteId: SiteId;
  participantId: string;
  from: number;
  to: number;
  /** From joining to leaving, and what was missing in between. */
  expectedMs: number;
  /** What overlaps counts once. */
  outageMs: number;
  outages: Outage[];
}

type Why = Pick<Outage, 'why'>;

/** Of one participant. */
class Line {
  siteId: SiteId | undefined;
  readonly stays = new Spans<object>();
  readonly outages = new Spans<Why>();
  /** Its call was lost: what follows is an outage if it comes back. */
  callLost: { seq: number; at: number } | undefined;
  /** It had left by the end of its grace: the rest is an outage if it comes back. */
  expired: (Why & Span) | undefined;
}

/**
 * Availability of the sites' lines (REG-17), by what the log says and a carrier can check: an outage begins when the
 * connection or the call is lost and ends when it is back. Who never comes back has left: then it lasts for the grace
 * period alone, for he may have switched off. An incident in which nothing came counts as well. A restart of our own
 * server, a hang-up and a removal are nobody's outage.
 */
export function lineUses(events: readonly LoggedEvent[], until: number): LineUse[] {
  const lines = new Map<string, Line>();
  const of = (id: string) => {
    const known = lines.get(id) ?? new Line();
    lines.set(id, known);
    return known;
  };
  for (const logged of events) see(logged, of);
  return [...lines].flatMap(([participantId, line]) => use(participantId, line, until));
}

function see(logged: LoggedEvent, of: (id: string) => Line): void {
  const { event, seq, at } = logged;
  switch (event.type) {
    case 'participantJoined':
      if (event.participant.role !== 'service') joined(of(event.participant.id), event.participant.siteId, logged);
      return;
    case 'participantLost':
      of(event.participantId).outages.begin('connection', logged, { why: 'connection' });
      return;
    case 'participantReturned':
      of(event.participantId).outages.end('connection', logged);
      return;
    case 'participantLeft': {
      const line = of(event.participantId);
      const lost = line.outages.end('connection', logged);
      line.expired = event.reason === 'graceExpired' ? lost : undefined;
      line.stays.end('stay', logged);
      return;
    }
    case 'callChanged': {
      const line = of(event.call.participantId);
      if (event.call.cause === 'lost') line.callLost ??= { seq, at };
      if (event.call.cause === 'hungUp' || event.call.cause === 'cancelled') line.callLost = undefined;
      return;
    }
    case 'incidentOpened':
    case 'incidentWidened':
      // What people have opened has no measured level, and may be the site's own fault.
      if (event.incident.reason?.level !== 'down') return;
      for (const id of event.incident.participantIds) {
        const { outages } = of(id);
        const key = incidentKey(event.incident);
        if (!outages.of(key)) outages.begin(key, beginOf(logged), { why: 'incident' });
      }
      return;
    case 'incidentEnded':
      for (const id of event.incident.participantIds) of(id).outages.end(incidentKey(event.incident), endOf(logged));
  }
}

function incidentKey({ id }: Incident): string {
  return `incident ${id}`;
}

/** The first line failed before the incident was opened. */
function beginOf({ event, seq, at }: LoggedEvent) {
  return { seq, at: event.type === 'incidentOpened' ? event.incident.openedAt : at };
}

function endOf({ event, seq, at }: LoggedEvent) {
  return { seq, at: event.type === 'incidentEnded' ? (event.incident.endedAt ?? at) : at };
}

function joined(line: Line, siteId: SiteId | undefined, logged: LoggedEvent): void {
  line.siteId ??= siteId;
  line.outages.end('connection', logged);
  if (line.expired) {
    line.expired.to = Math.max(line.expired.to, logged.at);
    line.expired.seqs.push(logged.seq);
  } else if (line.callLost) {
    line.outages.begin('call', line.callLost, { why: 'call' });
    line.outages.end('call', logged);
  }
  line.expired = undefined;
  line.callLost = undefined;
  line.stays.begin('stay', logged, {});
}

function use(participantId: string, { siteId, stays, outages }: Line, until: number): LineUse[] {
  const all = stays.until(until);
  const [first] = all;
  if (siteId === undefined || !first) return [];
  const last = all.at(-1) ?? first;
  const [from, to] = [first.from, last.to];
  // What began before it was here, or goes on when it is gone, is not its line's.
  const here = outages.until(until).filter((outage) => outage.to > from && outage.from < to);
  const within = here.map((outage) => ({ ...outage, from: Math.max(from, outage.from), to: Math.min(to, outage.to) }));
  return [
    {
      ...{ siteId, participantId, from, to },
      expectedMs: unionMs([...all, ...within]),
      outageMs: unionMs(within),
      outages: within,
    },
  ];
}
