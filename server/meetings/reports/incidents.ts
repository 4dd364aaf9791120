import type { LoggedEvent } from '../../protocol/events.ts';
import type { IncidentRecord } from '../../protocol/reports.ts';

/** Each with its length measured, as REG-8 wants it. */
export class IncidentRecords {
  readonly #records = new Map<string, Omit<IncidentRecord, 'names' | 'to'>>();

  see({ event, seq }: LoggedEvent): void {
    if (!('incident' in event)) return;
    const { incident } = event;
    const before = this.#records.get(incident.id);
    const seqs = [...(before?.seqs ?? []), seq];
    this.#records.set(incident.id, { incident, from: incident.openedAt, open: incident.endedAt === undefined, seqs });
  }

  until(at: number, nameOf: (participantId: string) => string | undefined): IncidentRecord[] {
    return [...this.#records.values()].map((record) => ({
      ...record,
      to: Math.max(record.from, record.incident.endedAt ?? at),
      names: record.incident.participantIds.map((id) => nameOf(id) ?? id),
    }));
  }
}
