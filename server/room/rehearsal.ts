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

/** Both come out of one schema, which puts their fields into one order. */
function isSame(one: object | undefined, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
