import type { Incident } from '../protocol/incidents.ts';
import type { LineLevel, LineState } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { Consumed } from '../protocol/quality.ts';
import type { RoomState } from '../protocol/records.ts';
import { isAttendee } from '../room/state.ts';
import { type Assessment, type Attendance, assess } from './assess.ts';
import { flowsOf } from './flows.ts';
import { NOTHING_WATCHED, type Watch, watchIncidents } from './incidents.ts';

/** More than this of one room's within a second is no measurement any more. */
const MOST_WAITING = 5_000;

interface Options {
  state(): RoomState;
  /** Of the participant's line, where it is known. */
  carrierOf(participantId: string): string | undefined;
  newId(): string;
}

/** What a second brought. */
export interface Second {
  at: number;
  lines: ReadonlyMap<string, LineState>;
  /** Those of them that are not good: few as a rule. */
  bad: ReadonlyMap<string, LineState>;
  /** Another state or another reason than a second ago. */
  hasChanged: boolean;
  /** Incidents that were opened, got one more line, or ended. */
  incidents: Incident[];
  /** Everything measured in it. */
  samples: readonly Sample[];
}

/** One room's lines: gathers samples and judges them once a second. */
export class RoomMonitor {
  readonly #options: Options;
  #waiting: Sample[] = [];
  #assessment: Assessment = new Map();
  #watch: Watch;
  #told = '';

  /** Incidents that were open when the server last stopped go on. */
  constructor(options: Options) {
    this.#options = options;
    const open = options
      .state()
      .incidents.filter(({ reason, endedAt }) => reason !== undefined && endedAt === undefined);
    this.#watch = { ...NOTHING_WATCHED, open };
  }

  get lines(): ReadonlyMap<string, LineState> {
    return new Map(this.#assessment.entries().map(([id, { line }]) => [id, line]));
  }

  /** Undefined of who is not in the room. */
  levelOf(participantId: string): LineLevel | undefined {
    return this.#assessment.get(participantId)?.line.level;
  }

  /** What everyone's line carries now. */
  get flows(): ReadonlyMap<string, Consumed[]> {
    return new Map(this.#assessment.entries().map(([id, { window }]) => [id, flowsOf(window)]));
  }

  add(samples: readonly Sample[]): void {
    if (this.#waiting.length + samples.length <= MOST_WAITING) this.#waiting.push(...samples);
  }

  /** @param at now; called about once a second */
  assess(at: number): Second {
    const samples = this.#waiting;
    this.#waiting = [];
    const state = this.#options.state();
    this.#assessment = assess(this.#assessment, attendanceOf(state), samples, at);
    const { carrierOf, newId } = this.#options;
    const [lines, bad, ofSites] = [
      new Map<string, LineState>(),
      new Map<string, LineState>(),
      new Map<string, LineState>(),
    ];
    for (const [id, { line }] of this.#assessment) {
      lines.set(id, line);
      if (line.level === 'good') continue;
      bad.set(id, line);
      if (isWatched(state, id)) ofSites.set(id, line);
    }
    const { watch, changed } = watchIncidents(this.#watch, { lines: ofSites, carrierOf }, at, newId);
    this.#watch = watch;
    const told = signatureOf(bad);
    const hasChanged = told !== this.#told;
    this.#told = told;
    return { at, lines, bad, hasChanged, incidents: changed, samples };
  }
}

/** Everyone who sits in the meeting, as long as his place is kept. Operators sit at the centre, but lines they have too. */
function attendanceOf({ participants }: RoomState): Attendance {
  const attendance = new Map<string, 'present' | 'away'>();
  for (const participant of Object.values(participants)) {
    const { id, presence } = participant;
    if (isAttendee(participant) && (presence === 'present' || presence === 'away')) attendance.set(id, presence);
  }
  return attendance;
}

/** REG-8 is about sites, and wherever the chair sits; that an operator closes a tab is no incident. */
function isWatched({ participants }: RoomState, id: string): boolean {
  const role = participants[id]?.role;
  return role === 'site' || role === 'chair';
}

/** Values change every second; what is told at once are levels and reasons. */
function signatureOf(bad: ReadonlyMap<string, LineState>): string {
  return [...bad]
    .map(([id, { level, reasons }]) => `${id} ${level} ${reasons.map((r) => `${r.measure} ${r.direction}`).join()}`)
    .join('\n');
}
