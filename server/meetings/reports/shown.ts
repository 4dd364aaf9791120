import type { LoggedEvent } from '../../protocol/events.ts';
import type { Minutes, Recorded } from '../../protocol/reports.ts';
import { type Span, Spans } from './spans.ts';

/** What was presented, when everyone had a pause, and what was recorded. */
export class Shown {
  readonly #presented = new Spans<{ participantId: string; name: string }>();
  readonly #pauses = new Spans<{ kind: 'before' | 'break'; text: string }>();
  readonly #recordings = new Spans<Omit<Recorded, keyof Span>>();

  see(logged: LoggedEvent, nameOf: (participantId: string) => string | undefined): void {
    this.#seePresented(logged, nameOf);
    this.#seeRecorded(logged);
    const { event } = logged;
    if (event.type === 'holdBegan')
      this.#pauses.begin('hold', logged, { kind: event.hold.kind, text: event.hold.text });
    if (event.type === 'holdEnded') this.#pauses.end('hold', logged);
    if (event.type === 'meetingEnded') {
      this.#presented.endAll(logged);
      this.#pauses.endAll(logged);
    }
  }

  /** @param since what was over by then was of the rehearsal */
  until(at: number, since?: number): Pick<Minutes, 'presented' | 'pauses' | 'recordings'> {
    return {
      presented: this.#presented.until(at, since),
      pauses: this.#pauses.until(at, since),
      recordings: this.#recordings.until(at),
    };
  }

  #seePresented(logged: LoggedEvent, nameOf: (participantId: string) => string | undefined): void {
    const { event } = logged;
    if (event.type === 'sourceOpened' && event.sent.source === 'screen') {
      const name = nameOf(event.participantId);
      if (name !== undefined) {
        this.#presented.begin(event.participantId, logged, { participantId: event.participantId, name });
      }
    }
    const isClosed = event.type === 'sourceClosed' && event.sent.source === 'screen';
    if (isClosed || event.type === 'presentationStopped' || event.type === 'participantLeft') {
      this.#presented.end(event.participantId, logged);
    }
    if (event.type === 'participantJoined') this.#presented.end(event.participant.id, logged);
    if (event.type === 'serverRestarted') this.#presented.endAll(logged);
  }

  #seeRecorded(logged: LoggedEvent): void {
    const { event } = logged;
    if (event.type === 'recordingStarted') {
      this.#recordings.begin(event.recordingId, logged, { recordingId: event.recordingId });
    }
    if (event.type === 'recordingSaved') {
      const recorded = this.#recordings.end(event.recordingId, logged);
      if (recorded) recorded.durationMs = event.durationMs;
    }
    if (event.type === 'recordingFailed') {
      const recorded = this.#recordings.end(event.recordingId, logged);
      if (recorded) recorded.failed = event.reason;
    }
  }
}
