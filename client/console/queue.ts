import type { FloorRequest, RoomState, Time } from '../../server/protocol/records.ts';
import { isPending } from '../../server/room/state.ts';

export const FLOOR_STEPS = ['requested', 'forwarded', 'decided', 'speaking'] as const;
export type FloorStep = (typeof FLOOR_STEPS)[number];

/** A speech request as the queue shows it (REG-9). */
export interface QueueRow {
  request: FloorRequest;
  /** When each step was taken; undefined where it was not. */
  steps: Record<FloorStep, Time | undefined>;
  /** Since when it stands where it stands. */
  since: Time;
  /** Set where it is over. */
  until: Time | undefined;
}

const RANK: Record<FloorRequest['status'], number> = {
  speaking: 0,
  forwarded: 1,
  requested: 2,
  finished: 3,
  declined: 3,
  withdrawn: 3,
};

function rowOf(request: FloorRequest): QueueRow {
  const { status, requestedAt, forwardedAt, decidedAt, speakingAt, finishedAt } = request;
  const since = status === 'requested' ? requestedAt : status === 'forwarded' ? forwardedAt : speakingAt;
  return {
    request,
    steps: { requested: requestedAt, forwarded: forwardedAt, decided: decidedAt, speaking: speakingAt },
    since: since ?? requestedAt,
    until: finishedAt,
  };
}

/** Who speaks, then what the chair has before it, then what waits for the operator; each as they came. */
export function waitingRows(room: RoomState): QueueRow[] {
  return room.requests
    .filter(isPending)
    .sort((a, b) => RANK[a.status] - RANK[b.status] || a.requestedAt - b.requestedAt)
    .map(rowOf);
}

/** What is over, the latest first. */
export function closedRows(room: RoomState, most: number): QueueRow[] {
  return room.requests
    .filter((request) => !isPending(request))
    .sort((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0))
    .slice(0, most)
    .map(rowOf);
}

/** What the keys act on: the first to forward, the first to grant, the first who speaks. */
export function firstOf(rows: readonly QueueRow[]): {
  forward: FloorRequest | undefined;
  grant: FloorRequest | undefined;
  finish: FloorRequest | undefined;
} {
  const first = (status: FloorRequest['status']) => rows.find(({ request }) => request.status === status)?.request;
  return { forward: first('requested'), grant: first('forwarded') ?? first('requested'), finish: first('speaking') };
}
