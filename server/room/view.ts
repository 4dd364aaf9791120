import type { EventType, LoggedEvent, RoomEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { FloorRequest, OwnAudience, Participant, RoomState } from '../protocol/records.ts';
import { seesMessage } from './chat.ts';
import { INITIAL_LAYOUT } from './state.ts';

/**
 * What each participant may see, as one pure function over states and one over events; folding the viewed events into
 * the viewed state gives the viewed state (but for `seq`, which counts all).
 *
 * The centre and the engine see everything. The chair sees the requests that were forwarded or decided, everyone else
 * their own. Addresses, calls, the invited sites, the PIN, preview, what ails a recording, the rehearsal and refused attempts are the centre's, incidents also the chair's (REG-8); what a
 * codec is and where its camera looks, the centre's and its own, likewise a picture other than the program. Messages: see `chat.ts`.
 */
export function viewState(state: RoomState, viewerId: ParticipantId): RoomState {
  const viewer = state.participants[viewerId];
  if (seesAll(viewer)) return state;
  const { pin: _pin, ...rest } = state;
  return {
    ...rest,
    participants: Object.fromEntries(
      Object.entries(state.participants)
        .filter(([, p]) => p.role !== 'service')
        .map(([id, p]) => [id, recordFor(viewerId, p)]),
    ),
    requests: state.requests.filter((r) => seesRequest(viewer, r)),
    preview: { version: 0, layout: INITIAL_LAYOUT },
    own: Object.fromEntries(Object.entries(state.own).filter(([audience]) => isAmong(viewer, audience))),
    calls: {},
    sites: {},
    recording: state.recording.status === 'off' ? state.recording : { ...state.recording, warnings: [] },
    attempts: [],
    chat: { ...state.chat, messages: state.chat.messages.filter((m) => seesMessage(viewer, m)) },
    incidents: seesIncidents(viewer) ? state.incidents : [],
    rehearsal: null,
  };
}

/**
 * @param logged the event as stored
 * @param before the room before it: who left is still known there
 * @param after the room after it: who joined is already known there
 * @returns the event as this participant may see it, or nothing; the same object for all who see the same of it
 */
export function viewEvent(
  logged: LoggedEvent,
  before: RoomState,
  after: RoomState,
  viewerId: ParticipantId,
): LoggedEvent | null {
  const viewer = after.participants[viewerId] ?? before.participants[viewerId];
  if (seesAll(viewer)) return logged;
  const { event } = logged;
  if (CENTRE_ONLY.has(event.type)) return null;
  if ('audience' in event) return isAmong(viewer, event.audience) ? logged : null;
  if ('message' in event) return seesMessage(viewer, event.message) ? logged : null;
  if ('incident' in event) return seesIncidents(viewer) ? logged : null;
  if ('request' in event) return seesRequest(viewer, event.request) ? logged : null;
  if (event.type === 'participantJoined') {
    if (event.participant.role === 'service') return null;
    return event.participant.id === viewerId ? joined(logged, event, viewerId) : joinedForOthers(logged, event);
  }
  if (OWN.has(event.type) && !('participantId' in event && event.participantId === viewerId)) return null;
  if ('participantId' in event && event.participantId !== null) {
    const subject = before.participants[event.participantId] ?? after.participants[event.participantId];
    if (subject?.role === 'service') return null;
  }
  return logged;
}

type Joined = Extract<RoomEvent, { type: 'participantJoined' }>;

function joined(logged: LoggedEvent, event: Joined, viewerId: ParticipantId | undefined): LoggedEvent {
  return { ...logged, event: { ...event, participant: recordFor(viewerId, event.participant) } };
}

/** One and the same for all of them: whoever sends it writes it once. */
const JOINED = new WeakMap<LoggedEvent, LoggedEvent>();

function joinedForOthers(logged: LoggedEvent, event: Joined): LoggedEvent {
  const viewed = JOINED.get(logged) ?? joined(logged, event, undefined);
  JOINED.set(logged, viewed);
  return viewed;
}

const CENTRE_ONLY: ReadonlySet<EventType> = new Set<RoomEvent['type']>([
  'previewEdited',
  'callPlaced',
  'callChanged',
  'sitesInvited',
  'pinSet',
  'recordingWarned',
  'rehearsalPrepared',
  'siteRehearsed',
  'rehearsalFellDue',
  'attemptRefused',
  'effectFailed',
]);

/** The centre's and the participant's own. */
const OWN: ReadonlySet<EventType> = new Set<RoomEvent['type']>([
  'endpointReported',
  'cameraMoved',
  'framingStored',
  'framingRecalled',
  'framingForgotten',
]);

function seesAll(viewer: Participant | undefined): boolean {
  return viewer?.role === 'operator' || viewer?.role === 'service';
}

/** REG-8: the chair is told. */
function seesIncidents(viewer: Participant | undefined): boolean {
  return viewer?.role === 'chair';
}

function isAmong(viewer: Participant | undefined, audience: OwnAudience): boolean {
  return viewer !== undefined && (audience === viewer.id || (audience === 'codecs' && viewer.kind === 'sip'));
}

function seesRequest(viewer: Participant | undefined, request: FloorRequest): boolean {
  if (!viewer) return false;
  if (viewer.role === 'chair' && (request.forwardedAt !== undefined || request.decidedAt !== undefined)) return true;
  return request.participantId === viewer.id;
}

function recordFor(viewerId: ParticipantId | undefined, participant: Participant): Participant {
  const { address: _address, callId: _callId, siteId: _siteId, ...own } = participant;
  if (participant.id === viewerId) return own;
  const { endpoint: _endpoint, camera: _camera, framings: _framings, ...rest } = own;
  return rest;
}
