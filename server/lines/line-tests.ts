import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Directory } from '../desk/directory.ts';
import { TestSource } from '../media/test-source.ts';
import { foldName } from '../meetings/slugs.ts';
import type { OpenRooms } from '../open-rooms.ts';
import type { Site } from '../protocol/http.ts';
import { type ParticipantId, participantIdOfSite, type SiteId } from '../protocol/ids.ts';
import {
  type EndedLineTest,
  isTestRoom,
  type LineTest,
  type LineTestWay,
  type RunningLineTest,
  testRoomOf,
} from '../protocol/line-tests.ts';
import type { Call, Participant, Role } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import { isActive } from '../room/calls.ts';
import { isIn } from '../room/state.ts';
import { LINE_NEEDS } from '../room/usual-rates.ts';
import type { Room } from '../rooms.ts';
import type { LineTests as Archive } from '../store/index.ts';
import { type LineTestIdentity, LineTestRun } from './line-test-run.ts';
import type { Lines } from './lines.ts';
import { CENTRE, listenTo, openSource, showAlone, TITLE } from './test-room.ts';

interface Options {
  archive: Archive;
  rooms: OpenRooms;
  lines: Lines;
  directory: Directory;
  language: 'vi' | 'en';
  logger: Logger;
  now: () => number;
}

/** Whose line it is. */
interface Subject {
  /** One test at a time of each. */
  key: string;
  name: string;
  /** Absent: the directory does not know him. */
  siteId?: SiteId;
  /** In the test's room. */
  participantId: ParticipantId;
  /** In meetings. */
  isOne(participant: Participant): boolean;
}

interface LinkHolder {
  linkId: string;
  role: Role;
  name: string;
  participantId?: ParticipantId | undefined;
}

interface Started {
  test: LineTest;
  room: Room;
  participantId: ParticipantId;
  upKbps: number;
}

interface Running {
  room: Room;
  run: LineTestRun;
  close(): void;
}

/** More at once would measure each other. */
const MOST_AT_ONCE = 3;
/** A site's own line is not for filling it all day. */
const PAUSE_MS = 20_000;
/** So that sites can always try theirs. */
const MOST_UNKNOWN = 2;
const STEP_MS = 250;
const LISTED = 50;
/** Of results that nobody keeps: until whoever waits for one has read it. */
const MOST_UNKEPT = 20;
/** Who holds a link, in the test's room. */
const LINK_HOLDER = 'link-holder';

/**
 * Lines tried without a meeting: each test is a room of its own that nobody knows of, so that it measures by the very
 * transports, calls and statistics of a meeting. One at a time for a site, few in all, each bounded in time and rate.
 */
