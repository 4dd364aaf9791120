import type { AccountRole } from '../protocol/accounts.ts';

/** What is done at the desk and by a site outside a meeting. Inside one, `server/room/policy.ts` says who may what. */
export type DeskVerb = keyof typeof TABLE;

/**
 * Who may do what: one row for each act, the roles that may. The server asks it before every act, and the client before it
 * shows one. A site's device stands in the column `site`. REG-14: nobody at a site changes anything.
 */
const TABLE = {
  manageAccounts: ['administrator'],
  /** Give access tokens to programs, and take them back. */
  managePrograms: ['administrator'],
  readAudit: ['administrator', 'auditor'],
  /** Open, prepare, invite, give out links, enter as operator. */
  runMeetings: ['operator'],
  /** A host unit its own ones alone (REG-1). */
  requestMeetings: ['operator', 'hostUnit'],
  readMeetings: ['administrator', 'operator', 'chair', 'auditor'],
  readMeetingLog: ['operator', 'auditor'],
  readAllReports: ['administrator', 'operator', 'auditor'],
  /** A host unit of its own meetings alone (REG-20). */
  readReports: ['administrator', 'operator', 'auditor', 'hostUnit'],
  preside: ['chair'],
  /** Enter the meetings that the site is invited to. */
  attend: ['site'],
  readDirectory: ['administrator', 'operator', 'auditor'],
  /** How every line is and was, in a meeting and after it (REG-17). */
  readLines: ['administrator', 'operator', 'auditor'],
  changeDirectory: ['administrator', 'operator'],
  enrolDevices: ['administrator', 'operator'],
  liftBans: ['administrator', 'operator'],
  seeRecordings: ['operator', 'auditor'],
  /** Who may what with one of them is the table in `server/recordings/policy.ts`. */
  keepRecordings: ['operator'],
} as const satisfies Record<string, readonly AccountRole[]>;

export function mayAtDesk(roles: readonly AccountRole[], verb: DeskVerb): boolean {
  const allowed: readonly AccountRole[] = TABLE[verb];
  return roles.some((role) => allowed.includes(role));
}

interface Administrated {
  roles: readonly AccountRole[];
  disabledAt?: number | undefined;
}

/** Whether somebody is left who can administer: else nobody could ever make one. */
export function hasAdministrator(accounts: readonly Administrated[]): boolean {
  return accounts.some(({ roles, disabledAt }) => disabledAt === undefined && mayAtDesk(roles, 'manageAccounts'));
}
