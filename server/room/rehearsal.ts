import { type Lack, REHEARSAL_ITEMS, type SiteRehearsal, TEST_PARTS } from '../protocol/rehearsals.ts';
import { accept, type Rule } from './decision.ts';
import type { SystemCommand } from './system-commands.ts';

type Of<V extends SystemCommand['verb']> = Extract<SystemCommand, { verb: V }>;

/** The rehearsal of the booked meeting whose room this is (REG-5), as the desk tells it. What is known changes nothing. */
export const rehearsalRules = {
  prepareRehearsal: ({ rehearsal }, { bookingId, startsAt, dueAt }) => {
    const isKnown = rehearsal?.bookingId === bookingId && rehearsal.startsAt === startsAt && rehearsal.dueAt === dueAt;
    return isKnown ? accept() : accept({ type: 'rehearsalPrepared', bookingId, startsAt, dueAt });
  },
  recordRehearsal: ({ rehearsal }, { site }) => {
    if (!rehearsal || isSame(rehearsal.sites[site.siteId], site)) return accept();
    return accept({ type: 'siteRehearsed', site });
  },
  fallDue: ({ rehearsal }, { lacking }) =>
    !rehearsal || rehearsal.lacking ? accept() : accept({ type: 'rehearsalFellDue', lacking }),
} satisfies { [V in SystemCommand['verb']]?: Rule<Of<V>> };

/** A site of which nothing is known yet. */
export function noRehearsal(siteId: string): SiteRehearsal {
  return { siteId, tests: {}, rehearsal: { ticked: [] }, closing: { ticked: [] } };
}

/** What a site lacks to be ready (REG-5, REG-6): whatever was not tried, or failed; the checklist; the signature. */
export function lacksOf({ tests, rehearsal }: SiteRehearsal): Lack[] {
  const lacks: Lack[] = TEST_PARTS.filter((part) => !tests[part]?.ok);
  if (!isComplete(rehearsal, REHEARSAL_ITEMS)) lacks.push('checklist');
  if (!rehearsal.signed) lacks.push('signature');
  return lacks;
}

export interface List {
  ticked: readonly string[];
  note?: string | undefined;
}

/** Everything is ticked, or it is said what is not as it should be. */
export function isComplete({ ticked, note }: List, items: readonly string[]): boolean {
  return (note ?? '') !== '' || items.every((item) => ticked.includes(item));
}

/** Both come out of one schema, which puts their fields into one order. */
function isSame(one: object | undefined, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
