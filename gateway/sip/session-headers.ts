/** Header values that both directions of a call need. */
import type { IncomingRequestMessage } from 'sip.js/lib/core/index.js';
import { allowedMethods } from './library.ts';

export const allow = `Allow: ${allowedMethods.join(', ')}`;

export const sdpBody = (content: string) => ({
  contentDisposition: 'session',
  contentType: 'application/sdp',
  content,
});

/**
 * Session timers, RFC 4028 §9: we let the peer refresh if it wants to, and never end a call for want of a refresh, as devices get
 * this wrong. A request that asks us to be the refresher is answered as by an endpoint without the extension.
 */
export function sessionTimer(message: IncomingRequestMessage): string[] {
  const match = /^(\d{1,9})\s*(?:;\s*refresher\s*=\s*(\w+))?/i.exec(message.getHeader('Session-Expires') ?? '');
  const offered = [...message.getHeaders('Supported'), ...message.getHeaders('Require')].join(',');
  if (!match || match[2]?.toLowerCase() === 'uas' || !/(^|[,\s])timer([,\s]|$)/i.test(offered)) return [];
  return [`Session-Expires: ${match[1]};refresher=uac`, 'Require: timer'];
}

/** The SIP status of a response, and its phrase. */
export function statusOf(message: { statusCode?: number | undefined; reasonPhrase?: string | undefined }) {
  return { status: message.statusCode ?? 0, reason: message.reasonPhrase ?? '' };
}

/** RFC 3326: why the peer hung up, where it says so. */
export function reasonOf(message: { getHeader(name: string): string | undefined }): { reason?: string } {
  const text = /text="([^"]{1,120})"/.exec(message.getHeader('Reason') ?? '')?.[1];
  return text === undefined ? {} : { reason: text };
}
