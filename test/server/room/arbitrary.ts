import fc from 'fast-check';
import type { Command } from '../../../server/protocol/commands.ts';
import type { LoggedEvent } from '../../../server/protocol/events.ts';
import type { Kind, Role, RoomState, Source } from '../../../server/protocol/records.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { defaultSlots } from '../../../server/room/layout.ts';
import type { Actor } from '../../../server/room/policy.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import type { SystemCommand } from '../../../server/room/system-commands.ts';

/** A small province: enough of every role and kind for the rules to meet each other. */
export const CAST: { id: string; role: Role; kind: Kind }[] = [
  { id: 'op', role: 'operator', kind: 'browser' },
  { id: 'op2', role: 'operator', kind: 'browser' },
  { id: 'chair', role: 'chair', kind: 'browser' },
  { id: 'ba-be', role: 'site', kind: 'browser' },
  { id: 'na-ri', role: 'site', kind: 'browser' },
  { id: 'pac-nam', role: 'site', kind: 'sip' },
  { id: 'guest', role: 'guest', kind: 'browser' },
  { id: 'composer', role: 'service', kind: 'composer' },
  { id: 'gateway', role: 'service', kind: 'gateway' },
];

const id = fc.constantFrom(...CAST.map((c) => c.id));
/** Which of the records that there are by then. */
const record = fc.nat(9).map(String);
const source = fc.constantFrom<Source>('camera', 'microphone', 'screen', 'screenAudio', 'program', 'mix');

const system: fc.Arbitrary<SystemCommand> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...CAST).map((c) => ({ verb: 'admit' as const, participant: { ...c, name: c.id } })),
  },
  fc.record({ verb: fc.constantFrom('lose' as const, 'expire' as const), participantId: id }),
  fc.record({
    verb: fc.constantFrom('openSource' as const, 'closeSource' as const),
    participantId: id,
    sent: fc.record({ source }),
  }),
  fc.record({ verb: fc.constant('setSpeaker' as const), participantId: fc.option(id) }),
  fc.constant({ verb: 'recover' as const }),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    verb: fc.constantFrom(
      'enterRequest' as const,
      'revokeFloor' as const,
      'openMicrophone' as const,
      'closeMicrophone' as const,
      'removeParticipant' as const,
      'readmitParticipant' as const,
    ),
    participantId: id,
  }),
  fc.record({
    verb: fc.constantFrom('forwardRequest' as const, 'grantFloor' as const, 'declineRequest' as const),
    requestId: record,
  }),
  fc.record({
    verb: fc.constantFrom(
      'leave' as const,
      'requestFloor' as const,
      'withdrawRequest' as const,
      'finishSpeaking' as const,
      'closeAllMicrophones' as const,
      'startRecording' as const,
      'stopRecording' as const,
    ),
  }),
  fc.record({ verb: fc.constant('muteSelf' as const), muted: fc.boolean() }),
  fc
    .constantFrom('1' as const, '1+5' as const, '2x2' as const, '3x3' as const, 'content+speaker' as const)
    .map((name) => ({ verb: 'editPreview' as const, layout: { name, slots: defaultSlots(name) } })),
  fc.record({ verb: fc.constant('take' as const), version: fc.integer({ min: 0, max: 6 }) }),
  fc.constantFrom('sip:a@10.0.0.1', 'sip:b@10.0.0.1').map((address) => ({ verb: 'dial' as const, address })),
  fc.record({ verb: fc.constant('hangUp' as const), callId: record }),
  fc.record({
    verb: fc.constant('reportCall' as const),
    callId: record,
    status: fc.constantFrom('trying' as const, 'ringing' as const, 'answered' as const, 'failed' as const),
  }),
);

type Said = { by: string; said: Command | SystemCommand };

/** Everyone is in and sends what a participant of its kind sends. */
const OPENING: Said[] = [
  { by: 'system', said: { verb: 'open', roomId: 'room', title: 'Room' } },
  ...CAST.flatMap((c): Said[] => {
    const sent: Source[] =
      c.kind === 'composer' ? ['program', 'mix'] : c.role === 'service' ? [] : ['camera', 'microphone'];
    return [
      { by: 'system', said: { verb: 'admit', participant: { ...c, name: c.id } } },
      ...sent.map(
        (s): Said => ({ by: 'system', said: { verb: 'openSource', participantId: c.id, sent: { source: s } } }),
      ),
    ];
  }),
];

/** Most of what is said is said by the centre, so that rules are met and not only refusals. */
const speakers = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('op', 'op', 'op2', 'chair') },
  { weight: 1, arbitrary: id },
);
const requests = fc.record({
  by: fc.constantFrom('ba-be', 'na-ri', 'pac-nam', 'guest'),
  said: fc.constant({ verb: 'requestFloor' as const }),
});

export const stories: fc.Arbitrary<Said[]> = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: system.map((said) => ({ by: 'system', said })) },
      { weight: 7, arbitrary: fc.record({ by: speakers, said: command }) },
      { weight: 2, arbitrary: requests },
    ),
    { minLength: 20, maxLength: 60, size: 'max' },
  )
  .map((said) => [...OPENING, ...said]);

export interface Step {
  before: RoomState;
  logged: LoggedEvent;
  after: RoomState;
}

/** Plays a story and returns each single event with the room before and after it. */
export function steps(story: Said[]): Step[] {
  let state = emptyRoom('room');
  const done: Step[] = [];
  for (const [line, { by, said }] of story.entries()) {
    const actor = actorIn(state, by);
    if (actor === null) continue;
    const now = 1_000 + line * 5_000;
    for (const event of decide(state, resolved(state, said), actor, { now, id: String(line) }).events) {
      const logged: LoggedEvent = { seq: state.seq + 1, at: now, by, event };
      const after = evolve(state, logged);
      done.push({ before: state, logged, after });
      state = after;
    }
  }
  return done;
}

function actorIn(state: RoomState, by: string): Actor | null {
  if (by === 'system') return 'system';
  const participant = state.participants[by];
  return participant ? { participantId: by, role: participant.role, kind: participant.kind } : null;
}

/** `requestId` and `callId` of a story count through the records that the room has. */
function resolved(state: RoomState, said: Command | SystemCommand): Command | SystemCommand {
  if ('requestId' in said) return { ...said, requestId: nth(state.requests, said.requestId)?.id ?? said.requestId };
  if (said.verb === 'hangUp' || said.verb === 'reportCall') {
    return { ...said, callId: nth(Object.values(state.calls), said.callId)?.id ?? said.callId };
  }
  return said;
}

function nth<T>(list: T[], n: string): T | undefined {
  return list.at(-1 - (Number(n) % Math.max(list.length, 1)));
}
