import { type DeskVerb, mayAtDesk } from '../../server/accounts/policy.ts';
import type { AccountRole } from '../../server/protocol/accounts.ts';
import { DESK_SECTIONS, type DeskSection } from '../routes.ts';

/** What each section is for: it is shown to whom the table lets do any of that. One's own account is everyone's. */
const VERBS: Record<DeskSection, readonly DeskVerb[] | null> = {
  meetings: ['readMeetings'],
  schedule: ['readMeetings', 'requestMeetings'],
  reports: ['readReports'],
  sites: ['readDirectory'],
  organisations: ['readDirectory'],
  devices: ['enrolDevices'],
  banned: ['liftBans'],
  accounts: ['manageAccounts'],
  programs: ['managePrograms', 'runMeetings'],
  audit: ['readAudit'],
  own: null,
};

/** In the order in which they are shown; the first is where the desk opens. */
export function sectionsFor(roles: readonly AccountRole[]): DeskSection[] {
  return DESK_SECTIONS.filter((section) => {
    const verbs = VERBS[section];
    return verbs === null || verbs.some((verb) => mayAtDesk(roles, verb));
  });
}
