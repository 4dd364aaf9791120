import type { LoggedEvent } from '../../protocol/events.ts';
import type { Participant } from '../../protocol/records.ts';
import type { Attendee, Stay } from '../../protocol/reports.ts';
import { lengthOf, type Span, Spans, sum, unionMs } from './spans.ts';

type StayBegun = Omit<Stay, keyof Span>;

/** Everyone who sat in the meeting: when, for how long, by which means. */
export class Attendance {
  readonly #who = new Map<string, Pick<Participant, 'name' | 'role' | 'siteId'>>();
  readonly #stays = new Map<string, Spans<StayBegun>>();
  readonly #losses = new Map<string, Spans<object>>();

  /** Of whom the engine's own are none. */
  nameOf(participantId: string): string | undefined {
    return this.#who.get(participantId)?.name;
  }

  siteOf(participantId: string): string | undefined {
    return this.#who.get(participantId)?.siteId;
  }

  see(logged: LoggedEvent): void {
    const { event } = logged;
    switch (event.type) {
      case 'participantJoined':
        this.#joined(logged, event.participant);
        return;
      case 'participantRenamed': {
        const known = this.#who.get(event.participantId);
        if (known) this.#who.set(event.participantId, { ...known, name: event.name });
        return;
      }
      case 'participantLost':
        this.#lost(logged, event.participantId);
        return;
      case 'participantReturned':
        this.#losses.get(event.participantId)?.end(event.participantId, logged);
        return;
      case 'participantLeft': {
        this.#losses.get(event.participantId)?.end(event.participantId, logged);
        const stay = this.#stays.get(event.participantId)?.end(event.participantId, logged);
        if (stay) stay.ended = event.reason;
        return;
      }
      case 'serverRestarted':
        for (const id of this.#who.keys()) this.#lost(logged, id);
        return;
      case 'meetingEnded':
        for (const spans of [...this.#losses.values(), ...this.#stays.values()]) spans.endAll(logged);
    }
  }

  /** In the order of their coming. */
  until(at: number): Attendee[] {
    return [...this.#who].map(([participantId, { name, role, siteId }]) => {
      const lost = this.#losses.get(participantId)?.until(at) ?? [];
      const stays = (this.#stays.get(participantId)?.until(at) ?? []).map((stay) => ({
        ...stay,
        losses: lost.filter(({ from, to }) => from >= stay.from && to <= stay.to),
      }));
      const lostMs = unionMs(stays.flatMap(({ losses }) => losses));
      const presentMs = sum(stays.map(lengthOf)) - lostMs;
      return { participantId, name, role, ...(siteId ? { siteId } : {}), stays, presentMs, lostMs };
    });
  }

  #joined(logged: LoggedEvent, { id, name, role, kind, siteId }: Participant): void {
    if (role === 'service') return;
    this.#who.set(id, { name, role, ...(siteId ? { siteId } : {}) });
    this.#losses.get(id)?.end(id, logged);
    const stays = this.#stays.get(id) ?? new Spans<StayBegun>();
    this.#stays.set(id, stays);
    stays.begin(id, logged, { means: kind, losses: [] });
  }

  #lost(logged: LoggedEvent, id: string): void {
    if (!this.#stays.get(id)?.of(id)) return;
    const losses = this.#losses.get(id) ?? new Spans<object>();
    this.#losses.set(id, losses);
    if (!losses.of(id)) losses.begin(id, logged, {});
  }
}
