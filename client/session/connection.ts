import type { Time } from '../../server/protocol/records.ts';
import type { Refusal } from '../../server/protocol/refusals.ts';
import type { Dismissed } from '../../server/protocol/wire.ts';

export type EndReason = Dismissed['reason'] | 'refused';

/** Where a connection stands. Only `ended` is final; everything else heals by itself. */
export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'live' }
  /** `since`: this browser's clock. `attempt` counts from 1. */
  | { readonly status: 'reconnecting'; readonly since: Time; readonly attempt: number }
  | { readonly status: 'ended'; readonly reason: EndReason; readonly refusal?: Refusal };

/** A handshake's refusal that trying again does not change. */
export function isFinal(refusal: Refusal): boolean {
  return refusal.category !== 'server' && refusal.category !== 'limit';
}

/** The wait before an attempt that socket.io does not make by itself: 300 ms doubling to 3 s. */
export function backOff(attempt: number): number {
  return Math.min(3000, 300 * 2 ** Math.max(0, attempt - 1));
}
