import fc from 'fast-check';
import type { Command } from '../../../server/protocol/commands.ts';
import type { LoggedEvent } from '../../../server/protocol/events.ts';
import type { InvitedSite, Kind, Layout, Role, RoomState, Slot, Source } from '../../../server/protocol/records.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { defaultSlots, type FixedLayout, LAYOUTS } from '../../../server/room/geometry.ts';
import type { Actor } from '../../../server/room/policy.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import type { SystemCommand } from '../../../server/room/system-commands.ts';

/** A small province: enough of every role and kind for the rules to meet each other. */
export const CAST: { id: string; role: Role; kind: Kind; callId?: string }[] = [
  { id: 'op', role: 'operator', kind: 'browser' },
  { id: 'op2', role: 'operator', kind: 'browser' },
  { id: 'chair', role: 'chair', kind: 'browser' },
  { id: 'ba-be', role: 'site', kind: 'browser' },
  { id: 'na-ri', role: 'site', kind: 'browser' },
  { id: 'pac-nam', role: 'site', kind: 'sip' },
  { id: 'site-bo', role: 'site', kind: 'sip', callId: 'in-bo' },
  { id: 'guest', role: 'guest', kind: 'browser' },
  { id: 'composer', role: 'service', kind: 'composer' },
  { id: 'gateway', role: 'service', kind: 'gateway' },
];

/** An upper level's bridge, a codec that registers, and one with an address and a telephone. */
export const SITES: InvitedSite[] = [
  { siteId: 'bo', name: 'Bộ', address: 'sip:mcu@10.1.0.1', bridge: true, encryption: 'required' },
  { siteId: 'ba-be', name: 'Ba Bể', account: 'babe', bridge: false, encryption: 'preferred' },
  {
    siteId: 'na-ri',
    name: 'Na Rì',
    address: 'na-ri@10.0.0.7',
    fallback: 'sip:0209@10.0.0.1',
    bridge: false,
    encryption: 'off',
  },
];

const id = fc.constantFrom(...CAST.map((c) => c.id));
/** Which of the records that there are by then. */
const record = fc.nat(9).map(String);
/** Whose camera, mostly of those that can be moved. */
const framed = fc.constantFrom('pac-nam', 'site-bo', 'ba-be');
const source = fc.constantFrom<Source>('camera', 'microphone', 'screen', 'screenAudio', 'program', 'content', 'mix');

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
  fc.record({
    verb: fc.constant('openSource' as const),
    participantId: id,
    sent: fc.constant({ source: 'screen' as const }),
  }),
  fc.record({ verb: fc.constant('setSpeaker' as const), participantId: fc.option(id) }),
  fc.constant({ verb: 'recover' as const }),
  fc.subarray(SITES).map((sites) => ({ verb: 'invite' as const, sites })),
  fc.constantFrom(1_000, 2_000).map((dueAt) => ({
    verb: 'prepareRehearsal' as const,
    ...{ bookingId: 'b1', startsAt: 3_000, dueAt },
  })),
  fc.constantFrom('123456', '654321').map((pin) => ({ verb: 'setPin' as const, pin })),
  fc.constantFrom('bo', 'ba-be', 'xa').map((siteId) => ({
    verb: 'recordCall' as const,
    callId: `in-${siteId}`,
    participantId: `site-${siteId}`,
    address: `sip:${siteId}@10.1.0.1`,
    name: siteId,
    siteId,
  })),
);

const slot: fc.Arbitrary<Slot> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom<Slot['show']>('speaker', 'chair', 'content', 'empty').map((show) => ({ show }) as Slot),
  },
  { weight: 2, arbitrary: fc.constant({ show: 'auto' as const, fit: 'contain' as const }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('ba-be', 'pac-nam', 'site-bo', 'chair')
      .map((participantId) => ({ show: 'participant' as const, participantId })),
  },
);
const fixed = fc.constantFrom(...(Object.keys(LAYOUTS) as FixedLayout[]));
const side = fc.constantFrom(0.1, 0.25, 0.5, 2 / 3);
const rectangle = fc.record({ x: fc.constantFrom(0, 1 / 3), y: fc.constantFrom(0, 0.3), w: side, h: side });

