import type { Command } from '../protocol/commands.ts';
import type { RoomEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { Participant, RoomState, SentSource, Source } from '../protocol/records.ts';
import { accept, type Rule, reject } from './decision.ts';
import { sends } from './layout.ts';
import { isIn } from './state.ts';

type Of<V extends Command['verb']> = Extract<Command, { verb: V }>;

/** What a presentation consists of. */
export const PRESENTED: readonly Source[] = ['screen', 'screenAudio'];

/** What is presented to the meeting: by one at a time. */
export const presentingRules = {
  stopPresenting: (state, { participantId }) => {
    const target = state.participants[participantId];
    if (!isIn(target)) return reject('participantUnknown');
    return isPresenting(target) ? accept(stopped(target, 'stopped')) : reject('notPresenting');
  },
} satisfies { [V in Command['verb']]?: Rule<Of<V>> };

/** The newer presentation replaces the older, as codecs do it among themselves (RFC 8855 leaves it to the chair). */
export function replacedBy(state: RoomState, participantId: ParticipantId, { source }: SentSource): RoomEvent[] {
  if (source !== 'screen') return [];
  const others = Object.values(state.participants).filter((p) => p.id !== participantId && isPresenting(p));
  return others.map((p) => stopped(p, 'replaced'));
}

function isPresenting(participant: Participant): boolean {
  return PRESENTED.some((source) => sends(participant, source));
}

function stopped({ id }: Participant, reason: 'stopped' | 'replaced'): RoomEvent {
  return { type: 'presentationStopped', participantId: id, reason };
}
