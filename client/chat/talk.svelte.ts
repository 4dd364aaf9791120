import type { Command } from '../../server/protocol/commands.ts';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { ChatMessage, Participant, Recipient, RoomState } from '../../server/protocol/records.ts';
import { may } from '../../server/room/policy.ts';
import { tellRefusal } from '../session/tell-refusal.ts';
import {
  ALL,
  type Conversation,
  conversationsOf,
  isAtCentre,
  messagesOf,
  placeOf,
  type Read,
  unreadOf,
} from './conversations.ts';
import { keepReading, keptReading } from './kept-reading.ts';

/** What messages need of a session; `Session` fits. Every property is read reactively. */
export interface TalkSession {
  readonly room: RoomState | null;
  readonly participantId: ParticipantId;
  readonly connection: { readonly status: string };
  /** Throws `Refused`. */
  command(command: Command): Promise<unknown>;
}

/** One participant's messages: what is open of them, what was read, what is being written. */
export class Talk {
  readonly #session: TalkSession;
  isOpen: boolean = $state(false);
  /** Of the centre: the conversation that is shown; null: the list of them. */
  place: string | null = $state(null);
  /** Begun and not sent, by place. */
  readonly drafts: Record<string, string> = $state({});
  isSending: boolean = $state(false);
  #read: Read = $state.raw({});
  /** The newest message that this page has seen come. */
  #newest: string | null = null;
  #isFollowing = false;

  readonly room: RoomState | null = $derived.by(() => this.#session.room);
  readonly self: Participant | null = $derived.by(() => this.room?.participants[this.#session.participantId] ?? null);
  readonly atCentre: boolean = $derived.by(() => isAtCentre(this.self));
  readonly isLive: boolean = $derived.by(
    () => this.#session.connection.status === 'live' && this.room?.status === 'open',
  );
  /** Where this viewer is now; null: at the list. */
  readonly shown: string | null = $derived.by(() => (this.atCentre ? this.place : ALL));
  readonly unread: number = $derived.by(() => {
    const { room, self } = this;
    if (!room || !self) return 0;
    if (!this.atCentre) return unreadOf(room.chat.messages, self.id, this.#read[ALL]);
    return conversationsOf(room, self, this.#read).reduce((sum, one) => sum + one.unread, 0);
  });

  constructor(session: TalkSession) {
    this.#session = session;
    const roomId = session.room?.roomId;
    if (roomId !== undefined) this.#read = keptReading(roomId, session.participantId);
  }

  conversations(search: string): Conversation[] {
    return this.room && this.self ? conversationsOf(this.room, this.self, this.#read, search) : [];
  }

  messages(place: string): ChatMessage[] {
    return this.room ? messagesOf(this.room, place) : [];
  }

  unreadFrom(participantId: ParticipantId): number {
    const { self } = this;
    if (!self) return 0;
    return unreadOf(this.messages(participantId), self.id, this.#read[participantId], self.joinedAt);
  }

  may(verb: Command['verb']): boolean {
    const { self } = this;
    return this.isLive && self !== null && may({ participantId: self.id, role: self.role, kind: self.kind }, verb);
  }

  show(place: string | null): void {
    this.place = place;
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  /** All of it that there is by now. */
  markRead(place: string): void {
    const last = this.messages(place).at(-1);
    if (!this.room || !last || (this.#read[place] ?? 0) >= last.at) return;
    this.#read = { ...this.#read, [place]: last.at };
    keepReading(this.room.roomId, this.#session.participantId, this.#read);
  }

  /**
   * Others' messages that have come since the last call and stand nowhere before the reader's eyes; none at the first.
   * What came while the connection was lost is told when it is back.
   */
  news(): ChatMessage[] {
    const messages = this.room?.chat.messages ?? [];
    const from = messages.findIndex(({ id }) => id === this.#newest) + 1;
    const isFirst = !this.#isFollowing;
    this.#isFollowing = this.room !== null;
    this.#newest = messages.at(-1)?.id ?? null;
    if (isFirst) return [];
    const isSeen = (one: ChatMessage) => this.isOpen && this.shown === placeOf(one, this.atCentre);
    return messages.slice(from).filter((one) => one.from !== this.self?.id && !isSeen(one));
  }

  /** Sends what is begun there. Says a refusal in words and keeps the text. */
  async send(place: string, to: Recipient): Promise<void> {
    const text = (this.drafts[place] ?? '').trim();
    if (text === '' || this.isSending) return;
    this.isSending = true;
    if (await this.run(commandTo(to, text))) this.drafts[place] = '';
    this.isSending = false;
  }

  async run(command: Command): Promise<boolean> {
    try {
      await this.#session.command(command);
      return true;
    } catch (thrown) {
      tellRefusal(thrown);
      return false;
    }
  }
}

function commandTo(to: Recipient, text: string): Command {
  if (to === 'centre') return { verb: 'writeToCentre', text };
  if (to === 'everyone') return { verb: 'writeToEveryone', text };
  return { verb: 'writeTo', participantId: to, text };
}
