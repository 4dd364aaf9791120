import type { EventType, LoggedEvent, RoomEvent } from '../protocol/events.ts';
import { participantIdOfSite } from '../protocol/ids.ts';
import type { Incident } from '../protocol/incidents.ts';
import type { Chapter } from '../protocol/recording.ts';
import { type Placing, Wander } from './timeline.ts';

/** A chapter without its place. */
type Subject = Chapter extends infer C ? (C extends Chapter ? Omit<C, 'at' | 'to'> : never) : never;

/**
 * What happened in a recording, from its meeting's log: in the order of its beginning. What was so already when the
 * recording began, begins at 0; what is not over when it ends has no end.
 * @param events of the whole meeting, in order
 */
export function chaptersOf(events: readonly LoggedEvent[], placing: Placing, recordingId: string): Chapter[] {
  const { timeline } = placing;
  const wander = new Wander(placing);
  const telling = new Telling(recordingId);
  for (const { event, at } of events) {
    const tell = TOLD[event.type] as Tell<EventType> | undefined;
    // The monitor waits a little before it calls something an incident.
    const began = event.type === 'incidentOpened' ? event.incident.openedAt : at;
    tell?.(telling, event, wander.at(began));
  }
  const gaps = timeline.gaps.map(({ at, durationMs }) => ({ kind: 'gap' as const, at, to: at + durationMs }));
  return [...telling.chapters(), ...gaps]
    .filter(({ at, to }) => at < timeline.durationMs && (to === undefined || to > at))
    .sort((a, b) => a.at - b.at);
}

/** Everyone who sat in the meeting, by the names that they had. */
export function sitesOf(events: readonly LoggedEvent[]): string[] {
  const names = events.flatMap(({ event }) => {
    if (event.type === 'participantJoined' && event.participant.role !== 'service') return [event.participant.name];
    return event.type === 'participantRenamed' ? [event.name] : [];
  });
  return [...new Set(names)];
}

/** Chapters as they are told. What is not over is known by a key, by which a later event ends it. */
class Telling {
  readonly recordingId: string;
  readonly #names = new Map<string, string>();
  readonly #over: Chapter[] = [];
  readonly #open = new Map<string, Chapter>();

  constructor(recordingId: string) {
    this.recordingId = recordingId;
  }

  chapters(): Chapter[] {
    return [...this.#over, ...this.#open.values()];
  }

  name(participantId: string, name: string): void {
    this.#names.set(participantId, name);
  }

  nameOf(participantId: string): string | undefined {
    return this.#names.get(participantId);
  }

  /** Of one whose name is known: the engine's own participants make no chapters. */
  beginOf(kind: 'floor' | 'content' | 'incident', participantId: string, at: number): void {
    const name = this.#names.get(participantId);
    if (name !== undefined) this.begin(`${kind}/${participantId}`, { kind, participantId, name }, at);
  }

  /** What was begun under this key ends with it. */
  begin(key: string, subject: Subject, at: number): void {
    this.end(key, at);
    this.#open.set(key, { ...subject, at });
  }

  /** A site's that was lost just now is the same thing; else it is told of by itself. */
  fail({ id: incidentId, kind: failed, participantIds }: Incident, at: number): void {
    const [participantId = '', ...others] = participantIds;
    const lost = this.#open.get(`incident/${participantId}`);
    if (lost && others.length === 0 && failed === 'line') {
      this.#open.set(`incident/${participantId}`, { ...lost, incidentId } as Chapter);
      return;
    }
    const key = `failure/${incidentId}`;
    const name = this.#names.get(participantId) ?? participantId;
    const rest = others.length === 0 ? {} : { others: others.map((id) => this.#names.get(id) ?? id) };
    const since = this.#open.get(key)?.at ?? at;
    this.#open.set(key, { kind: 'incident', at: since, participantId, name, incidentId, failed, ...rest });
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  end(key: string, at: number): void {
    const chapter = this.#open.get(key);
    if (!chapter) return;
    this.#open.delete(key);
    this.#over.push({ ...chapter, to: at });
  }

  endOf(participantId: string, at: number): void {
    for (const kind of ['incident', 'floor', 'content', 'own']) this.end(`${kind}/${participantId}`, at);
  }

  endAll(prefix: string, at: number, but: readonly string[] = []): void {
    for (const key of [...this.#open.keys()]) if (key.startsWith(prefix) && !but.includes(key)) this.end(key, at);
  }
}

type Tell<T extends EventType> = (told: Telling, event: Extract<RoomEvent, { type: T }>, at: number) => void;

/** What makes or ends a chapter. */
const TOLD: { [T in EventType]?: Tell<T> } = {
  participantJoined: (told, { participant }, at) => {
    if (participant.role !== 'service') told.name(participant.id, participant.name);
    told.endOf(participant.id, at);
  },
  participantRenamed: (told, { participantId, name }) => told.name(participantId, name),
  participantLost: (told, { participantId }, at) => told.beginOf('incident', participantId, at),
  participantReturned: (told, { participantId }, at) => told.end(`incident/${participantId}`, at),
  participantLeft: (told, { participantId }, at) => told.endOf(participantId, at),
  serverRestarted: (told, _event, at) => told.endAll('content/', at),

  sitesInvited: (told, { sites }) => {
    for (const { siteId, name } of sites) {
      if (told.nameOf(participantIdOfSite(siteId)) === undefined) told.name(participantIdOfSite(siteId), name);
    }
  },
  incidentOpened: (told, { incident }, at) => told.fail(incident, at),
  incidentWidened: (told, { incident }, at) => told.fail(incident, at),
  incidentEnded: (told, { incident }, at) => told.end(`failure/${incident.id}`, at),

  microphoneOpened: (told, { participantId }, at) => told.beginOf('floor', participantId, at),
  microphoneClosed: (told, { participantId }, at) => told.end(`floor/${participantId}`, at),

  sourceOpened: (told, { participantId, sent }, at) => {
    if (sent.source === 'screen') told.beginOf('content', participantId, at);
  },
  sourceClosed: (told, { participantId, sent }, at) => {
    if (sent.source === 'screen') told.end(`content/${participantId}`, at);
  },
  presentationStopped: (told, { participantId }, at) => told.end(`content/${participantId}`, at),

  programTaken: (told, { layout: { name, slots } }, at) => {
    const shown = slots.flatMap((slot) => (slot.show === 'participant' ? [told.nameOf(slot.participantId)] : []));
    const names = shown.filter((one) => one !== undefined);
    told.begin('layout', { kind: 'layout', layout: name, names }, at);
  },
  ownPictureTaken: (told, { audience }, at) => {
    const name = told.nameOf(audience);
    told.begin(`own/${audience}`, { kind: 'ownPicture', audience, ...(name ? { name } : {}) }, at);
  },
  programFollowed: (told, { audience }, at) => told.end(`own/${audience}`, at),
  holdBegan: (told, { hold: { kind, text } }, at) => told.begin('hold', { kind: 'hold', hold: kind, text }, at),
  holdEnded: (told, _event, at) => told.end('hold', at),

  recordingWarned: (told, { recordingId, warnings }, at) => {
    if (recordingId !== told.recordingId) return;
    const keys = warnings.map((warning) => `warning/${warning}`);
    told.endAll('warning/', at, keys);
    for (const warning of warnings) {
      if (!told.isOpen(`warning/${warning}`)) told.begin(`warning/${warning}`, { kind: 'warning', warning }, at);
    }
  },
};
