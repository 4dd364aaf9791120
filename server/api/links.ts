import { randomBytes } from 'node:crypto';
import { type Request, Router } from 'express';
import { issueLinkSchema, joinSchema, type LinkSummary, openLinkSchema } from '../protocol/http.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import { LinkTokens } from './link-tokens.ts';
import { originOf } from './origin.ts';
import type { ApiParts, StoredLink } from './ports.ts';
import { findOpen } from './rooms.ts';
import type { Sessions } from './sessions.ts';

const HOUR_MS = 3600_000;

/** Links into a room: issued and revoked by operators, opened by whoever was given one. */
export function routeLinks(parts: ApiParts, sessions: Sessions): Router {
  const { links, now } = parts;
  const tokens = new LinkTokens(parts.signingKey, links);
  const router = Router();

  async function summarise(request: Request, link: StoredLink): Promise<LinkSummary> {
    const { roomId: _room, participantId: _participant, ...summary } = link;
    return { ...summary, url: `${originOf(request, parts.publicUrl)}/join#${await tokens.tokenOf(link)}` };
  }

  router.get('/rooms/:id/links', async (request, response) => {
    await sessions.require(request);
    const ofRoom = await links.ofRoom(request.params.id);
    response.json({ links: await Promise.all(ofRoom.map((link) => summarise(request, link))) });
  });

  router.post('/rooms/:id/links', async (request, response) => {
    const { note } = await sessions.require(request);
    const { role, name, validHours } = parse(issueLinkSchema, request.body);
    const { roomId } = await findOpen(parts, request.params.id);
    const issuedAt = now();
    const link = { linkId: freshId(), roomId, role, name, issuedAt, expiresAt: issuedAt + validHours * HOUR_MS };
    const stored = role === 'guest' ? link : { ...link, participantId: `${role}-${freshId()}` };
    await links.add(stored, note('linkIssued', roomId, { linkId: stored.linkId, role, name }));
    response.status(201).json(await summarise(request, stored));
  });

  router.delete('/rooms/:id/links/:linkId', async (request, response) => {
    const { note } = await sessions.require(request);
    const { id, linkId } = request.params;
    const isRevoked = await links.revoke(id, linkId, note('linkRevoked', id, { linkId }));
    // Once more is no mistake (RFC 9110 9.2.2): two operators, or an answer that was lost.
    if (!isRevoked && (await links.find(linkId))?.roomId !== id) throw new Refused('linkInvalid');
    await parts.reviewStanding((ticket) => ticket.linkId === linkId);
    response.json({});
  });

  router.post('/link', async (request, response) => {
    const { roomId, role, name } = await tokens.open(parse(openLinkSchema, request.body).token);
    const room = (await parts.log.rooms()).find((stored) => stored.roomId === roomId);
    if (!room) throw new Refused('roomUnknown', roomId);
    response.json({ roomId, title: room.title, status: room.status, role, name });
  });

  router.post('/join', async (request, response) => {
    const { token, name } = parse(joinSchema, request.body);
    const link = await tokens.open(token);
    const { roomId } = await findOpen(parts, link.roomId);
    const who = entrantOf(link, name);
    const ticket = await parts.issueTicket({ roomId, ...who, kind: 'browser', role: link.role, linkId: link.linkId });
    response.json({ ticket, roomId, participantId: who.participantId });
  });
  return router;
}

/** A site and a chair are whom the link says; a guest says who he is and is new each time. */
function entrantOf(link: StoredLink, name: string | undefined): { participantId: string; name: string } {
  if (link.participantId !== undefined) return { participantId: link.participantId, name: link.name };
  if (name === undefined) throw new Refused('malformed', 'name');
  return { participantId: `guest-${freshId()}`, name };
}

function freshId(): string {
  return randomBytes(9).toString('base64url');
}
