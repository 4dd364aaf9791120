import type { Page } from 'playwright/test';
import { type LoggedEvent, loggedEventSchema } from '../../server/protocol/events.ts';
import { ticketSchema } from '../../server/protocol/http.ts';
import type { Layout, Participant } from '../../server/protocol/records.ts';
import { Peer } from '../integration/server-peers.ts';
import type { System } from './system.ts';

/**
 * A second operator without pictures: says what the console has no key for, and mirrors the room for the test. The
 * caller closes it.
 */
export async function attend(page: Page, system: System, roomId: string): Promise<Peer> {
  const answer = await page.request.post(`${system.url}/api/rooms/${roomId}/ticket`, {
    headers: { origin: system.url },
  });
  const { ticket } = ticketSchema.parse(await answer.json());
  return Peer.connect({ url: system.url, ticket });
}

export function participantNamed(peer: Peer, name: string): Participant | undefined {
  return Object.values(peer.state.participants).find((p) => p.name === name);
}

/** Shows these participants, tile by tile. */
export async function show(peer: Peer, name: Layout['name'], participants: string[]): Promise<void> {
  const slots = participants.map((who) => ({
    show: 'participant' as const,
    participantId: participantNamed(peer, who)?.id ?? who,
  }));
  const before = peer.state.preview.version;
  await obeyed(peer.command({ verb: 'editPreview', layout: { name, slots } }));
  await obeyed(peer.command({ verb: 'take', version: before + 1 }));
}

/** Resolves when the room has done it. */
export async function obeyed(answer: ReturnType<Peer['command']>): Promise<void> {
  const given = await answer;
  if (!given.ok) throw new Error(`refused: ${given.refusal.code} ${given.refusal.detail ?? ''}`);
}

/** The room's log as the operator may read it. */
export async function logOf(page: Page, system: System, roomId: string): Promise<LoggedEvent[]> {
  const answer = await page.request.get(`${system.url}/api/rooms/${roomId}/log`);
  return loggedEventSchema.array().parse((await answer.json()).events);
}

/** Takes the seat that a link is for, as a tampered client would: with nothing but a socket. The caller closes it. */
export async function enterWithoutPage(page: Page, system: System, link: string): Promise<Peer> {
  const token = new URL(link).hash.slice(1);
  const answer = await page.request.post(`${system.url}/api/join`, {
    data: { token },
    headers: { origin: system.url },
  });
  const { ticket } = ticketSchema.parse(await answer.json());
  return Peer.connect({ url: system.url, ticket });
}
