import { z } from 'zod';
import { organisationIdSchema } from './directory.ts';
import { nameSchema, timeSchema } from './records.ts';

/**
 * Access tokens of programs that use the interface under `/api/v1` (`server/api/v1/operations.ts`), as an administrator
 * gives them out at the desk.
 *
 *   GET    /api/tokens              → { tokens: TokenSummary[] } newest first, the revoked ones too
 *   POST   /api/tokens   IssueToken → IssuedToken, whose `token` is told once; 409 `tokenNameTaken`
 *   DELETE /api/tokens/:id          → {} 404 `tokenUnknown`
 */
export const SCOPES = [
  ...(['bookings:read', 'bookings:write', 'bookings:confirm'] as const),
  ...(['sites:read', 'sites:write', 'meetings:read', 'recordings:read'] as const),
] as const;
export const scopeSchema = z.enum(SCOPES);
/** What a token of one host unit may be good for: the rest is the office's. */
const UNIT_SCOPES: readonly Scope[] = ['bookings:read', 'bookings:write'];

const tokenFields = {
  name: nameSchema,
  scopes: z
    .array(scopeSchema)
    .min(1)
    .refine((scopes) => new Set(scopes).size === scopes.length),
  /** Good for the meetings of this host unit alone. */
  hostUnit: organisationIdSchema.optional(),
};
export const issueTokenSchema = z
  .strictObject({ ...tokenFields, validDays: z.number().int().min(1).max(730).default(365) })
  .refine(({ scopes, hostUnit }) => hostUnit === undefined || scopes.every((scope) => UNIT_SCOPES.includes(scope)), {
    path: ['scopes'],
  });
export const tokenSummarySchema = z.object({
  tokenId: z.string(),
  ...tokenFields,
  issuedAt: timeSchema,
  issuedBy: z.string(),
  expiresAt: timeSchema,
  revokedAt: timeSchema.optional(),
  /** To five minutes. */
  lastUsedAt: timeSchema.optional(),
  lastIp: z.string().optional(),
});
export const issuedTokenSchema = tokenSummarySchema.extend({ token: z.string() });

export type Scope = z.infer<typeof scopeSchema>;
export type IssueToken = z.infer<typeof issueTokenSchema>;
export type TokenSummary = z.infer<typeof tokenSummarySchema>;
export type IssuedToken = z.infer<typeof issuedTokenSchema>;

/** What a token of a host unit cannot be given. */
export function isForUnits(scope: Scope): boolean {
  return UNIT_SCOPES.includes(scope);
}
