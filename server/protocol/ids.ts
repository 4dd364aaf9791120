import { z } from 'zod';

/** The room's address: what a codec dials (`sip:ROOM@HOST`) and a link names. */
export const roomIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{1,31}$/);
/** Stable for a site, its link or its codec; fresh for each guest and each operator's tab. */
export const participantIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const requestIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** A site in the centre's directory. */
export const siteIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
export const callIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** A layout that the house has saved. */
export const layoutIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const recordingIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** Ids that the media part gives out (transports, producers, consumers). */
export const mediaIdSchema = z.string().min(1).max(64);

export type RoomId = z.infer<typeof roomIdSchema>;
export type ParticipantId = z.infer<typeof participantIdSchema>;
export type SiteId = z.infer<typeof siteIdSchema>;
export type CallId = z.infer<typeof callIdSchema>;
export type RecordingId = z.infer<typeof recordingIdSchema>;

/** The user name with which a site's codec registers and proves who it is (RFC 3261 10, 22). */
export const sipAccountSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);

/** `sip:user@host`, `user@host`, `sip:host`, with port and `;transport=udp|tcp|tls` where wanted (RFC 3261 19.1), or a telephone number. */
export const sipAddressSchema = z
  .string()
  .trim()
  .max(200)
  .regex(
    /^(?:sip:)?(?:[\w.!~*'()+%-]+@)?(?:\+?[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:;transport=(?:udp|tcp|tls))?$/i,
  );

/**
 * The participant that a site is, whether it calls in, is called, or is reached by its fallback. Never that of an
 * address (`participantIdOfAddress`): a stranger cannot become it.
 */
export function participantIdOfSite(siteId: SiteId): ParticipantId {
  return `site-${siteId}`;
}

/**
 * The participant that a codec of no site is, by its address: the same whether it calls or is called, so that it returns to its
 * place. Scheme, port and parameters do not count (RFC 3261 19.1.4 compares user case-sensitively, host without case;
 * codecs' users are compared without case here because people type them).
 */
export function participantIdOfAddress(address: string): ParticipantId {
  const bare = address
    .trim()
    .toLowerCase()
    .replace(/^sips?:/, '')
    .replace(/;.*$/, '')
    .replace(/(:\d+)$/, '');
  const safe = bare.replace(/[^a-z0-9]/g, (c) => `_${c.charCodeAt(0).toString(16)}`);
  const id = `sip-${safe}`;
  return id.length <= 64 ? id : `${id.slice(0, 47)}_${digest(bare)}`;
}

/** 64-bit FNV-1a in 16 hexadecimal digits: keeps long addresses apart, proves nothing. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const unit of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
