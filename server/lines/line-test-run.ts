import { beginRamp, followRamp, MOST_DOWN_KBPS, RAMP_MS, type Ramp } from '../monitor/down-ramp.ts';
import { type Heard, judgeTest, type LineAgreed, type LineNeeds } from '../monitor/line-test.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type {
  EndedLineTest,
  LineTest,
  LineTestResult,
  LineTestStage,
  LineTestWay,
  RunningLineTest,
} from '../protocol/line-tests.ts';
import type { Direction } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { CallCause, RoomState } from '../protocol/records.ts';
import { isIn } from '../room/state.ts';

/** A camera in all its layers is the most that a site sends, kbit/s. */
const MOST_UP_KBPS = 3_000;
/** As a sound: also a line of 64 kbit/s bears it, so that what is lost is the line's doing. */
const CALM_KBPS = 48;
const CALM_PACKET_BYTES = 120;
const PACKET_BYTES = 1_200;
const STAGE_MS = {
  browser: { connecting: 20_000, both: 5_000, up: 6_500, down: RAMP_MS },
  // The loop ends when it is reported; this is how long it is waited for.
  codec: { calling: 45_000, connecting: 15_000, both: 10_000, loop: 14_000 },
} as const;
const MEASURING: readonly LineTestStage[] = ['both', 'up', 'down', 'loop'];
const AFTER: Record<LineTestWay, Partial<Record<LineTestStage, LineTestStage>>> = {
  browser: { both: 'up', up: 'down' },
  codec: { both: 'loop' },
};
type Failure = Pick<Extract<LineTest, { status: 'failed' }>, 'failure' | 'cause'>;

export type LineTestIdentity = Pick<LineTest, 'testId' | 'siteId' | 'siteName' | 'way' | 'by' | 'startedAt'>;

export interface RunOptions {
  test: LineTestIdentity;
  participantId: ParticipantId;
  agreed: LineAgreed;
  needs: LineNeeds;
  /** The room as it is now. */
  state(): RoomState;
  /** What is to be sent down, where the test sends by itself. */
  send(kbps: number, packetBytes: number): void;
  /** Called once. */
  over(test: EndedLineTest): void;
  now: () => number;
}

