import type { Booked, BookingStatus, DeskSettings } from '../protocol/bookings.ts';
import type { EndedLineTest } from '../protocol/line-tests.ts';
import {
  CLOSING_ITEMS,
  type Phase,
  REHEARSAL_ITEMS,
  type SaveChecklist,
  type SiteRehearsal,
  type SiteTested,
  type SiteTests,
} from '../protocol/rehearsals.ts';
import { isComplete, type List } from '../room/rehearsal.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The closing list may be signed on the day after. */
const CLOSING_MS = DAY_MS;
/** A site's page shows what comes so long ahead: its equipment may be checked the day before. */
const AHEAD_MS = 2 * DAY_MS;
/** A line that was tried earlier than this before the preparation is another line by now. */
export const LINE_TEST_MS = DAY_MS;
/** Below it, a tone that came back or a microphone in a quiet room is nothing that anyone would hear; dBov. */
const AUDIBLE_DB = -55;
/** ITU-T G.114: above 400 ms one way is not acceptable. */
const MOST_DELAY_MS = 400;
const BAD_LEVELS: readonly string[] = ['poor', 'down'];

/** REG-5: no later than so long before the opening. */
export function dueAtOf({ startsAt }: Pick<Booked, 'startsAt'>, { rehearsalMinutes }: DeskSettings): number {
  return startsAt - rehearsalMinutes * MINUTE_MS;
}

/** Which list a site goes through now: the one before the meeting, until it ends; the one at its end, for a day. */
export function phaseOf(booking: { status: BookingStatus; preparationAt: number; endsAt: number }, now: number) {
  const { status, preparationAt, endsAt } = booking;
  const isOver = status === 'closed' || status === 'reported';
  if (isOver) return now < endsAt + CLOSING_MS ? ('closing' as const) : undefined;
  if (status === 'cancelled' || status === 'requested') return undefined;
  return now >= preparationAt - AHEAD_MS ? ('rehearsal' as const) : undefined;
}

/**
 * The list as it is saved, or the field that is wrong: who signs has ticked everything, or says what is not as it should be. What
 * is changed after a signature is not signed any more.
 */
export function saveChecklist(
  before: SiteRehearsal,
  wanted: SaveChecklist,
  { at, by }: { at: number; by: string },
): SiteRehearsal | { wrong: 'note' | 'ticked' } {
  const { phase, signedBy, ticked, note } = wanted;
  if (new Set(ticked).size !== ticked.length) return { wrong: 'ticked' };
  const items = phase === 'rehearsal' ? REHEARSAL_ITEMS : CLOSING_ITEMS;
  const list = { ticked: items.filter((item) => (ticked as readonly string[]).includes(item)), ...noteOf(note) };
  if (signedBy !== undefined && !isComplete(list, items)) return { wrong: 'note' };
  const signed = signedBy === undefined ? keptSignature(before, phase, list) : { name: signedBy, at, by };
  return { ...before, [phase]: { ...list, ...(signed ? { signed } : {}) } };
}

/** What the site's own page has tried. */
export function withTested(before: SiteRehearsal, tested: SiteTested, at: number): SiteRehearsal {
  const by = 'site' as const;
  if (tested.part === 'picture') {
    const { width, height, dark } = tested;
    const ok = width > 0 && height > 0 && !dark;
    return { ...before, tests: { ...before.tests, picture: { at, ok, by, width, height } } };
  }
  const { levelDb, delayMs } = tested;
  const ok = levelDb !== undefined && levelDb >= AUDIBLE_DB && (delayMs ?? 0) <= MOST_DELAY_MS;
  const figures = { ...(levelDb === undefined ? {} : { levelDb }), ...(delayMs === undefined ? {} : { delayMs }) };
  return { ...before, tests: { ...before.tests, sound: { at, ok, by, ...figures } } };
}

/** What the server sees of a site that is in the meeting's room. */
export interface Seen {
  way: 'browser' | 'call';
  /** Of its microphone, also behind a closed gate; dBov. */
  levelDb?: number | undefined;
  roundTripMs?: number | undefined;
  /** Its picture comes. */
  picture: boolean;
}

