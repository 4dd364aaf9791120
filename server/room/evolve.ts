import type { EventType, LoggedEvent, RoomEvent } from '../protocol/events.ts';
import { ENDED_INCIDENTS_KEPT, type Incident } from '../protocol/incidents.ts';
import type {
  Call,
  FloorRequest,
  Framing,
  Participant,
  RecordingWarning,
  RoomState,
  Shed,
} from '../protocol/records.ts';
import { isActive } from './calls.ts';
import { withMessage } from './chat.ts';
import { PRESENTED } from './presenting.ts';
import { hasSource, isSameSource } from './roster.ts';

type Fold<T extends EventType> = (state: RoomState, event: Extract<RoomEvent, { type: T }>, at: number) => RoomState;

/** How many refused attempts the room remembers; the log keeps them all. */
const ATTEMPTS_KEPT = 50;
/** Likewise of calls that are over: scanners call all day. */
const ENDED_CALLS_KEPT = 200;

/** One fold for every event: an event without one does not compile. Total over everything that `view` lets through. */
const FOLDS: { [T in EventType]: Fold<T> } = {
  meetingOpened: (state, { title }, at) => ({ ...state, title, openedAt: at }),
  meetingEnded: (state, _event, at) => ({ ...state, status: 'ended', endedAt: at }),
  serverRestarted: (state, _event, at) => ({
    ...state,
    participants: Object.fromEntries(
      Object.entries(state.participants).map(([id, p]) => [
        id,
        stilled(p.presence === 'present' ? lost(p, at, []) : { ...p, sources: [] }),
      ]),
    ),
  }),

  participantJoined: (state, { participant }) => ({
    ...state,
    participants: { ...state.participants, [participant.id]: participant },
  }),
  participantLost: (state, { participantId }, at) => change(state, participantId, (p) => lost(p, at, p.sources)),
  participantReturned: (state, { participantId }, at) =>
    change(state, participantId, (p) => ({ ...p, presence: 'present', presenceSince: at })),
  participantLeft: (state, { participantId, reason }, at) => {
    const gone = state.participants[participantId];
    if (!gone) return state;
    if (reason !== 'removed' && !keepsPlace(gone)) {
      const participants = without(state.participants, participantId);
      return { ...state, participants, own: without(state.own, participantId) };
    }
    const presence = reason === 'removed' ? 'removed' : 'left';
    return change(state, participantId, (p) => ({ ...p, presence, presenceSince: at, sources: [], gate: 'closed' }));
  },
  participantReadmitted: (state, { participantId }, at) =>
    change(state, participantId, (p) => ({ ...p, presence: 'left', presenceSince: at })),
  participantRenamed: (state, { participantId, name }) => change(state, participantId, (p) => ({ ...p, name })),
  sourceOpened: (state, { participantId, sent }) =>
    change(state, participantId, (p) => (hasSource(p, sent) ? p : { ...p, sources: [...p.sources, sent] })),
  sourceClosed: (state, { participantId, sent }) =>
    change(state, participantId, (p) => ({
      ...p,
      sources: p.sources.filter((s) => !isSameSource(s, sent)),
    })),
  selfMuted: (state, { participantId, muted }) => change(state, participantId, (p) => ({ ...p, muted })),

  floorRequested: upsertRequest,
  requestForwarded: upsertRequest,
  requestWithdrawn: upsertRequest,
  requestDeclined: upsertRequest,
  floorGranted: upsertRequest,
  floorFinished: upsertRequest,
  microphoneOpened: (state, { participantId }) => change(state, participantId, (p) => ({ ...p, gate: 'open' })),
  microphoneClosed: (state, { participantId }) => change(state, participantId, (p) => ({ ...p, gate: 'closed' })),
  speakerChanged: (state, { participantId }) => ({ ...state, speaker: participantId }),

  previewEdited: (state, { preview }) => ({ ...state, preview }),
  programTaken: (state, { layout }) => ({ ...state, program: layout }),
  ownPictureTaken: (state, { audience, layout }) => ({ ...state, own: { ...state.own, [audience]: layout } }),
  programFollowed: (state, { audience }) => ({ ...state, own: without(state.own, audience) }),
  overlayChanged: (state, { overlay }) => ({ ...state, overlay }),
  holdBegan: (state, { hold }) => ({ ...state, hold }),
  holdEnded: (state) => ({ ...state, hold: null }),
  composerStrained: (state, { participantId, shed }) => change(state, participantId, (p) => strained(p, shed)),

  gainSet: (state, { participantId, gainDb }) =>
    change(state, participantId, ({ gainDb: _before, ...p }) => (gainDb === 0 ? p : { ...p, gainDb })),

  presentationStopped: (state, { participantId }) =>
    change(state, participantId, (p) => ({ ...p, sources: p.sources.filter((s) => !PRESENTED.includes(s.source)) })),
  messageWritten: (state, { message }) => ({ ...state, chat: withMessage(state, message) }),
  chatOpened: (state, { open }) => ({ ...state, chat: { ...state.chat, open } }),
  endpointReported: (state, { participantId, endpoint }) => change(state, participantId, (p) => ({ ...p, endpoint })),
  cameraMoved: (state, { participantId, moving }) =>
    change(state, participantId, (p) => ({ ...p, camera: { ...p.camera, moving } })),
  framingStored: (state, { participantId, framing }, at) =>
    change(state, participantId, (p) => ({
      ...p,
      camera: { moving: null, ...p.camera, stored: { preset: framing.preset, at } },
      framings: [...otherFramings(p, framing.preset), framing].sort((a, b) => a.preset - b.preset),
    })),
  framingRecalled: (state, { participantId, preset }, at) =>
    change(state, participantId, (p) => ({ ...p, camera: { ...p.camera, moving: null, recalled: { preset, at } } })),
  framingForgotten: (state, { participantId, preset }) =>
    change(state, participantId, (p) => ({ ...p, framings: otherFramings(p, preset) })),

  sitesInvited: (state, { sites }) => ({ ...state, sites: Object.fromEntries(sites.map((s) => [s.siteId, s])) }),
  pinSet: (state, { pin }) => ({ ...state, pin }),

  callPlaced: upsertCall,
  callChanged: upsertCall,

  recordingRequested: (state, { recordingId, tracks, content }, at) => ({
    ...state,
    recording: { status: 'starting', id: recordingId, tracks, content, warnings: [], requestedAt: at },
  }),
  recordingStarted: (state, _event, at) => recordedOn(state, 'running', at),
  recordingWarned: (state, { warnings }, at) => warned(state, warnings, at),
  recordingStopRequested: (state, _event, at) => recordedOn(state, 'stopping', at),
  recordingSaved: (state) => ({ ...state, recording: { status: 'off' } }),
  recordingPartSaved: (state) => state,
  recordingFailed: (state) => ({ ...state, recording: { status: 'off' } }),

  incidentOpened: upsertIncident,
  incidentWidened: upsertIncident,
  incidentReported: upsertIncident,
  incidentTold: upsertIncident,
  incidentEnded: upsertIncident,

  rehearsalPrepared: (state, { bookingId, startsAt, dueAt }) => ({
    ...state,
    rehearsal: { bookingId, startsAt, dueAt, sites: state.rehearsal?.sites ?? {} },
  }),
  siteRehearsed: (state, { site }) => {
    const { rehearsal } = state;
    if (!rehearsal) return state;
    return { ...state, rehearsal: { ...rehearsal, sites: { ...rehearsal.sites, [site.siteId]: site } } };
  },
  rehearsalFellDue: (state, { lacking }) =>
    state.rehearsal ? { ...state, rehearsal: { ...state.rehearsal, lacking } } : state,

  attemptRefused: (state, { attempt }) => ({ ...state, attempts: [...state.attempts, attempt].slice(-ATTEMPTS_KEPT) }),
  effectFailed: (state) => state,
};

