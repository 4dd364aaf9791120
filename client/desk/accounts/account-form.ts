import {
  ACCOUNT_ROLES,
  type AccountRole,
  type AccountSummary,
  usernameSchema,
} from '../../../server/protocol/accounts.ts';
import { nameSchema } from '../../../server/protocol/records.ts';

/** What stands in the fields. */
export interface AccountForm {
  username: string;
  name: string;
  roles: AccountRole[];
  siteId: string;
  hostUnit: string;
}
export type AccountField = keyof AccountForm;

export function formOfAccount(account: AccountSummary | undefined): AccountForm {
  const { username = '', name = '', roles = [], siteId = '', hostUnit = '' } = account ?? {};
  return { username, name, roles: [...roles], siteId, hostUnit };
}

export function wrongAccountFields({ username, name, roles, siteId, hostUnit }: AccountForm): Set<AccountField> {
  const wrong = new Set<AccountField>();
  if (!usernameSchema.safeParse(username).success) wrong.add('username');
  if (!nameSchema.safeParse(name).success) wrong.add('name');
  if (roles.length === 0) wrong.add('roles');
  if (roles.includes('site') && siteId === '') wrong.add('siteId');
  if (roles.includes('hostUnit') && hostUnit === '') wrong.add('hostUnit');
  return wrong;
}

/** In the table's order, and without what the roles do not ask for. */
export function standingOfForm({ roles, siteId, hostUnit }: AccountForm) {
  return {
    roles: ACCOUNT_ROLES.filter((role) => roles.includes(role)),
    ...(roles.includes('site') ? { siteId } : {}),
    ...(roles.includes('hostUnit') ? { hostUnit } : {}),
  };
}
