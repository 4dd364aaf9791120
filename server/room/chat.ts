import type { Command } from '../protocol/commands.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { Chat, ChatMessage, Participant, Recipient, RoomState, Time } from '../protocol/records.ts';
import { accept, type Decision, type Inputs, type Rule, reject } from './decision.ts';
import { isAttendee, isIn } from './state.ts';

type Of<V extends Command['verb']> = Extract<Command, { verb: V }>;

const OWN_PER_MINUTE = 20;
/** Of the sites and guests together: more nobody at the centre reads. */
const SITES_PER_MINUTE = 200;
/** Of each conversation the room remembers so many, more than anyone may write in a minute; the log keeps them all. */
const KEPT = 200;
/** Likewise of all guests who have gone, who may be ever so many. */
const KEPT_OF_GONE = 1_000;

/**
 * Messages are driven by the centre like all else: a site writes to the centre, the centre to a site or to everyone.
 * Every operator and the chair see all of it, so that nobody answers twice; no site sees another's conversation. Codecs
 * cannot show messages.
 */
export const chatRules = {
  writeToCentre: (state, { text }, by, inputs) => write(state, by, 'centre', text, inputs),
  writeToEveryone: (state, { text }, by, inputs) => {
    if (!state.chat.open && !isAtCentre(author(state, by))) return reject('chatClosed');
    return write(state, by, 'everyone', text, inputs);
  },
  writeTo: (state, { participantId, text }, by, inputs) => {
    const target = state.participants[participantId];
    // The centre's own are written to as the centre.
    if (!target || !isAttendee(target) || isAtCentre(target)) return reject('participantUnknown');
    if (target.kind === 'sip') return reject('chatUnsupported', target.name);
    if (!isIn(target)) return reject('participantAway');
    return write(state, by, participantId, text, inputs);
  },
  openChat: (state, { open }) => (state.chat.open === open ? accept() : accept({ type: 'chatOpened', open })),
} satisfies { [V in Command['verb']]?: Rule<Of<V>> };

function write(
  state: RoomState,
  by: ParticipantId | 'system',
  to: Recipient,
  text: string,
  { now, id }: Inputs,
): Decision {
  const from = author(state, by);
  if (!isIn(from)) return reject('participantUnknown');
  if (writesTooMuch(state, from, now)) return reject('tooManyMessages');
  const side = isAtCentre(from) ? 'centre' : 'site';
  return accept({ type: 'messageWritten', message: { id, from: from.id, name: from.name, side, to, text, at: now } });
}

function author(state: RoomState, by: ParticipantId | 'system'): Participant | undefined {
  return by === 'system' ? undefined : state.participants[by];
}

function isAtCentre(participant: Participant | undefined): boolean {
  return participant?.role === 'operator' || participant?.role === 'chair';
}

function writesTooMuch({ chat }: RoomState, { id, role }: Participant, now: Time): boolean {
  const recent = chat.messages.filter(({ at }) => Math.abs(now - at) < 60_000);
  if (recent.filter(({ from }) => from === id).length >= OWN_PER_MINUTE) return true;
  if (role === 'operator' || role === 'chair') return false;
  return recent.filter(({ side }) => side === 'site').length >= SITES_PER_MINUTE;
}

/** `everyone`, `centre` (the operators and the chair among themselves), or the site with whom the centre writes. */
export function conversationOf({ from, side, to }: Pick<ChatMessage, 'from' | 'side' | 'to'>): Recipient {
  return to === 'centre' && side === 'site' ? from : to;
}

/** Whether this participant may see it: what was written to everyone, the centre all, others their own conversation. */
export function seesMessage(viewer: Participant | undefined, message: ChatMessage): boolean {
  if (!viewer) return false;
  const conversation = conversationOf(message);
  return isAtCentre(viewer) || conversation === 'everyone' || conversation === viewer.id;
}

/**
 * The oldest of a conversation falls out of it, and the oldest of those who are gone out of all. By conversations, of
 * which one sees each whole or not at all, so that everyone forgets the same.
 */
export function withMessage({ chat, participants }: RoomState, message: ChatMessage): Chat {
  const conversation = conversationOf(message);
  const messages = without(chat.messages, (one) => conversationOf(one) === conversation, KEPT - 1);
  const isOfNobody = (one: ChatMessage) => !isShared(conversationOf(one)) && !participants[conversationOf(one)];
  return { ...chat, messages: [...without(messages, isOfNobody, KEPT_OF_GONE), message] };
}

function isShared(conversation: Recipient): boolean {
  return conversation === 'centre' || conversation === 'everyone';
}

/** The oldest of these go, so that `most` of them are left. */
function without(messages: readonly ChatMessage[], isOne: (message: ChatMessage) => boolean, most: number) {
  let tooMany = messages.filter(isOne).length - most;
  return messages.filter((message) => {
    if (tooMany <= 0 || !isOne(message)) return true;
    tooMany -= 1;
    return false;
  });
}
