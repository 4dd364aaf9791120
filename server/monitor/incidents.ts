import type { ParticipantId } from '../protocol/ids.ts';
import type { Incident } from '../protocol/incidents.ts';
import type { LineState, Reason } from '../protocol/lines.ts';
import { rankOf } from './hysteresis.ts';

/** A line that has failed for so long is an incident; so long is waited for others of its carrier. */
const OPENS_MS = 5_000;
/** So long all of its lines must work again. */
const ENDS_MS = 10_000;
/** A line that fails so soon after others of its carrier belongs to the same event. */
const SAME_EVENT_MS = 60_000;

/** What is remembered of a room's incidents. */
export interface Watch {
  /** Lines that fail and are in no incident yet. */
  failing: ReadonlyMap<ParticipantId, { since: number; reason: Reason }>;
  open: readonly (Incident & { worksSince?: number })[];
}

export const NOTHING_WATCHED: Watch = { failing: new Map(), open: [] };

export interface Lines {
  /** Those of the room's that are not good: any other works, or is gone. */
  lines: ReadonlyMap<ParticipantId, LineState>;
  carrierOf(id: ParticipantId): string | undefined;
}

/**
 * Opens, widens and ends incidents as lines fail and work again; pure. Several lines of one carrier that fail at about
 * the same time are one incident. A strained line is none.
 * @param newId of the n-th incident that is opened now
 * @returns the incidents that were opened, got one more line, or ended
 */
export function watchIncidents(
  before: Watch,
  { lines, carrierOf }: Lines,
  at: number,
  newId: (n: number) => string,
): { watch: Watch; changed: Incident[] } {
  const fails = (id: ParticipantId) => rankOf(lines.get(id)?.level ?? 'good') >= rankOf('poor');
  const changed: Incident[] = [];
  const open: Watch['open'][number][] = [];
  for (const { worksSince, ...incident } of before.open) {
    const since = incident.participantIds.some(fails) ? undefined : (worksSince ?? at);
    if (since !== undefined && at - since >= ENDS_MS) {
      changed.push({ ...incident, endedAt: since });
    } else open.push({ ...incident, ...(since === undefined ? {} : { worksSince: since }) });
  }
  const failing = new Map<ParticipantId, { since: number; reason: Reason }>();
  for (const [id, { reasons }] of lines) {
    const [reason] = reasons;
    if (!reason || !fails(id) || open.some((incident) => incident.participantIds.includes(id))) continue;
    const known = before.failing.get(id);
    failing.set(id, { since: known?.since ?? at, reason });
  }
  for (const id of [...failing.keys()]) {
    const carrier = carrierOf(id);
    const event = open.findIndex((one) => isSameEvent(one, carrier, carrierOf, at));
    if (event < 0 || carrier === undefined) continue;
    failing.delete(id);
    const widened = widen(open[event], id, carrier);
    if (!widened) continue;
    open[event] = widened;
    changed.push(widened);
  }
  for (const incident of ripe(failing, carrierOf, at, newId)) {
    for (const id of incident.participantIds) failing.delete(id);
    open.push(incident);
    changed.push(incident);
  }
  return { watch: { failing, open }, changed };
}

function isSameEvent(
  { openedAt, participantIds }: Incident,
  carrier: string | undefined,
  carrierOf: Lines['carrierOf'],
  at: number,
): boolean {
  const [first] = participantIds;
  return carrier !== undefined && first !== undefined && carrierOf(first) === carrier && at - openedAt < SAME_EVENT_MS;
}

/** It goes on: that its other lines work again counts anew. */
function widen(incident: Watch['open'][number] | undefined, id: ParticipantId, carrier: string) {
  if (!incident) return undefined;
  const { worksSince: _past, ...rest } = incident;
  return { ...rest, carrierId: carrier, participantIds: [...rest.participantIds, id] };
}

/** By carrier; a line of no known carrier is its own event. */
function ripe(
  failing: Watch['failing'],
  carrierOf: Lines['carrierOf'],
  at: number,
  newId: (n: number) => string,
): Incident[] {
  const groups = Map.groupBy(failing.keys(), (id) => {
    const carrier = carrierOf(id);
    return carrier === undefined ? `line ${id}` : `carrier ${carrier}`;
  });
  const incidents: Incident[] = [];
  for (const ids of groups.values()) {
    const ordered = ids.sort((a, b) => sinceOf(failing, a) - sinceOf(failing, b));
    const [first] = ordered;
    const known = first === undefined ? undefined : failing.get(first);
    if (first === undefined || !known || at - known.since < OPENS_MS) continue;
    const carrier = ordered.length > 1 ? carrierOf(first) : undefined;
    incidents.push({
      id: newId(incidents.length),
      kind: 'line',
      participantIds: ordered,
      ...(carrier === undefined ? {} : { carrierId: carrier }),
      reason: known.reason,
      openedAt: known.since,
      told: [],
    });
  }
  return incidents;
}

function sinceOf(failing: Watch['failing'], id: ParticipantId): number {
  return failing.get(id)?.since ?? 0;
}
