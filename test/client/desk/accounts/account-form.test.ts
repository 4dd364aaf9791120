import { expect, test } from 'vitest';
import { formOfAccount, standingOfForm, wrongAccountFields } from '../../../../client/desk/accounts/account-form.ts';

const form = { ...formOfAccount(undefined), username: 'lan', name: 'Lan' };

test('what is missing or wrong is named by its field', () => {
  expect(wrongAccountFields(formOfAccount(undefined))).toEqual(new Set(['username', 'name', 'roles']));
  expect(wrongAccountFields({ ...form, roles: ['operator'] })).toEqual(new Set());
  expect(wrongAccountFields({ ...form, username: 'Lan', roles: ['site', 'hostUnit'] })).toEqual(
    new Set(['username', 'siteId', 'hostUnit']),
  );
});

test('what a role does not ask for is not sent, and roles stand in one order', () => {
  const full = { ...form, siteId: 'ba-be', hostUnit: 'so-y-te' };
  expect(standingOfForm({ ...full, roles: ['auditor', 'operator'] })).toEqual({ roles: ['operator', 'auditor'] });
  expect(standingOfForm({ ...full, roles: ['hostUnit', 'site'] })).toEqual({
    roles: ['site', 'hostUnit'],
    siteId: 'ba-be',
    hostUnit: 'so-y-te',
  });
});
