import { z } from 'zod';
import { parseRoleMap, type SingleSignOn } from '../accounts/role-claims.ts';
import { describe, fail } from './setting.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const issuerSchema = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))) return url;
  return fail(context);
});
const rolesSchema = z.string().transform((text, context) => {
  return parseRoleMap(text) ?? fail(context);
});

export const SINGLE_SIGN_ON_SETTINGS = {
  OIDC_ISSUER: describe(issuerSchema.optional(), {
    vi: 'Nơi đăng nhập một lần của tỉnh (OpenID Connect)',
    en: 'The single sign-on of the province (OpenID Connect)',
    allowed: 'https://HOST[/PATH]',
  }),
  OIDC_CLIENT_ID: describe(z.string().min(1).max(200).optional(), {
    vi: 'Mã ứng dụng của ta tại đó; địa chỉ trả về là /api/single-sign-on/back',
    en: 'Our client id there; the redirect URI is /api/single-sign-on/back',
    allowed: 'TEXT',
  }),
  OIDC_CLIENT_SECRET: describe(z.string().min(1).max(500).optional(), {
    vi: 'Khóa bí mật của ứng dụng đó',
    en: 'The secret of that client',
    allowed: 'TEXT',
  }),
  OIDC_ROLE_CLAIM: describe(z.string().min(1).max(200).default('roles'), {
    vi: 'Thông tin (claim) mang vai trò; mặc định roles',
    en: 'The claim that carries the roles; roles by default',
    allowed: 'NAME[.NAME]',
  }),
  OIDC_ROLES: describe(rolesSchema.optional(), {
    vi: 'Giá trị nào là vai trò nào',
    en: 'Which value is which role',
    allowed: 'VALUE=administrator|operator|chair|auditor,…',
  }),
};

type Values = {
  [K in keyof typeof SINGLE_SIGN_ON_SETTINGS]?: z.output<(typeof SINGLE_SIGN_ON_SETTINGS)[K]['schema']>;
};
type Needed = 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET' | 'OIDC_ROLES';

/** What an issuer needs beside itself and was not given. */
export function missingForSignOn(values: Values): Needed[] {
  if (!values.OIDC_ISSUER) return [];
  return (['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLES'] as const).filter((key) => !values[key]);
}

export function singleSignOnOf(values: Values): SingleSignOn | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = values;
  const { OIDC_ROLES: roles, OIDC_ROLE_CLAIM: roleClaim = 'roles' } = values;
  return issuer && clientId && clientSecret && roles ? { issuer, clientId, clientSecret, roleClaim, roles } : undefined;
}
