import type { Kind, Participant, SentSource, Source, SourceRef } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';

/** Of what is watched and sent now: every line asks for all of its own each second. */
const KEYS = new WeakMap<SourceRef, string>();

/** Names a source within a room. Ids have no slash. */
export function keyOf(ref: SourceRef): string {
  const known = KEYS.get(ref);
  if (known !== undefined) return known;
  const { participantId, source, for: whose = '', tier } = ref;
  const name = `${participantId}/${source}/${whose}`;
  const key = tier ? `${name}/${tier}` : name;
  KEYS.set(ref, key);
  return key;
}

const MEDIA_KIND: Record<Source, 'audio' | 'video'> = {
  camera: 'video',
  microphone: 'audio',
  screen: 'video',
  screenAudio: 'audio',
  program: 'video',
  content: 'video',
  programWithContent: 'video',
  mix: 'audio',
  mixMinus: 'audio',
};

const SENT_BY: Record<Kind, readonly Source[]> = {
  browser: ['camera', 'microphone', 'screen', 'screenAudio'],
  sip: ['camera', 'microphone', 'screen'],
  simulator: ['camera', 'microphone', 'screen'],
  composer: ['program', 'content', 'programWithContent', 'mix', 'mixMinus'],
  recorder: [],
  gateway: [],
};

/** In several tiers, each a producer of its own. */
const TIERED: ReadonlySet<Source> = new Set<Source>(['program', 'content', 'programWithContent']);

const GUESTS: readonly Source[] = ['camera', 'microphone'];

/** A codec hears one of them at a time. */
export function isMix(source: Source): boolean {
  return source === 'mix' || source === 'mixMinus';
}

export function mediaKindOf(source: Source): 'audio' | 'video' {
  return MEDIA_KIND[source];
}

/** Services send and receive plain RTP on loopback, browsers WebRTC. */
export function isPlain(kind: Kind): boolean {
  return kind !== 'browser';
}

/** Throws `Refused` where this participant may not send this source, or not as this kind of media. */
export function checkSource(participant: Participant, kind: 'audio' | 'video', sent: SentSource): void {
  const sources = participant.role === 'guest' ? GUESTS : SENT_BY[participant.kind];
  if (!sources.includes(sent.source) || !SENT_BY[participant.kind].includes(sent.source)) {
    throw new Refused('notPermitted', sent.source);
  }
  if (MEDIA_KIND[sent.source] !== kind) throw new Refused('mediaUnsupported', `${sent.source} as ${kind}`);
  const isPersonal = sent.source === 'mixMinus' || (sent.source === 'program' && sent.for !== undefined);
  if (isPersonal !== (sent.for !== undefined)) throw new Refused('malformed', 'sent.for');
  if (sent.tier !== undefined && !TIERED.has(sent.source)) throw new Refused('malformed', 'sent.tier');
}
