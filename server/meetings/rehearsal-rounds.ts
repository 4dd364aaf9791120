import type { Booked, BookingStatus } from '../protocol/bookings.ts';
import type { SiteId } from '../protocol/ids.ts';
import type { SiteTests } from '../protocol/rehearsals.ts';
import { LINE_TEST_MS } from './rehearsal-rules.ts';

/** Where the tests by themselves stand in the course of a meeting. */
export type RoundTime = 'ahead' | 'now' | 'over';

/**
 * Codecs are tried by themselves from the preparation time on, or once the rehearsal was begun, and never after the official opening
 * (REG-5). An emergency is opened untested (REG-3).
 */
export function roundTimeOf(
  { status, booked }: { status: BookingStatus; booked: Pick<Booked, 'preparationAt' | 'startsAt' | 'emergency'> },
  now: number,
): RoundTime {
  const { preparationAt, startsAt, emergency } = booked;
  const isBefore = status === 'requested' || status === 'confirmed' || status === 'announced';
  if (emergency || now >= startsAt || !(isBefore || status === 'rehearsing')) return 'over';
  // What was found out earlier would not count.
  if (status === 'rehearsing') return now >= preparationAt - LINE_TEST_MS ? 'now' : 'ahead';
  return status !== 'requested' && now >= preparationAt ? 'now' : 'ahead';
}

/** An invited site, as it is now. */
export interface Candidate {
  siteId: SiteId;
  tests: SiteTests;
  /** It has a codec that can be found. */
  canBeCalled: boolean;
  /** In a call, in a meeting, or being called. */
  isBusy: boolean;
  /** Since when its codec is registered without a gap. */
  registeredSince?: number | undefined;
  /** When it was last seen to leave a meeting. */
  leftAt?: number | undefined;
  /** When it was last tried by itself. */
  triedAt?: number | undefined;
}

/** Whether a codec's line is still to be tried: none that was good is called once more. */
export function isLeft({ tests, canBeCalled }: Pick<Candidate, 'tests' | 'canBeCalled'>): boolean {
  return canBeCalled && !tests.line?.ok;
}

/**
 * Whom to call, in this order: who was never tried, then who has waited longest. One whose test failed is tried again once that is
 * so long ago, or once it registered anew or left a meeting; whoever is in a call is never called.
 */
export function dueSites(
  candidates: readonly Candidate[],
  { now, retryMs }: { now: number; retryMs: number },
): SiteId[] {
  const due = candidates.flatMap((one) => {
    const last = Math.max(one.tests.line?.at ?? 0, one.triedAt ?? 0);
    const isAnew = (one.registeredSince ?? 0) > last || (one.leftAt ?? 0) > last;
    const isDue = isLeft(one) && !one.isBusy && (last === 0 || isAnew || now - last >= retryMs);
    return isDue ? [{ siteId: one.siteId, last }] : [];
  });
  return due.sort((a, b) => a.last - b.last).map(({ siteId }) => siteId);
}
