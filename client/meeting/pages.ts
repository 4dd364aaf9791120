import type { LinkInfo } from '../../server/protocol/http.ts';

/**
 * The page that a link leads to, by its role. Each takes `{session, media, local}`; asked for early by the join page, so
 * that it is there when the room is.
 */
export const pageOf = {
  site: () => import('./meeting.svelte'),
  guest: () => import('./meeting.svelte'),
  chair: () => import('../chair/chair.svelte'),
} satisfies Record<LinkInfo['role'], unknown>;