export class LineTestDesk {
  readonly #options: Options;
  readonly #running = new Map<string, Running>();
  readonly #endedAt = new Map<string, number>();
  #unkept: EndedLineTest[] = [];
  readonly #ending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => {
      for (const { run } of this.#running.values()) {
        const { siteId, way } = run.test;
        // A codec that is wanted in a meeting by now is not called by anything else, and hears nothing else.
        if (way === 'codec' && siteId !== undefined && this.isBusy(siteId)) run.fail({ failure: 'stopped' });
        else run.step();
      }
    }, STEP_MS);
  }

  /**
   * @param by a name of user, `device:ID` or `link:ID`
   * @returns the test as it begins, and for a browser the room that it is to enter. Throws `Refused`: `siteUnknown`, `siteUnreachable`,
   * `lineTestRunning`, `siteInMeeting`, `tooManyAttempts`, `mediaUnavailable`
   */
  async start(siteId: SiteId, way: LineTestWay, by: string): Promise<Started> {
    return this.#begin(this.#siteAs(siteId), way, by);
  }

  /** Of who holds a link into a meeting: a site's is named as the site is. Throws as `start`. */
  async startByLink({ linkId, role, name, participantId }: LinkHolder): Promise<Started> {
    const isHolder = ({ id }: Participant) => id === participantId;
    const by = `link:${linkId}`;
    const siteId = role === 'site' ? onlyOneNamed(name, await this.#options.directory.list()) : undefined;
    if (siteId === undefined) {
      return this.#begin({ key: by, name, participantId: LINK_HOLDER, isOne: isHolder }, 'browser', by);
    }
    const site = this.#siteAs(siteId);
    return this.#begin({ ...site, isOne: (one) => site.isOne(one) || isHolder(one) }, 'browser', by);
  }

  /** What runs, in no order. */
  get running(): RunningLineTest[] {
    return [...this.#running.values()].map(({ run }) => run.test);
  }

  /** Whether a site is in a meeting, or in a call of one. */
  isBusy(siteId: SiteId): boolean {
    const id = participantIdOfSite(siteId);
    return this.#isInMeeting((one) => one.siteId === siteId || one.id === id) || this.#isCalled(siteId);
  }

  /** Newest first, the one that runs before all others. */
  async ofSite(siteId: SiteId): Promise<LineTest[]> {
    const running = this.#running.get(keyOf(siteId));
    const past = await this.#options.archive.ofSite(siteId, LISTED);
    return running ? [running.run.test, ...past] : past;
  }

  /** The latest of each site. */
  async latest(): Promise<LineTest[]> {
    const past = await this.#options.archive.latest();
    const running = this.running.filter(({ siteId }) => siteId !== undefined);
    return [...running, ...past.filter(({ siteId }) => !this.#running.has(keyOf(siteId)))];
  }

  /** Throws `Refused` (`lineTestUnknown`). */
  async find(testId: string): Promise<LineTest> {
    const running = this.#running.values().find(({ run }) => run.test.testId === testId);
    const unkept = this.#unkept.find((test) => test.testId === testId);
    const test = running?.run.test ?? unkept ?? (await this.#options.archive.find(testId));
    if (!test) throw new Refused('lineTestUnknown', testId);
    return test;
  }

  /** What runs no more stays as it was. */
  stop(testId: string): void {
    const running = this.#running.values().find(({ run }) => run.test.testId === testId);
    running?.run.fail({ failure: 'stopped' });
  }

  /** Resolves when what ran is in the archive. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const { run } of [...this.#running.values()]) run.fail({ failure: 'interrupted' });
    await Promise.all(this.#ending);
  }

  #siteAs(siteId: SiteId): Subject {
    const { name } = this.#options.directory.invitedSite(siteId);
    const participantId = participantIdOfSite(siteId);
    const isOne = (one: Participant) => one.siteId === siteId || one.id === participantId;
    return { key: keyOf(siteId), name, siteId, participantId, isOne };
  }

  async #begin(subject: Subject, way: LineTestWay, by: string): Promise<Started> {
    const { directory, rooms, language, logger, now } = this.#options;
    const { key, name, siteId, participantId } = subject;
    if (way === 'codec' && siteId !== undefined) {
      const { address, account } = directory.invitedSite(siteId);
      if (!address && !account) throw new Refused('siteUnreachable', siteId);
    }
    this.#requireFree(subject, way);
    const testId = randomBytes(8).toString('hex');
    const test = { testId, ...(siteId === undefined ? {} : { siteId }), siteName: name, way, by, startedAt: now() };
    const room = await rooms.create(`${TITLE[language]} · ${name}`.slice(0, 120), testRoomOf(testId));
    try {
      // Somebody else may have been quicker.
      this.#requireFree(subject, way);
      const source = way === 'browser' ? new TestSource() : undefined;
      const { run } = this.#run(room, { test, subject, source });
      if (source) await openSource(room, source);
      else if (siteId !== undefined) await this.#call(room, siteId, participantId);
      logger.info({ site: siteId, way, by, test: testId }, 'a line is tested');
      return { test: run.test, room, participantId, upKbps: run.upKbps };
    } catch (error) {
      this.#running.get(key)?.run.fail({ failure: 'interrupted' });
      await this.#end(room);
      throw error;
    }
  }

  #requireFree({ key, siteId, name, isOne }: Subject, way: LineTestWay): void {
    const { now } = this.#options;
    if (this.#running.has(key)) throw new Refused('lineTestRunning', name);
    const unknown = [...this.#running.values()].filter(({ run }) => run.test.siteId === undefined).length;
    const isFull = this.#running.size >= MOST_AT_ONCE || (siteId === undefined && unknown >= MOST_UNKNOWN);
    if (isFull) throw new Refused('tooManyAttempts', '30');
    const waitMs = (this.#endedAt.get(key) ?? 0) + PAUSE_MS - now();
    if (waitMs > 0) throw new Refused('tooManyAttempts', String(Math.ceil(waitMs / 1000)));
    const isCalled = way === 'codec' && siteId !== undefined && this.#isCalled(siteId);
    if (isCalled || this.#isInMeeting(isOne)) throw new Refused('siteInMeeting', name);
  }

  #isInMeeting(isOne: Subject['isOne']): boolean {
    return this.#meetings().some(({ state }) =>
      Object.values(state.participants).some((one) => isIn(one) && isOne(one)),
    );
  }

  /** Its codec is being called, or is in a call. */
  #isCalled(siteId: SiteId): boolean {
    const isCall = (call: Call) => call.siteId === siteId && isActive(call) && call.status !== 'waiting';
    return this.#meetings().some(({ state }) => Object.values(state.calls).some(isCall));
  }

  #meetings(): Room[] {
    return this.#options.rooms.list().filter(({ roomId }) => !isTestRoom(roomId));
  }

  #run(
    room: Room,
    { test, subject, source }: { test: LineTestIdentity; subject: Subject; source?: TestSource | undefined },
  ): Running {
    const { directory, lines, now } = this.#options;
    const { key, siteId, participantId } = subject;
    const run = new LineTestRun({
      test,
      participantId,
      agreed: (siteId === undefined ? undefined : directory.lineOf(siteId)) ?? {},
      needs: LINE_NEEDS,
      state: () => room.state,
      send: (kbps, packetBytes) => source?.send(kbps, packetBytes),
      over: (ended) => {
        const over = this.#over(room, { key, ended }).finally(() => this.#ending.delete(over));
        this.#ending.add(over);
      },
      now,
    });
    const stopMeasuring = lines.listen(room.roomId, (samples) => run.hear(samples));
    const stopListening = listenTo(room, participantId, (levelDb) => run.hearLevel(levelDb));
    const close = () => {
      stopMeasuring();
      stopListening();
      source?.close();
    };
    const running = { room, run, close };
    this.#running.set(key, running);
    return running;
  }

  /** The codec sees itself, which shows both ways at a glance, and is told by voice what is going on. */
  async #call(room: Room, siteId: SiteId, participantId: ParticipantId): Promise<void> {
    room.report({ verb: 'invite', sites: [this.#options.directory.invitedSite(siteId)] });
    room.report({ verb: 'setOverlay', banner: TITLE[this.#options.language] });
    showAlone(room, participantId);
    const placed = await room.dispatch({ verb: 'dialSite', siteId }, CENTRE);
    if (!placed.ok) throw new Refused(placed.refusal.code, placed.refusal.detail);
  }

  async #over(room: Room, { key, ended }: { key: string; ended: EndedLineTest }): Promise<void> {
    const { archive, logger, now } = this.#options;
    this.#running.get(key)?.close();
    const { siteId } = ended;
    if (siteId === undefined) this.#unkept = [...this.#unkept, ended].slice(-MOST_UNKEPT);
    else {
      const kept = archive.add({ ...ended, siteId });
      // It is listed as running until it is found in the archive.
      await kept.catch((error: unknown) => logger.error({ err: error }, 'a line test was not kept'));
    }
    this.#running.delete(key);
    for (const [other, at] of this.#endedAt) if (now() - at > PAUSE_MS) this.#endedAt.delete(other);
    this.#endedAt.set(key, now());
    await this.#end(room);
  }

  async #end(room: Room): Promise<void> {
    await room.dispatch({ verb: 'endMeeting' }, CENTRE);
  }
}

function onlyOneNamed(name: string, sites: readonly Pick<Site, 'siteId' | 'name'>[]): SiteId | undefined {
  const [found, ...others] = sites.filter((site) => foldName(site.name) === foldName(name));
  return others.length === 0 ? found?.siteId : undefined;
}

function keyOf(siteId: SiteId): string {
  return `site:${siteId}`;
}