/** Every layout there may be: with its usual slots or any, of fixed tiles, of as many as are needed, of its own. */
export const layouts: fc.Arbitrary<Layout> = fc.oneof(
  { weight: 4, arbitrary: fixed.map((name): Layout => ({ name, slots: defaultSlots(name) })) },
  {
    weight: 4,
    arbitrary: fixed.chain((name) => {
      const count = LAYOUTS[name].length;
      return fc.array(slot, { minLength: count, maxLength: count }).map((slots): Layout => ({ name, slots }));
    }),
  },
  { weight: 1, arbitrary: fc.constant<Layout>({ name: 'auto', slots: [] }) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.record({ slot, tile: rectangle }), { minLength: 1, maxLength: 6 })
      .map((both): Layout => ({ name: 'custom', slots: both.map((b) => b.slot), tiles: both.map((b) => b.tile) })),
  },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constantFrom(
        'enterRequest' as const,
        'revokeFloor' as const,
        'openMicrophone' as const,
        'closeMicrophone' as const,
        'removeParticipant' as const,
        'readmitParticipant' as const,
        'stopPresenting' as const,
      ),
      participantId: id,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constantFrom('forwardRequest' as const, 'grantFloor' as const, 'declineRequest' as const),
      requestId: record,
    }),
  },
  fc.record({
    verb: fc.constantFrom(
      'leave' as const,
      'requestFloor' as const,
      'withdrawRequest' as const,
      'finishSpeaking' as const,
      'closeAllMicrophones' as const,
      'startRecording' as const,
      'stopRecording' as const,
      'dialAbsent' as const,
    ),
  }),
  fc.record({ verb: fc.constant('muteSelf' as const), muted: fc.boolean() }),
  { weight: 3, arbitrary: layouts.map((layout) => ({ verb: 'editPreview' as const, layout })) },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant('take' as const),
      version: fc.nat(9),
      audience: fc.constantFrom('everyone', 'everyone', 'codecs', 'pac-nam', 'ba-be', 'guest'),
    }),
  },
  fc.constantFrom('codecs', 'pac-nam', 'ba-be').map((audience) => ({ verb: 'followProgram' as const, audience })),
  fc.record({ verb: fc.constant('setOverlay' as const), banner: fc.constantFrom('', 'Giải lao'), clock: fc.boolean() }),
  fc.record({ verb: fc.constant('hold' as const), kind: fc.constantFrom('before' as const, 'break' as const) }),
  { weight: 2, arbitrary: fc.constant({ verb: 'endHold' as const }) },
  fc.record({
    verb: fc.constant('openIncident' as const),
    participantId: id,
    kind: fc.constantFrom('line' as const, 'sound' as const, 'picture' as const),
  }),
  fc.record({
    verb: fc.constant('reportIncident' as const),
    incidentId: record,
    cause: fc.constantFrom('', 'Mất điện'),
  }),
  fc.record({ verb: fc.constant('endIncident' as const), incidentId: record }),
  fc.record({ verb: fc.constant('setGain' as const), participantId: id, gainDb: fc.integer({ min: -20, max: 20 }) }),
  fc.record({
    verb: fc.constantFrom('writeToCentre' as const, 'writeToEveryone' as const),
    text: fc.constantFrom('Nghe rõ không?', 'Rõ'),
  }),
  fc.record({ verb: fc.constant('writeTo' as const), participantId: id, text: fc.constant('Chỉnh lại khung hình') }),
  fc.record({ verb: fc.constant('openChat' as const), open: fc.boolean() }),
  fc.constantFrom('sip:a@10.0.0.1', 'sip:b@10.0.0.1').map((address) => ({ verb: 'dial' as const, address })),
  fc.constantFrom('bo', 'ba-be', 'na-ri', 'xa').map((siteId) => ({ verb: 'dialSite' as const, siteId })),
  fc.record({ verb: fc.constantFrom('hangUp' as const, 'redial' as const), callId: record }),
  fc.record({
    verb: fc.constant('moveCamera' as const),
    participantId: framed,
    pan: fc.constantFrom(-1 as const, 0 as const, 1 as const),
    tilt: fc.constant(0 as const),
    zoom: fc.constant(0 as const),
  }),
  fc.record({
    verb: fc.constant('storeFraming' as const),
    participantId: framed,
    preset: fc.nat(2),
    name: fc.constantFrom('Bục', 'Toàn cảnh'),
  }),
  fc.record({
    verb: fc.constantFrom('recallFraming' as const, 'forgetFraming' as const),
    participantId: framed,
    preset: fc.nat(2),
  }),
);