/** What is good already stays as it is: nobody wants to read a line a second. */
export function withSeen(before: SiteRehearsal, seen: Seen, at: number): SiteRehearsal {
  const { way, levelDb, roundTripMs, picture } = seen;
  const by = 'centre' as const;
  const here: SiteTests = { reach: { at, ok: true, way }, join: { at, ok: true, way } };
  if (roundTripMs !== undefined && here.reach) here.reach.roundTripMs = Math.round(roundTripMs);
  if (levelDb !== undefined && levelDb >= AUDIBLE_DB && (roundTripMs ?? 0) / 2 <= MOST_DELAY_MS) {
    const delay = roundTripMs === undefined ? {} : { delayMs: Math.round(roundTripMs) };
    here.sound = { at, ok: true, by, levelDb: Math.round(levelDb), ...delay };
  }
  if (picture) here.picture = { at, ok: true, by };
  const good = Object.fromEntries(Object.entries(before.tests).filter(([, part]) => part?.ok));
  const tests = { ...before.tests, ...here, ...good };
  return isUnchanged(tests, before.tests) ? before : { ...before, tests };
}

/** Capacity as the directory has it. */
export interface Capacity {
  upKbps?: number | undefined;
  downKbps?: number | undefined;
}

/**
 * The last test of the site's line, where it is new and of these days. It has reached the site and been answered, so those parts
 * are known as well.
 */
export function withLineTest(
  before: SiteRehearsal,
  test: EndedLineTest | undefined,
  capacity: Capacity,
  { preparationAt }: { preparationAt: number },
): SiteRehearsal {
  if (!test || test.startedAt < preparationAt - LINE_TEST_MS || (before.tests.line?.at ?? 0) >= test.endedAt) {
    return before;
  }
  // Nothing was found out.
  if (test.status === 'failed' && (test.failure === 'stopped' || test.failure === 'interrupted')) return before;
  const { endedAt: at, testId, by } = test;
  const way = test.way === 'codec' ? ('call' as const) : ('browser' as const);
  const limits = limitsOf(capacity);
  if (test.status === 'failed') {
    const reach = test.failure === 'call' ? { reach: { at, ok: false, way } } : {};
    return { ...before, tests: { ...before.tests, ...reach, line: { at, ok: false, testId, by, ...limits } } };
  }
  const { level, up, down, roundTripMs, advice, seen } = test.result;
  const ok = !BAD_LEVELS.includes(level) && !advice.some((one) => one.advice === 'belowCapacity');
  const trip = roundTripMs === undefined ? {} : { roundTripMs: Math.round(roundTripMs) };
  const line = {
    ...{ at, ok, testId, by, level },
    ...(up.kbps === undefined ? {} : { upKbps: Math.round(up.kbps) }),
    ...(down.kbps === undefined ? {} : { downKbps: Math.round(down.kbps) }),
    ...limits,
  };
  const join = before.tests.join?.ok ? before.tests.join : { at, ok: true, way };
  const after = { ...before, tests: { ...before.tests, reach: { at, ok: true, way, ...trip }, join, line } };
  // A room may be silent and dark while nobody is there: only what is good is known of it.
  return seen ? withLoop(withSeen(after, { way, ...seen, roundTripMs }, at), { ...seen, roundTripMs }, at) : after;
}

/** Its own sound came back to it, which says more than that it was heard; a silent room says nothing. */
function withLoop(
  before: SiteRehearsal,
  {
    levelDb,
    centreMs,
    roundTripMs = 0,
  }: { levelDb?: number | undefined; centreMs?: number | undefined; roundTripMs?: number | undefined },
  at: number,
): SiteRehearsal {
  if (centreMs === undefined || levelDb === undefined || levelDb < AUDIBLE_DB) return before;
  const delayMs = Math.round(roundTripMs + centreMs);
  const sound = { at, ok: delayMs / 2 <= MOST_DELAY_MS, by: 'centre', levelDb: Math.round(levelDb), delayMs } as const;
  return { ...before, tests: { ...before.tests, sound: { ...sound, loop: true } } };
}

function limitsOf({ upKbps, downKbps }: Capacity) {
  if (upKbps === undefined && downKbps === undefined) return {};
  const capacity = { ...(upKbps === undefined ? {} : { upKbps }), ...(downKbps === undefined ? {} : { downKbps }) };
  return { capacity };
}

function noteOf(note: string | undefined): { note?: string } {
  return note ? { note } : {};
}

function keptSignature(before: SiteRehearsal, phase: Phase, { ticked, note }: List) {
  const was = before[phase];
  const isSame = was.note === note && isUnchanged(was.ticked, ticked);
  return isSame ? was.signed : undefined;
}

function isUnchanged(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
