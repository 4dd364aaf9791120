import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { ChatMessage, Participant, Recipient, RoomState } from '../../server/protocol/records.ts';
import { conversationOf } from '../../server/room/chat.ts';
import { isAttendee, isIn } from '../../server/room/state.ts';
import { fold } from '../ui/fold.ts';

/** A conversation of the centre's. A site has one only: what it sees. */
export interface Conversation {
  readonly id: Recipient;
  /** Of the site; null for the two that are of nobody. */
  readonly name: string | null;
  readonly last: ChatMessage | null;
  readonly unread: number;
  /** Whether it can be written to now: a codec shows nothing, who has left reads nothing. */
  readonly reach: 'open' | 'codec' | 'gone';
}

/** When the messages of each conversation were last read, in the server's time. */
export type Read = Readonly<Record<string, number>>;

/** Under which a site's own place is read: it sees one conversation, with what was written to everyone in it. */
export const ALL = 'all';

export function isAtCentre(participant: Participant | null | undefined): boolean {
  return participant?.role === 'operator' || participant?.role === 'chair';
}

/** Where this viewer reads a message. */
export function placeOf(message: ChatMessage, atCentre: boolean): string {
  return atCentre ? conversationOf(message) : ALL;
}

export function messagesOf(room: RoomState, place: string): ChatMessage[] {
  return room.chat.messages.filter((one) => place === ALL || conversationOf(one) === place);
}

/** What others wrote since. @param since the viewer's own coming, of an operator: what was said before was others' to read */
export function unreadOf(
  messages: readonly ChatMessage[],
  self: ParticipantId,
  readAt: number | undefined,
  since = 0,
): number {
  return messages.filter(({ from, at }) => from !== self && at > Math.max(readAt ?? 0, since)).length;
}

/**
 * Everyone, the centre itself, then the sites with whom something was written, the latest first. A search names any site
 * that can be written to as well.
 */
export function conversationsOf(room: RoomState, self: Participant, read: Read, search = ''): Conversation[] {
  const byPlace = Map.groupBy(room.chat.messages, conversationOf);
  const about = (id: Recipient, name: string | null, reach: Conversation['reach']): Conversation => {
    const messages = byPlace.get(id) ?? [];
    const unread = unreadOf(messages, self.id, read[id], self.joinedAt);
    return { id, name, last: messages.at(-1) ?? null, unread, reach };
  };
  const shared = (['everyone', 'centre'] as const).map((id) => about(id, null, 'open'));
  const wanted = fold(search);
  const known = Object.values(room.participants).filter((one) => isAttendee(one) && !isAtCentre(one));
  const gone = [...byPlace.keys()].filter((id) => id !== 'everyone' && id !== 'centre' && !room.participants[id]);
  const sites = [
    ...known.map((one) => about(one.id, one.name, reachOf(one))),
    ...gone.map((id) => about(id, nameIn(byPlace.get(id)), 'gone')),
  ];
  if (wanted !== '') return sites.filter(({ name }) => fold(name ?? '').includes(wanted)).sort(byName);
  const begun = sites.filter(({ last }) => last !== null);
  return [...shared, ...begun.sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0))];
}

/** How many do not see what is written to everyone. */
export function codecsIn(room: RoomState): number {
  return Object.values(room.participants).filter((one) => one.kind === 'sip' && isIn(one)).length;
}

/** A site's conversation, begun or not. */
export function siteOf(room: RoomState, id: Recipient): Pick<Conversation, 'name' | 'reach'> {
  const participant = room.participants[id];
  if (participant) return { name: participant.name, reach: reachOf(participant) };
  return { name: nameIn(messagesOf(room, id)), reach: 'gone' };
}

function reachOf(participant: Participant): Conversation['reach'] {
  if (participant.kind === 'sip') return 'codec';
  return isIn(participant) ? 'open' : 'gone';
}

/** Who has gone is called as he was. */
function nameIn(messages: readonly ChatMessage[] = []): string {
  return messages.find(({ side }) => side === 'site')?.name ?? '–';
}

function byName(a: Conversation, b: Conversation): number {
  return (a.name ?? '').localeCompare(b.name ?? '', 'vi');
}
