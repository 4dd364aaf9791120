import { expect, test } from 'vitest';
import { parseRoleMap, rolesOfClaims, usernameOfClaim } from '../../../server/accounts/role-claims.ts';

const map = new Map([
  ['ky thuat', 'operator'],
  ['it', 'administrator'],
] as const);

test('values become roles, and what a province may not give is no map', () => {
  expect(parseRoleMap('ky thuat=operator, it = administrator')).toEqual(map);
  for (const wrong of ['', 'it', 'it=king', 'it=site', 'it=operator,,']) expect(parseRoleMap(wrong)).toBeUndefined();
});

test('a claim is one value or several, and may lie deeper', () => {
  expect(rolesOfClaims({ roles: ['x', 'ky thuat', 'it'] }, 'roles', map)).toEqual(['administrator', 'operator']);
  expect(rolesOfClaims({ role: 'it' }, 'role', map)).toEqual(['administrator']);
  expect(rolesOfClaims({ realm_access: { roles: ['it'] } }, 'realm_access.roles', map)).toEqual(['administrator']);
  for (const claims of [{}, { roles: 7 }, { roles: null }, null])
    expect(rolesOfClaims(claims, 'roles', map)).toEqual([]);
});

test('a name of user is made of what the province has', () => {
  expect(usernameOfClaim('Đặng.Văn Lân@tinh.gov.vn')).toBe('dang.van-lan');
  expect(usernameOfClaim('@')).toBe('');
});
