import { createHmac } from 'node:crypto';

const WITHIN_MS = 10_000;

/** Each webhook has a secret of its own, made of the server's: nothing more needs to be kept. */
export function webhookSecret(signingKey: string, webhookId: string): string {
  return `whsec_${createHmac('sha256', signingKey).update(`webhook ${webhookId}`).digest('base64')}`;
}

/**
 * Headers by which the receiver knows that it is we who call (Standard Webhooks 1.0: HMAC-SHA256 of id, time and body).
 * @param at in milliseconds since 1970
 */
export function signedHeaders(secret: string, id: string, at: number, body: string): Record<string, string> {
  const seconds = Math.floor(at / 1000);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}

/** Calls it once. Rejects where it does not answer with 2xx in time; a redirection is not followed. */
export async function callWebhook(url: string, headers: Record<string, string>, body: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}