const strain: fc.Arbitrary<Command> = fc.record({
  verb: fc.constant('reportComposer' as const),
  participantId: fc.constant('composer'),
  shed: fc.constantFrom('nothing' as const, 'transitions' as const, 'frameRate' as const, 'tier' as const),
});

/** What the gateway tells. */
const report: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    verb: fc.constant('reportCall' as const),
    callId: record,
    status: fc.constantFrom('trying' as const, 'ringing' as const, 'answered' as const, 'failed' as const),
    address: fc.constantFrom('sip:0209@10.0.0.1', 'na-ri@10.0.0.7'),
  }),
  fc.record({
    verb: fc.constant('reportCall' as const),
    callId: record,
    status: fc.constant('waiting' as const),
    attempt: fc.integer({ min: 2, max: 4 }),
    retryAt: fc.nat(),
    cause: fc.constantFrom('busy' as const, 'notRegistered' as const),
    causeText: fc.constant('Busy Here'),
  }),
  fc.record({
    verb: fc.constant('reportEndpoint' as const),
    participantId: framed,
    endpoint: fc.record({
      userAgent: fc.constant('TANDBERG/529'),
      encrypted: fc.boolean(),
      content: fc.constantFrom('separate' as const, 'inside' as const, 'none' as const),
      cameraControl: fc.boolean(),
      video: fc.constant(true),
    }),
  }),
);

type Said = { by: string; said: Command | SystemCommand };

/** Everyone is in and sends what a participant of its kind sends. */
const OPENING: Said[] = [
  { by: 'system', said: { verb: 'open', roomId: 'room', title: 'Room' } },
  { by: 'system', said: { verb: 'invite', sites: SITES } },
  {
    by: 'system',
    said: {
      verb: 'recordCall',
      callId: 'in-bo',
      participantId: 'site-bo',
      address: 'sip:mcu@10.1.0.1',
      name: 'Bộ',
      siteId: 'bo',
    },
  },
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
  ...['pac-nam', 'site-bo'].map((participantId): Said => {
    const endpoint = { encrypted: true, content: 'separate' as const, cameraControl: true, video: true };
    return { by: 'gateway', said: { verb: 'reportEndpoint', participantId, endpoint } };
  }),
  { by: 'op', said: { verb: 'storeFraming', participantId: 'pac-nam', preset: 1, name: 'Bục' } },
];

/** Most of what is said is said by the centre, so that rules are met and not only refusals. */
const speakers = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('op', 'op', 'op2', 'chair') },
  { weight: 1, arbitrary: id },
);
const requests = fc.record({
  by: fc.constantFrom('ba-be', 'na-ri', 'pac-nam', 'guest'),
  said: fc.constantFrom(
    { verb: 'requestFloor' as const },
    { verb: 'writeToCentre' as const, text: 'Mất tiếng' },
    { verb: 'writeToEveryone' as const, text: 'Chào các điểm cầu' },
  ),
});

export const stories: fc.Arbitrary<Said[]> = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: system.map((said) => ({ by: 'system', said })) },
      { weight: 8, arbitrary: fc.record({ by: speakers, said: command }) },
      { weight: 2, arbitrary: fc.record({ by: fc.constant('gateway'), said: report }) },
      { weight: 2, arbitrary: requests },
      { weight: 1, arbitrary: fc.record({ by: fc.constant('composer'), said: strain }) },
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
  // Who has no connection says nothing.
  return participant?.presence === 'present'
    ? { participantId: by, role: participant.role, kind: participant.kind }
    : null;
}

/** `requestId` and `callId` of a story count through the records that the room has. */
function resolved(state: RoomState, said: Command | SystemCommand): Command | SystemCommand {
  // Nobody takes what he has not seen; now and then somebody tries.
  if (said.verb === 'take' && said.version > 1) return { ...said, version: state.preview.version };
  if ('requestId' in said) return { ...said, requestId: nth(state.requests, said.requestId)?.id ?? said.requestId };
  if (said.verb === 'hangUp' || said.verb === 'redial' || said.verb === 'reportCall') {
    return { ...said, callId: nth(Object.values(state.calls), said.callId)?.id ?? said.callId };
  }
  return said;
}

function nth<T>(list: T[], n: string): T | undefined {
  return list.at(-1 - (Number(n) % Math.max(list.length, 1)));
}
