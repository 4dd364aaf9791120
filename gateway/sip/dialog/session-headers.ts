/** Header values that both directions of a call need. */
import { allowedMethods } from '../library.ts';

export const allow = `Allow: ${allowedMethods.join(', ')}`;

export const sdpBody = (content: string) => ({
  contentDisposition: 'session',
  contentType: 'application/sdp',
  content,
});

/** The SIP status of a response, and its phrase. */
export function statusOf(message: { statusCode?: number | undefined; reasonPhrase?: string | undefined }) {
  return { status: message.statusCode ?? 0, reason: message.reasonPhrase ?? '' };
}
