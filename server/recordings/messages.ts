import type { LoggedEvent } from '../protocol/events.ts';
import type { RecordedMessage } from '../protocol/recording.ts';
import { conversationOf } from '../room/chat.ts';
import { type Placing, Wander } from './timeline.ts';

/** What was written in a meeting while it was recorded, from its log, in the recording's time. */
export function messagesOf(events: readonly LoggedEvent[], placing: Placing): RecordedMessage[] {
  const wander = new Wander(placing);
  const names = new Map<string, string>();
  return events.flatMap(({ event, at: wall }): RecordedMessage[] => {
    if (event.type === 'participantJoined') names.set(event.participant.id, event.participant.name);
    if (event.type === 'participantRenamed') names.set(event.participantId, event.name);
    if (event.type !== 'messageWritten') return [];
    const at = wander.within(wall);
    if (at === undefined) return [];
    const { name, text } = event.message;
    const conversation = conversationOf(event.message);
    if (conversation === 'everyone' || conversation === 'centre') return [{ at, name, to: conversation, text }];
    const site = names.get(conversation);
    return [{ at, name, to: 'site', ...(site === undefined ? {} : { site }), text }];
  });
}