/** The room after one more event. Server and client fold by this same function. */
export function evolve(state: RoomState, logged: LoggedEvent): RoomState {
  const fold = FOLDS[logged.event.type] as Fold<EventType>;
  return { ...fold(state, logged.event, logged.at), seq: logged.seq };
}

/** A site's and the chair's place outlasts their leaving; guests, operators and the engine's participants just go. */
function keepsPlace(participant: Participant): boolean {
  return participant.role === 'site' || participant.role === 'chair';
}

function lost(participant: Participant, at: number, sources: Participant['sources']): Participant {
  return { ...participant, presence: 'away', presenceSince: at, sources };
}

function stilled(participant: Participant): Participant {
  return participant.camera ? { ...participant, camera: { ...participant.camera, moving: null } } : participant;
}

function strained({ shed: _before, ...participant }: Participant, shed: Shed): Participant {
  return shed === 'nothing' ? participant : { ...participant, shed };
}

function recordedOn(state: RoomState, status: 'running' | 'stopping', at: number): RoomState {
  const { recording } = state;
  if (recording.status === 'off') return state;
  const { id, tracks, content, warnings } = recording;
  const startedAt = recording.status === 'starting' ? at : recording.startedAt;
  return { ...state, recording: { status, id, tracks, content, warnings, startedAt } };
}

/** A warning that was there before keeps its time. */
function warned(state: RoomState, warnings: RecordingWarning[], at: number): RoomState {
  const { recording } = state;
  if (recording.status === 'off') return state;
  const known = new Map(recording.warnings.map(({ warning, since }) => [warning, since]));
  const now = warnings.map((warning) => ({ warning, since: known.get(warning) ?? at }));
  return { ...state, recording: { ...recording, warnings: now } };
}

function otherFramings({ framings = [] }: Participant, preset: number): Framing[] {
  return framings.filter((f) => f.preset !== preset);
}

function change(state: RoomState, id: string, to: (participant: Participant) => Participant): RoomState {
  const participant = state.participants[id];
  if (!participant) return state;
  return { ...state, participants: { ...state.participants, [id]: to(participant) } };
}

function without<T>(record: Record<string, T>, id: string): Record<string, T> {
  const { [id]: _gone, ...rest } = record;
  return rest;
}

/** In the order in which they were made, also for someone who learns of them in another. */
function upsertRequest(state: RoomState, { request }: { request: FloorRequest }): RoomState {
  const requests = [...state.requests.filter((r) => r.id !== request.id), request];
  return { ...state, requests: requests.sort((a, b) => a.requestedAt - b.requestedAt || (a.id < b.id ? -1 : 1)) };
}

function upsertCall(state: RoomState, { call }: { call: Call }): RoomState {
  const calls = { ...state.calls, [call.id]: call };
  const over = Object.values(calls).filter((c) => !isActive(c));
  for (const { id } of over.slice(0, Math.max(0, over.length - ENDED_CALLS_KEPT))) delete calls[id];
  return { ...state, calls };
}

function upsertIncident(state: RoomState, { incident }: { incident: Incident }): RoomState {
  const isKnown = state.incidents.some((one) => one.id === incident.id);
  const all = isKnown
    ? state.incidents.map((one) => (one.id === incident.id ? incident : one))
    : [...state.incidents, incident];
  const over = all.filter(({ endedAt }) => endedAt !== undefined);
  const forgotten = over.slice(0, Math.max(0, over.length - ENDED_INCIDENTS_KEPT));
  return { ...state, incidents: all.filter((one) => !forgotten.includes(one)) };
}
