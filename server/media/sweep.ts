import type { types } from 'mediasoup';
import type { ParticipantId } from '../protocol/ids.ts';
import type { Direction } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { SourceRef } from '../protocol/records.ts';
import { type Counters, difference, ofConsumer, ofProducer, ofTransport } from './measuring.ts';

/** Something whose statistics are read: a browser's transport, or a stream on it. */
export interface Subject {
  participantId: ParticipantId;
  direction: Direction;
  /** Absent: the whole line. */
  stream?: SourceRef;
  /** How often it is measured, as compared with others, where not everything can be every second: `WEIGHTS`. */
  weight: number;
  of: Measurable;
  /** On this machine: no line, and nobody is told. */
  isLocal?: boolean;
  /** What its owner makes of the sample: decides by it, adds to it. */
  learn?(sample: Sample): Sample;
}
export type Measurable = types.WebRtcTransport | types.Producer | types.Consumer;

interface Measured {
  subjects: readonly Subject[];
  tell: Tell;
  /** Whether something is wrong with this participant's line. */
  isStrained(participantId: ParticipantId): boolean;
}

interface Options {
  /** All there is now, by room. */
  rooms(): readonly Measured[];
  now: () => number;
  /** Of what could not be read though it is there. */
  failed(error: unknown): void;
}

interface Reading {
  counters: Counters;
  measuredAt: number;
  heardBytes: number;
  heardAt: number;
}
type Tell = (samples: Sample[]) => void;
interface Due {
  subject: Subject;
  tell: Tell;
  urgency: number;
}

/** All of a second's are asked for at once: a reading costs 20 µs among a hundred others, and 130 by itself. */
const SECOND_MS = 1_000;
/** All of them are about two per cent of one core, with what is made of them. */
export const MOST_PER_SECOND = 130;
/** A line says whether anything is wrong; of its streams those that are watched, which are few, say what they cost. */
export const WEIGHTS = { line: 6, watched: 4, sent: 1, received: 0.5 } as const;
/** Where not everything can be read every second, the streams of a line that is not good are looked at so much closer. */
const CLOSER = 8;
/** Where that is not everything, who is next is found for so long at once: to look through all takes as long as 50 readings. */
const PLANNED_SECONDS = 2;
/** A worker that is overloaded answers late, and is not asked more meanwhile. */
const MOST_WAITING = 100;

/** Reads the statistics of all rooms of this node, again and again: of small meetings everything each second. */
export class Sweep {
  readonly #options: Options;
  readonly #readings = new WeakMap<Measurable, Reading>();
  readonly #timer: NodeJS.Timeout;
  #due: Due[] = [];
  /** Until the next plan. */
  #seconds = 0;
  #waiting = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => this.#step(), SECOND_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#due = [];
  }

  #step(): void {
    if (this.#seconds === 0) this.#plan();
    const each = Math.ceil(this.#due.length / this.#seconds);
    this.#seconds--;
    const due = this.#due.splice(0, each);
    if (this.#waiting < MOST_WAITING) for (const one of due) void this.#measure(one);
  }

  #plan(): void {
    const now = this.#options.now();
    const all: Due[] = [];
    for (const { subjects, tell, isStrained } of this.#options.rooms()) {
      let [participantId, strained] = ['', false];
      for (const subject of subjects) {
        // One participant's come one after the other.
        if (subject.participantId !== participantId) {
          participantId = subject.participantId;
          strained = isStrained(participantId);
        }
        const measuredAt = this.#readings.get(subject.of)?.measuredAt ?? Number.NEGATIVE_INFINITY;
        all.push({ subject, tell, urgency: urgencyOf(subject, now - measuredAt, strained) });
      }
    }
    const seconds = all.length > MOST_PER_SECOND ? PLANNED_SECONDS : 1;
    this.#due = [...mostUrgent(all, seconds * MOST_PER_SECOND)];
    this.#seconds = seconds;
  }

  /** Never rejects: what is gone meanwhile has nothing to say. */
  async #measure({ subject, tell }: Due): Promise<void> {
    const { of } = subject;
    if (of.closed) return;
    this.#waiting++;
    try {
      const counters = await read(subject);
      const sample = counters && this.#sampleOf(subject, counters);
      const learnt = sample && (subject.learn?.(sample) ?? sample);
      if (learnt && !subject.isLocal) tell([learnt]);
    } catch (error) {
      if (!of.closed) this.#options.failed(error);
    } finally {
      this.#waiting--;
    }
  }

  #sampleOf({ of, participantId, direction, stream }: Subject, counters: Counters): Sample | undefined {
    const at = this.#options.now();
    const before = this.#readings.get(of);
    const { heardBytes = 0 } = counters;
    const heardAt = before && before.heardBytes === heardBytes ? before.heardAt : at;
    this.#readings.set(of, { counters, measuredAt: at, heardBytes, heardAt });
    const figures = before && difference(before.counters, counters);
    if (!figures) return undefined;
    const silentMs = counters.heardBytes === undefined ? undefined : Math.max(0, at - heardAt);
    return { ...figures, at, participantId, direction, by: 'server', stream, silentMs };
  }
}

/** @param isStrained whether something is wrong with its line: then its streams tell what */
export function urgencyOf({ weight, stream }: Pick<Subject, 'weight' | 'stream'>, agoMs: number, isStrained: boolean) {
  return (stream && isStrained ? CLOSER : 1) * weight * agoMs;
}

/** As many as are allowed, the most urgent; all of them in the order given where they fit. */
export function mostUrgent<T extends { urgency: number }>(all: readonly T[], most: number): readonly T[] {
  return all.length <= most ? all : all.toSorted((a, b) => b.urgency - a.urgency).slice(0, most);
}

async function read({ of, direction }: Subject): Promise<Counters | undefined> {
  if (isTransport(of)) {
    const [stat] = await of.getStats();
    return stat && ofTransport(stat, direction);
  }
  if (!isConsumer(of)) return ofProducer(await of.getStats());
  const layer = of.type === 'simulcast' ? of.currentLayers?.spatialLayer : undefined;
  return ofConsumer(await of.getStats(), layer);
}

function isTransport(of: Measurable): of is types.WebRtcTransport {
  return 'iceParameters' in of;
}

function isConsumer(of: Measurable): of is types.Consumer {
  return 'producerId' in of;
}
