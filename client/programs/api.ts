import { z } from 'zod';
import { type Notice, noticeSchema, type WebhookTrial, webhookTrialSchema } from '../../server/protocol/notices.ts';
import {
  type IssuedToken,
  type IssueToken,
  issuedTokenSchema,
  type TokenSummary,
  tokenSummarySchema,
} from '../../server/protocol/programs.ts';
import { callApi } from '../session/api.ts';

// Every call throws `Refused`.

const tokensSchema = z.object({ tokens: z.array(tokenSummarySchema) });
const deliveriesSchema = z.object({ notices: z.array(noticeSchema) });
const secretSchema = z.object({ secret: z.string() });
const of = (webhookId: string) => `/webhooks/${encodeURIComponent(webhookId)}`;

export async function listTokens(): Promise<TokenSummary[]> {
  return (await callApi({ path: '/tokens', answer: tokensSchema })).tokens;
}

export function issueToken(body: IssueToken): Promise<IssuedToken> {
  return callApi({ method: 'POST', path: '/tokens', body, answer: issuedTokenSchema });
}

export async function revokeToken(tokenId: string): Promise<void> {
  await callApi({ method: 'DELETE', path: `/tokens/${encodeURIComponent(tokenId)}`, answer: z.unknown() });
}

export async function readSecret(webhookId: string): Promise<string> {
  return (await callApi({ path: `${of(webhookId)}/secret`, answer: secretSchema })).secret;
}

/** The newest first. */
export async function listDeliveries(webhookId: string): Promise<Notice[]> {
  return (await callApi({ path: `${of(webhookId)}/deliveries`, answer: deliveriesSchema })).notices;
}

export function tryWebhook(webhookId: string): Promise<WebhookTrial> {
  return callApi({ method: 'POST', path: `${of(webhookId)}/trial`, answer: webhookTrialSchema });
}
