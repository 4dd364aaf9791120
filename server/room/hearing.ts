import type { ParticipantId } from '../protocol/ids.ts';
import type { Participant, RoomState, Source, SourceRef } from '../protocol/records.ts';
import { presenterOf } from './layout.ts';
import { isIn } from './state.ts';
import { pictureKeyFor, sentPictureOf, tilesFor } from './viewing.ts';

const SOUND: ReadonlySet<Source> = new Set<Source>(['microphone', 'screenAudio', 'mix', 'mixMinus']);

export function isSound(source: Source): boolean {
  return SOUND.has(source);
}

/**
 * The gate (REG-10): does this sound go to this listener? The media part only obeys. The sound of a shared screen is
 * sound of the one who shares it and passes the same gate. Browsers and the composer hear the open microphones, the
 * recorder hears the composer's mix. A codec hears the mix until there is one without it, and from then on that one: what
 * it said last is still in the other when its gate has closed. So its voice enters the mix only when there is such a one.
 */
export function mayHear(state: RoomState, listenerId: ParticipantId, from: SourceRef): boolean {
  const listener = state.participants[listenerId];
  const sender = state.participants[from.participantId];
  if (!isIn(listener) || !isIn(sender) || listener.id === sender.id || !isSound(from.source)) return false;
  switch (listener.kind) {
    case 'browser':
      return isOpen(sender);
    case 'composer':
      return isOpen(sender) && (sender.kind !== 'sip' || mixesWithout(listener, sender));
    case 'sip':
      if (sender.kind !== 'composer') return false;
      return mixesWithout(sender, listener)
        ? from.source === 'mixMinus' && from.for === listener.id
        : from.source === 'mix';
    case 'recorder':
      return (sender.kind === 'composer' && from.source === 'mix') || isRecorded(state, sender, from);
    case 'simulator':
    case 'gateway':
      return false;
  }
}

function isOpen({ role, gate }: Participant): boolean {
  return role !== 'service' && gate === 'open';
}

function mixesWithout(composer: Participant, codec: Participant): boolean {
  return composer.sources.some((sent) => sent.source === 'mixMinus' && sent.for === codec.id);
}

/** Kept beside the program, where it was asked for: who speaks, while the gate is open, and what is presented. */
function isRecorded(state: RoomState, sender: Participant, { source }: SourceRef): boolean {
  const { recording } = state;
  if (recording.status === 'off' || sender.role === 'service') return false;
  const isOpen = sender.gate === 'open';
  if (source === 'camera' || source === 'microphone') return recording.tracks === 'speakers' && isOpen;
  const isShown = source === 'screen' || (source === 'screenAudio' && isOpen);
  return recording.content && isShown && presenterOf(state)?.id === sender.id;
}

/**
 * Does this picture go to this viewer? The centre and the chair see every site, a site sees what its picture shows,
 * codecs see the composed picture that is drawn for them and what is presented, the recorder the program. While the
 * meeting is held, the composed picture is the hold slide and sites see nothing else.
 */
export function maySee(state: RoomState, viewerId: ParticipantId, from: SourceRef): boolean {
  const viewer = state.participants[viewerId];
  const sender = state.participants[from.participantId];
  if (!isIn(viewer) || !isIn(sender) || viewer.id === sender.id || isSound(from.source)) return false;
  const isComposed = sender.kind === 'composer';
  if (viewer.kind === 'recorder') {
    return (isComposed && from.source === 'program' && from.for === undefined) || isRecorded(state, sender, from);
  }
  if (viewer.kind === 'sip') return isComposed && codecSees(state, viewer, from);
  if (isComposed || viewer.kind === 'simulator' || viewer.kind === 'gateway') return false;
  return seesEveryone(viewer) || isShownTo(state, viewer.id, from);
}

/**
 * A bridge gets no picture with itself in it (REG-19). Others may have what is not drawn for somebody else alone: they see
 * the picture of before until the one that is drawn for them is there. Nobody gets his own presentation back.
 */
function codecSees(state: RoomState, viewer: Participant, { source, for: key }: SourceRef): boolean {
  if (source === 'program') {
    if (key === sentPictureOf(pictureKeyFor(state, viewer.id)).for) return true;
    const isSomeoneElses = key !== undefined && key !== viewer.id && key in state.participants;
    return !viewer.bridge && (key === undefined || !(state.hold || isSomeoneElses));
  }
  if (state.hold) return false;
  if (source === 'programWithContent') return !viewer.bridge;
  return source === 'content' && presenterOf(state)?.id !== viewer.id;
}

function seesEveryone(viewer: Participant): boolean {
  return viewer.role === 'operator' || viewer.role === 'chair' || viewer.kind === 'composer';
}

function isShownTo(state: RoomState, viewerId: ParticipantId, { participantId, source }: SourceRef): boolean {
  return shownTo(state, viewerId).has(`${participantId}/${source}`);
}

/** What a room's states show by their keys: asked for every picture of every viewer whenever something changes. */
const SHOWN = new WeakMap<RoomState, Map<string, ReadonlySet<string>>>();

function shownTo(state: RoomState, viewerId: ParticipantId): ReadonlySet<string> {
  const byKey = SHOWN.get(state) ?? new Map<string, ReadonlySet<string>>();
  SHOWN.set(state, byKey);
  const key = pictureKeyFor(state, viewerId);
  const known = byKey.get(key) ?? new Set(tilesFor(state, viewerId).map((t) => `${t.participantId}/${t.source}`));
  byKey.set(key, known);
  return known;
}
