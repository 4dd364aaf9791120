import type { LoggedEvent, RoomEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { RoomState, SourceRef } from '../protocol/records.ts';
import type { Dismissed } from '../protocol/wire.ts';
import { isSound, mayHear } from './hearing.ts';
import { isIn } from './state.ts';

/** What the media and the connections must now do. */
export type Effect =
  | { effect: 'forward'; from: SourceRef; to: ParticipantId }
  | { effect: 'stopForwarding'; from: SourceRef; to: ParticipantId }
  /**
   * What may be seen has changed: hold every watched picture against `maySee` again. At once, but for when somebody
   * comes or begins to send: then there is more to be seen, and it may wait for the next who comes.
   */
  | { effect: 'reviewPictures'; mayWait?: true }
  | { effect: 'stopPresenting'; participantId: ParticipantId }
  | { effect: 'closeMedia'; participantId: ParticipantId }
  | { effect: 'dismiss'; participantId: ParticipantId; reason: Dismissed['reason'] };

/** The effects of one event, in the order in which they are to be performed: what ends comes before what begins. */
export function effectsOf(before: RoomState, after: RoomState, { event }: LoggedEvent): Effect[] {
  const effects: Effect[] = [];
  const subject =
    'participantId' in event ? event.participantId : event.type === 'participantJoined' ? event.participant.id : null;
  if (subject !== null && changesHearing(event)) effects.push(...hearingChanges(before, after, subject));
  // Another call in the place of one that stood: what the earlier one sent and received goes with it.
  if (event.type === 'participantJoined' && isIn(before.participants[event.participant.id])) {
    effects.push({ effect: 'closeMedia', participantId: event.participant.id });
  }
  if (event.type === 'presentationStopped') {
    effects.push({ effect: 'stopPresenting', participantId: event.participantId });
  }
  if (changesPictures(event)) {
    effects.push({ effect: 'reviewPictures', ...(BRINGS_PICTURES.has(event.type) ? { mayWait: true } : {}) });
  }
  if (event.type === 'participantLeft') {
    effects.push({ effect: 'closeMedia', participantId: event.participantId });
    effects.push({ effect: 'dismiss', participantId: event.participantId, reason: dismissal(event) });
  }
  return effects;
}

const CHANGES_HEARING: ReadonlySet<RoomEvent['type']> = new Set<RoomEvent['type']>([
  'participantJoined',
  'participantLeft',
  'sourceOpened',
  'sourceClosed',
  'presentationStopped',
  'microphoneOpened',
  'microphoneClosed',
]);

const CHANGES_PICTURES: ReadonlySet<RoomEvent['type']> = new Set<RoomEvent['type']>([
  'participantJoined',
  'participantLeft',
  'participantReadmitted',
  'sourceOpened',
  'sourceClosed',
  'presentationStopped',
  'microphoneOpened',
  'microphoneClosed',
  'speakerChanged',
  'programTaken',
  'ownPictureTaken',
  'programFollowed',
  'holdBegan',
  'holdEnded',
]);

const BRINGS_PICTURES: ReadonlySet<RoomEvent['type']> = new Set<RoomEvent['type']>([
  'participantJoined',
  'sourceOpened',
]);

/** A camera is no sound and no presentation. */
function changesHearing(event: RoomEvent): boolean {
  return CHANGES_HEARING.has(event.type) && !('sent' in event && event.sent.source === 'camera');
}

function changesPictures(event: RoomEvent): boolean {
  return CHANGES_PICTURES.has(event.type) && !('sent' in event && isSound(event.sent.source));
}

function hearingChanges(before: RoomState, after: RoomState, subject: ParticipantId): Effect[] {
  const was = audible(before, subject);
  const is = audible(after, subject);
  const ended = [...was]
    .filter(([key]) => !is.has(key))
    .map(([, pair]) => ({ effect: 'stopForwarding' as const, ...pair }));
  const begun = [...is].filter(([key]) => !was.has(key)).map(([, pair]) => ({ effect: 'forward' as const, ...pair }));
  return [...ended, ...begun];
}

interface Pair {
  from: SourceRef;
  to: ParticipantId;
}

/** Every (source, listener) pair that involves this participant and passes the gate. */
function audible(state: RoomState, subject: ParticipantId): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  const add = (from: SourceRef, to: ParticipantId) => {
    if (mayHear(state, to, from))
      pairs.set(`${from.participantId}/${from.source}/${from.for ?? ''}>${to}`, { from, to });
  };
  for (const other of Object.keys(state.participants)) {
    for (const from of sounds(state, subject)) add(from, other);
    for (const from of sounds(state, other)) add(from, subject);
  }
  return pairs;
}

function sounds(state: RoomState, participantId: ParticipantId): SourceRef[] {
  const sent = state.participants[participantId]?.sources ?? [];
  return sent.filter((s) => isSound(s.source)).map((s) => ({ participantId, ...s }));
}

function dismissal(event: Extract<RoomEvent, { type: 'participantLeft' }>): Dismissed['reason'] {
  if (event.reason === 'removed' || event.reason === 'meetingEnded') return event.reason;
  return 'left';
}
