import { z } from 'zod';
import {
  type AccountSummary,
  type AddAccount,
  accountSummarySchema,
  type ChangeAccount,
  type OneTimePassword,
  type OpenSession,
  oneTimePasswordSchema,
  openSessionSchema,
  recoveryCodesSchema,
  signInWaysSchema,
  type TotpOffer,
  totpOfferSchema,
} from '../../../server/protocol/accounts.ts';
import { type AuditPage, type AuditQuery, auditPageSchema } from '../../../server/protocol/audit.ts';
import { devicesSchema, type Enrolment, enrolmentSchema } from '../../../server/protocol/devices.ts';
import { type Organisation, organisationSchema } from '../../../server/protocol/directory.ts';
import type { SiteId } from '../../../server/protocol/ids.ts';
import { callApi } from '../../session/api.ts';

// Accounts, one's own account, the audit log and the sites' computers. Every call throws `Refused`.

const accountsSchema = z.object({ accounts: z.array(accountSummarySchema) });
const sessionsSchema = z.object({ sessions: z.array(openSessionSchema) });
const nothing = z.unknown();

const organisationsSchema = z.object({ organisations: z.array(organisationSchema) });

/** By name. */
export async function listHostUnits(): Promise<Organisation[]> {
  const { organisations } = await callApi({ path: '/organisations', answer: organisationsSchema });
  return organisations.filter(({ kind }) => kind === 'hostUnit');
}

function pathOf(username: string): string {
  return `/accounts/${encodeURIComponent(username)}`;
}

export async function listAccounts(): Promise<AccountSummary[]> {
  return (await callApi({ path: '/accounts', answer: accountsSchema })).accounts;
}

export function addAccount(account: AddAccount): Promise<OneTimePassword> {
  return callApi({ method: 'POST', path: '/accounts', body: account, answer: oneTimePasswordSchema });
}

export function changeAccount(username: string, change: ChangeAccount): Promise<AccountSummary> {
  return callApi({ method: 'PATCH', path: pathOf(username), body: change, answer: accountSummarySchema });
}

export function resetPassword(username: string): Promise<OneTimePassword> {
  return callApi({ method: 'POST', path: `${pathOf(username)}/password`, answer: oneTimePasswordSchema });
}

/** What stands in the way of who cannot sign in, or who should no longer be signed in. */
export async function clear(username: string, what: 'lock' | 'totp' | 'sessions'): Promise<void> {
  await callApi({ method: 'DELETE', path: `${pathOf(username)}/${what}`, answer: nothing });
}

export async function listOwnSessions(): Promise<OpenSession[]> {
  return (await callApi({ path: '/own/sessions', answer: sessionsSchema })).sessions;
}

export async function listSessionsOf(username: string): Promise<OpenSession[]> {
  return (await callApi({ path: `${pathOf(username)}/sessions`, answer: sessionsSchema })).sessions;
}

export async function endOwnSession(sessionId: string): Promise<void> {
  await callApi({ method: 'DELETE', path: `/own/sessions/${encodeURIComponent(sessionId)}`, answer: nothing });
}

export function offerTotp(password: string): Promise<TotpOffer> {
  return callApi({ method: 'POST', path: '/own/totp', body: { password }, answer: totpOfferSchema });
}

/** The recovery codes, told once. */
export async function switchTotpOn(code: string): Promise<string[]> {
  return (await callApi({ method: 'PUT', path: '/own/totp', body: { code }, answer: recoveryCodesSchema })).codes;
}

export async function switchTotpOff(password: string): Promise<void> {
  await callApi({ method: 'DELETE', path: '/own/totp', body: { password }, answer: nothing });
}

export async function hasSingleSignOn(): Promise<boolean> {
  return (await callApi({ path: '/sign-in', answer: signInWaysSchema })).singleSignOn;
}

export function readAudit(query: Partial<AuditQuery>): Promise<AuditPage> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  return callApi({ path: `/audit?${search}`, answer: auditPageSchema });
}

export function listDevices(): Promise<z.infer<typeof devicesSchema>> {
  return callApi({ path: '/devices', answer: devicesSchema });
}

export function offerEnrolment(siteId: SiteId): Promise<Enrolment> {
  return callApi({ method: 'POST', path: `/sites/${encodeURIComponent(siteId)}/enrolment`, answer: enrolmentSchema });
}

export async function revokeDevice(deviceId: string): Promise<void> {
  await callApi({ method: 'DELETE', path: `/devices/${encodeURIComponent(deviceId)}`, answer: nothing });
}

export async function acceptCodec(siteId: SiteId): Promise<void> {
  await callApi({ method: 'DELETE', path: `/devices/changed/${encodeURIComponent(siteId)}`, answer: nothing });
}