/** One test from its beginning to its result. Its owner calls `step` some times a second, and hears of its end by `over`. */
export class LineTestRun {
  readonly #options: RunOptions;
  readonly #heard: Heard[] = [];
  #stage: LineTestStage;
  #stageAt: number;
  #ramp: Ramp | undefined;
  #reports: Sample[] = [];
  /** Of each stream, kbit/s. */
  readonly #latest = { up: new Map<string, number>(), down: new Map<string, number>() };
  #loudestDb: number | undefined;
  #centreMs: number | undefined;
  #isOver = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#stage = options.test.way === 'codec' ? 'calling' : 'connecting';
    this.#stageAt = options.now();
    options.send(CALM_KBPS, CALM_PACKET_BYTES);
  }

  get test(): RunningLineTest {
    const rateOf = (direction: Direction) => Math.round(sumOf([...this.#latest[direction].values()]));
    const now = { upKbps: rateOf('up'), downKbps: rateOf('down') };
    return { status: 'running', ...this.#options.test, stage: this.#stage, progress: this.#progress(), now };
  }

  /** So much is tried at most on the way up. */
  get upKbps(): number {
    return Math.min(MOST_UP_KBPS, this.#options.agreed.upKbps ?? MOST_UP_KBPS);
  }

  hear(samples: readonly Sample[]): void {
    for (const sample of samples) {
      if (sample.participantId !== this.#options.participantId) continue;
      this.#heard.push({ stage: this.#stage, sample });
      this.#centreMs = sample.loopMs ?? this.#centreMs;
      if (sample.stream === undefined || sample.kbps === undefined) continue;
      // On the way down only the far end knows what has come.
      if (sample.direction === 'down' && sample.by === 'server') continue;
      this.#latest[sample.direction].set(sample.stream.source, sample.kbps);
      if (sample.direction === 'down' && this.#stage === 'down') this.#reports.push(sample);
    }
  }

  /** The microphone there, dBov. */
  hearLevel(levelDb: number): void {
    if (this.#stage === 'both' || this.#stage === 'loop')
      this.#loudestDb = Math.max(this.#loudestDb ?? levelDb, levelDb);
  }

  step(): void {
    if (this.#isOver) return;
    const failed = this.#whatFailed();
    if (failed) {
      this.fail(failed);
      return;
    }
    if (this.#stage === 'down') this.#raise();
    if (this.#stage === 'calling' && this.#isAnswered()) this.#enter('connecting');
    else if (this.#stage === 'connecting' && this.#isConnected()) this.#enter('both');
    else if (this.#stage === 'loop' && this.#centreMs !== undefined) this.#goOn();
    else if (this.#options.now() - this.#stageAt >= this.#lengthOf(this.#stage)) this.#goOn();
  }

  fail(failure: Failure): void {
    this.#end({ status: 'failed', ...this.#options.test, endedAt: this.#options.now(), ...failure });
  }

  /** The time of a stage is up. */
  #goOn(): void {
    const next = AFTER[this.#options.test.way][this.#stage];
    if (this.#stage === 'calling') this.fail({ failure: 'call', cause: 'noAnswer' });
    else if (this.#stage === 'connecting') this.fail({ failure: 'noMedia' });
    else if (next) this.#enter(next);
    else this.#finish();
  }

  #lengthOf(stage: LineTestStage): number {
    const lengths: Partial<Record<LineTestStage, number>> = STAGE_MS[this.#options.test.way];
    return lengths[stage] ?? 0;
  }

  #enter(stage: LineTestStage): void {
    const { now, send, agreed } = this.#options;
    this.#stage = stage;
    this.#stageAt = now();
    for (const rates of Object.values(this.#latest)) rates.clear();
    if (stage === 'both') send(CALM_KBPS, CALM_PACKET_BYTES);
    if (stage === 'up') send(0, CALM_PACKET_BYTES);
    if (stage !== 'down') return;
    this.#ramp = beginRamp(Math.min(MOST_DOWN_KBPS, agreed.downKbps ?? MOST_DOWN_KBPS), this.#stageAt);
    send(this.#ramp.kbps, PACKET_BYTES);
  }

  #raise(): void {
    const { now, send, agreed } = this.#options;
    if (!this.#ramp) return;
    const mostKbps = Math.min(MOST_DOWN_KBPS, agreed.downKbps ?? MOST_DOWN_KBPS);
    const reports = this.#reports.splice(0);
    const ramp = followRamp(this.#ramp, { mostKbps, startedAt: this.#stageAt, at: now(), reports });
    if (ramp.kbps !== this.#ramp.kbps) send(ramp.kbps, PACKET_BYTES);
    this.#ramp = ramp;
  }

  #finish(): void {
    const { test, agreed, needs, now } = this.#options;
    const tried =
      test.way === 'codec' ? {} : { up: this.upKbps, ...(this.#ramp ? { down: this.#ramp.triedKbps } : {}) };
    const result = judgeTest(this.#heard, { tried, agreed, needs });
    const seen = test.way === 'codec' ? { seen: this.#seen() } : {};
    this.#end({ status: 'done', ...test, endedAt: now(), result: { ...result, ...seen } });
  }

  #end(test: EndedLineTest): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.send(0, PACKET_BYTES);
    this.#options.over(test);
  }

  #seen(): NonNullable<LineTestResult['seen']> {
    const isPicture = ({ sample }: Heard) =>
      sample.direction === 'up' && sample.stream?.source === 'camera' && (sample.kbps ?? 0) > 0;
    const level = this.#loudestDb === undefined ? {} : { levelDb: Math.min(0, Math.round(this.#loudestDb)) };
    const centre = this.#centreMs === undefined ? {} : { centreMs: Math.round(this.#centreMs) };
    return { picture: this.#heard.some(isPicture), ...level, ...centre };
  }

  #isAnswered(): boolean {
    return Object.values(this.#options.state().calls).some(({ status }) => status === 'answered');
  }

  /** Something has come in each direction; of a codec only what it sends is waited for. */
  #isConnected(): boolean {
    const has = (direction: 'up' | 'down') =>
      this.#heard.some(
        ({ sample }) => sample.direction === direction && sample.stream !== undefined && (sample.packets ?? 0) > 0,
      );
    return has('up') && (this.#options.test.way === 'codec' || has('down'));
  }

  #whatFailed(): Failure | undefined {
    const { state, participantId, test } = this.#options;
    const { status, calls, participants } = state();
    if (status === 'ended') return { failure: 'interrupted' };
    if (test.way === 'codec') {
      const over = Object.values(calls).find((call) => ['waiting', 'failed', 'ended'].includes(call.status));
      const cause: CallCause | undefined = over?.cause;
      return over && { failure: 'call', ...(cause ? { cause } : {}) };
    }
    const site = participants[participantId];
    const wasThere = site !== undefined;
    return wasThere && !isIn(site) ? { failure: 'stopped' } : undefined;
  }

  #progress(): number {
    const lengths = MEASURING.map((stage) => this.#lengthOf(stage));
    const place = MEASURING.indexOf(this.#stage);
    if (place < 0) return 0;
    const since = Math.min(this.#lengthOf(this.#stage), this.#options.now() - this.#stageAt);
    return Math.min(1, (sumOf(lengths.slice(0, place)) + since) / sumOf(lengths));
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
