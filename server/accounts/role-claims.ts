import type { AccountRole } from '../protocol/accounts.ts';

/** What the province's sign-in can give: a site and a host unit are named here alone. */
const GIVEN = ['administrator', 'operator', 'chair', 'auditor'] as const satisfies AccountRole[];
export type RoleMap = ReadonlyMap<string, AccountRole>;

/** Where the province signs its people in (OpenID Connect Core 1.0), and which of its roles are which of ours. */
export interface SingleSignOn {
  issuer: URL;
  clientId: string;
  clientSecret: string;
  /** Its name, or the way to it: `realm_access.roles`. */
  roleClaim: string;
  roles: RoleMap;
}

/** `value=role,value=role`; undefined where it is not that. */
export function parseRoleMap(text: string): RoleMap | undefined {
  const map = new Map<string, AccountRole>();
  for (const pair of text.split(',')) {
    const [, value, name] = /^\s*([^=]+?)\s*=\s*(\w+)\s*$/.exec(pair) ?? [];
    const role = GIVEN.find((given) => given === name);
    if (value === undefined || role === undefined) return undefined;
    map.set(value, role);
  }
  return map;
}

/** The claim may lie deeper (`realm_access.roles`), be one value or a list of them; what the map does not know gives nothing. */
export function rolesOfClaims(claims: unknown, claim: string, map: RoleMap): AccountRole[] {
  let found = claims;
  for (const key of claim.split('.')) {
    found =
      typeof found === 'object' && found !== null ? Object.entries(found).find(([k]) => k === key)?.[1] : undefined;
  }
  const values = Array.isArray(found) ? found : [found];
  const roles = values.flatMap((value) => (typeof value === 'string' ? (map.get(value) ?? []) : []));
  return GIVEN.filter((role) => roles.includes(role));
}

/** A name of user out of what the province calls someone; '' where nothing of it can be one. */
export function usernameOfClaim(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase();
  return plain
    .replace(/@.*$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 60);
}
