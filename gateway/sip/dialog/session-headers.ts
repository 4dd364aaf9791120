/** Header values that both directions of a call need. */
import { allowedMethods } from '../library.ts';

export const allow = `Allow: ${allowedMethods.join(', ')}`;

export const sdpBody = (content: string) => ({
  contentDisposition: 'session',
  contentType: 'application/sdp',
  content,
});

/** True if a header that lists option tags names this one (RFC 3261 §19.2), in whatever case. */
export function listsTag(
  message: { getHeaders(name: string): string[] },
  header: 'Require' | 'Supported',
  tag: '100rel' | 'timer',
): boolean {
  const tags = message.getHeaders(header).flatMap((value) => value.split(','));
  return tags.some((listed) => listed.trim().toLowerCase() === tag);
}

/** The SIP status of a response, and its phrase. */
export function statusOf(message: { statusCode?: number | undefined; reasonPhrase?: string | undefined }) {
  return { status: message.statusCode ?? 0, reason: message.reasonPhrase ?? '' };
}
