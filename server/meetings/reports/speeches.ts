import type { LoggedEvent } from '../../protocol/events.ts';
import type { FloorRequest } from '../../protocol/records.ts';
import type { Minutes, Speaker, Speech } from '../../protocol/reports.ts';
import { lengthOf, type Span, Spans } from './spans.ts';

type Begun = Omit<Speech, keyof Span>;

/** Who spoke when: the microphone was open at the server (REG-10), with the request that led to it (REG-9). */
export class Speeches {
  readonly #spans = new Spans<Begun>();
  /** The last that is known of each request, and the events that told of it. */
  readonly #requests = new Map<string, { request: FloorRequest; seqs: number[] }>();

  /** @param name of the one it is about; undefined for the engine's own */
  see(logged: LoggedEvent, nameOf: (participantId: string) => string | undefined): void {
    const { event, seq } = logged;
    if ('request' in event) this.#requested(event.request, seq);
    if (event.type === 'microphoneOpened') this.#opened(logged, event.participantId, nameOf(event.participantId));
    if (event.type === 'floorGranted') this.#grant(event.request);
    if (event.type === 'microphoneClosed') {
      const speech = this.#spans.end(event.participantId, logged);
      if (speech) speech.closed = event.reason;
    }
    if (event.type === 'meetingEnded') this.#spans.endAll(logged);
  }

  /** @param since what was over by then was of the rehearsal */
  until(at: number, since = Number.NEGATIVE_INFINITY): Pick<Minutes, 'speeches' | 'speakers' | 'unheard'> {
    const speeches = this.#spans.until(at, since).map((speech) => this.#withRequest(speech));
    const heard = new Set(speeches.map(({ request }) => request?.id));
    const unheard = [...this.#requests.values()].filter(
      ({ request }) => !heard.has(request.id) && request.requestedAt > since,
    );
    return { speeches, speakers: speakersOf(speeches), unheard };
  }

  #requested(request: FloorRequest, seq: number): void {
    const known = this.#requests.get(request.id);
    this.#requests.set(request.id, { request, seqs: [...(known?.seqs ?? []), seq] });
  }

  #opened(logged: LoggedEvent, participantId: string, name: string | undefined): void {
    if (name === undefined) return;
    const granted = [...this.#requests.values()].find(
      ({ request }) => request.participantId === participantId && request.status === 'speaking',
    );
    const request = granted ? { request: granted.request } : {};
    this.#spans.begin(participantId, logged, { participantId, name, ...request });
  }

  /** Of one whose microphone was open already. */
  #grant(request: FloorRequest): void {
    const speech = this.#spans.of(request.participantId);
    if (speech) speech.request = request;
  }

  #withRequest(speech: Speech): Speech {
    const known = speech.request && this.#requests.get(speech.request.id);
    if (!known) return speech;
    const seqs = [...new Set([...known.seqs, ...speech.seqs])].sort((a, b) => a - b);
    return { ...speech, request: known.request, seqs };
  }
}

function speakersOf(speeches: readonly Speech[]): Speaker[] {
  const speakers = new Map<string, Speaker>();
  for (const speech of speeches) {
    const { participantId, name } = speech;
    const before = speakers.get(participantId) ?? { participantId, name, times: 0, ms: 0, seqs: [] };
    speakers.set(participantId, {
      ...before,
      times: before.times + 1,
      ms: before.ms + lengthOf(speech),
      seqs: [...before.seqs, ...speech.seqs],
    });
  }
  return [...speakers.values()].sort((a, b) => b.ms - a.ms);
}
