import { z } from 'zod';
import { organisationIdSchema } from './directory.ts';
import { siteIdSchema } from './ids.ts';
import { nameSchema, timeSchema } from './records.ts';

/**
 * The accounts, under `/api` as `protocol/http.ts` says it. Who may is the table in `server/accounts/policy.ts`.
 *
 *   GET    /accounts                       → { accounts: AccountSummary[] } by name of user
 *   POST   /accounts          AddAccount   → OneTimePassword, told once; 409 `accountExists`
 *   PATCH  /accounts/:name    ChangeAccount → AccountSummary; 404 `accountUnknown`, 409 `lastAdministrator`
 *   POST   /accounts/:name/password        → OneTimePassword; every session of it ends
 *   DELETE /accounts/:name/lock            → AccountSummary
 *   DELETE /accounts/:name/totp            → AccountSummary  who lost telephone and recovery codes
 *   GET    /accounts/:name/sessions        → { sessions: OpenSession[] }
 *   DELETE /accounts/:name/sessions        → {}
 *
 * One's own, for whoever is signed in:
 *
 *   GET    /own/sessions                   → { sessions: OpenSession[] } last used first
 *   DELETE /own/sessions/:id               → {}           404 `sessionUnknown`
 *   POST   /own/totp          Reauthenticate → TotpOffer  409 `totpIsOn`
 *   PUT    /own/totp          TotpCode     → RecoveryCodes, told once; the session gets another token
 *   DELETE /own/totp          Reauthenticate → {}         likewise
 *
 *   GET    /sign-in                        → SignInWays
 *   GET    /single-sign-on                 → the province's sign-in page, which leads back to
 *   GET    /single-sign-on/back            → the desk
 */
export const usernameSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
export const passwordSchema = z.string().min(1).max(256);

/** An account may have several. `site` and `hostUnit` name whose (REG-15, REG-19). */
export const ACCOUNT_ROLES = ['administrator', 'operator', 'chair', 'site', 'hostUnit', 'auditor'] as const;
export const accountRoleSchema = z.enum(ACCOUNT_ROLES);
const rolesSchema = z
  .array(accountRoleSchema)
  .min(1)
  .refine((roles) => new Set(roles).size === roles.length);

const standingFields = {
  roles: rolesSchema,
  siteId: siteIdSchema.optional(),
  /** A host unit of the directory. */
  hostUnit: organisationIdSchema.optional(),
};
/** A site's account names its site, a host unit's its unit. */
function isComplete({ roles, siteId, hostUnit }: { roles: AccountRole[]; siteId?: unknown; hostUnit?: unknown }) {
  return (!roles.includes('site') || siteId !== undefined) && (!roles.includes('hostUnit') || hostUnit !== undefined);
}
export const addAccountSchema = z
  .strictObject({ username: usernameSchema, name: nameSchema, ...standingFields })
  .refine(isComplete, { path: ['roles'] });
/** The roles come with what they name; what is absent stays. */
export const changeAccountSchema = z.strictObject({
  name: nameSchema.optional(),
  standing: z
    .strictObject(standingFields)
    .refine(isComplete, { path: ['roles'] })
    .optional(),
  disabled: z.boolean().optional(),
});
export const accountSummarySchema = z.object({
  username: usernameSchema,
  name: z.string(),
  ...standingFields,
  createdAt: timeSchema,
  passwordChangeRequired: z.boolean(),
  disabled: z.boolean(),
  lockedUntil: timeSchema.optional(),
  totp: z.boolean(),
  /** Known to the province's single sign-on. */
  singleSignOn: z.boolean(),
  lastUsedAt: timeSchema.optional(),
});
export const oneTimePasswordSchema = z.object({ username: usernameSchema, password: z.string() });

/** `code` of the telephone's app (RFC 6238), or one of the recovery codes; asked for by `codeRequired`. */
export const signInSchema = z.strictObject({
  username: usernameSchema,
  password: passwordSchema,
  code: z.string().min(6).max(32).optional(),
});
export const signInWaysSchema = z.object({ singleSignOn: z.boolean() });
/** At least 12 characters (NIST SP 800-63B 5.1.1 asks for 8; no composition rules). */
export const changePasswordSchema = z.strictObject({ password: passwordSchema, newPassword: passwordSchema });
export const sessionSchema = z.object({
  username: usernameSchema,
  name: z.string(),
  roles: rolesSchema,
  passwordChangeRequired: z.boolean(),
  totp: z.boolean(),
  /** Codes that are left; absent without TOTP. */
  recoveryCodes: z.number().int().nonnegative().optional(),
  /** Has a password here; who comes by single sign-on alone has none. */
  hasPassword: z.boolean(),
});
export const openSessionSchema = z.object({
  sessionId: z.string(),
  openedAt: timeSchema,
  lastUsedAt: timeSchema,
  ip: z.string(),
  userAgent: z.string(),
  /** The one that asks. */
  current: z.boolean(),
});

export const reauthenticateSchema = z.strictObject({ password: passwordSchema });
/** `secret` in base32 (RFC 4648 6), for typing; `uri` for the picture that a telephone reads. */
export const totpOfferSchema = z.object({ secret: z.string(), uri: z.string() });
export const totpCodeSchema = z.strictObject({ code: z.string().regex(/^\d{6}$/) });
export const recoveryCodesSchema = z.object({ codes: z.array(z.string()) });

export type AccountRole = z.infer<typeof accountRoleSchema>;
export type AddAccount = z.infer<typeof addAccountSchema>;
export type ChangeAccount = z.infer<typeof changeAccountSchema>;
export type AccountSummary = z.infer<typeof accountSummarySchema>;
export type OneTimePassword = z.infer<typeof oneTimePasswordSchema>;
export type SignInWays = z.infer<typeof signInWaysSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type OpenSession = z.infer<typeof openSessionSchema>;
export type TotpOffer = z.infer<typeof totpOfferSchema>;
