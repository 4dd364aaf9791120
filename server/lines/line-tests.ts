import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Directory } from '../desk/directory.ts';
import { TestSource } from '../media/test-source.ts';
import type { OpenRooms } from '../open-rooms.ts';
import { type ParticipantId, participantIdOfSite, type SiteId } from '../protocol/ids.ts';
import {
  type EndedLineTest,
  isTestRoom,
  type LineTest,
  type LineTestWay,
  TEST_SOURCE_ID,
  testRoomOf,
} from '../protocol/line-tests.ts';
import { plainTransportOfferSchema } from '../protocol/media.ts';
import type { Layout } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import type { Actor } from '../room/policy.ts';
import { isIn } from '../room/state.ts';
import { LINE_NEEDS } from '../room/usual-rates.ts';
import type { Room } from '../rooms.ts';
import type { LineTests as Archive } from '../store/index.ts';
import { type LineTestIdentity, LineTestRun } from './line-test-run.ts';
import type { Lines } from './lines.ts';

interface Options {
  archive: Archive;
  rooms: OpenRooms;
  lines: Lines;
  directory: Directory;
  language: 'vi' | 'en';
  logger: Logger;
  now: () => number;
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
const STEP_MS = 250;
const LISTED = 50;
/** What is done in a test's room is done by the centre. */
const CENTRE: Actor = { participantId: 'line-test-centre', role: 'operator', kind: 'browser' };
const TITLE = { vi: 'Kiểm tra đường truyền', en: 'Line test' } as const;

/**
 * Lines tried without a meeting: each test is a room of its own that nobody knows of, so that it measures by the very
 * transports, calls and statistics of a meeting. One at a time for a site, few in all, each bounded in time and rate.
 */
export class LineTestDesk {
  readonly #options: Options;
  readonly #running = new Map<SiteId, Running>();
  readonly #endedAt = new Map<SiteId, number>();
  readonly #ending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => {
      for (const { run } of this.#running.values()) run.step();
    }, STEP_MS);
  }

  /**
   * @param by a name of user, or `device:ID`
   * @returns the test as it begins, and for a browser the room that it is to enter. Throws `Refused`: `siteUnknown`, `siteUnreachable`,
   * `lineTestRunning`, `siteInMeeting`, `tooManyAttempts`, `mediaUnavailable`
   */
  async start(
    siteId: SiteId,
    way: LineTestWay,
    by: string,
  ): Promise<{ test: LineTest; room: Room; participantId: ParticipantId; upKbps: number }> {
    const { directory, rooms, now } = this.#options;
    const site = directory.invitedSite(siteId);
    if (way === 'codec' && !site.address && !site.account) throw new Refused('siteUnreachable', siteId);
    this.#requireFree(siteId);
    const testId = randomBytes(8).toString('hex');
    const test = { testId, siteId, siteName: site.name, way, by, startedAt: now() };
    const room = await rooms.create(
      `${TITLE[this.#options.language]} · ${site.name}`.slice(0, 120),
      testRoomOf(testId),
    );
    const participantId = participantIdOfSite(siteId);
    try {
      // Somebody else may have been quicker.
      this.#requireFree(siteId);
      const source = way === 'browser' ? new TestSource() : undefined;
      const running = this.#run(room, test, source);
      if (source) await openSource(room, source);
      else await this.#call(room, siteId, participantId);
      this.#options.logger.info({ site: siteId, way, by, test: testId }, 'a line is tested');
      return { test: running.run.test, room, participantId, upKbps: running.run.upKbps };
    } catch (error) {
      this.#running.get(siteId)?.run.fail({ failure: 'interrupted' });
      await this.#end(room);
      throw error;
    }
  }

  /** Newest first, the one that runs before all others. */
  async ofSite(siteId: SiteId): Promise<LineTest[]> {
    const running = this.#running.get(siteId);
    const past = await this.#options.archive.ofSite(siteId, LISTED);
    return running ? [running.run.test, ...past] : past;
  }

  /** The latest of each site. */
  async latest(): Promise<LineTest[]> {
    const past = await this.#options.archive.latest();
    const running = [...this.#running.values()].map(({ run }) => run.test);
    return [...running, ...past.filter(({ siteId }) => !this.#running.has(siteId))];
  }

  /** Throws `Refused` (`lineTestUnknown`). */
  async find(testId: string): Promise<LineTest> {
    const running = this.#running.values().find(({ run }) => run.test.testId === testId);
    const test = running?.run.test ?? (await this.#options.archive.find(testId));
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

  #requireFree(siteId: SiteId): void {
    const { rooms, now } = this.#options;
    if (this.#running.has(siteId)) throw new Refused('lineTestRunning', siteId);
    if (this.#running.size >= MOST_AT_ONCE) throw new Refused('tooManyAttempts', '30');
    const waitMs = (this.#endedAt.get(siteId) ?? 0) + PAUSE_MS - now();
    if (waitMs > 0) throw new Refused('tooManyAttempts', String(Math.ceil(waitMs / 1000)));
    const isThere = ({ roomId, state }: Room) =>
      !isTestRoom(roomId) &&
      Object.values(state.participants).some(
        (one) => isIn(one) && (one.siteId === siteId || one.id === participantIdOfSite(siteId)),
      );
    if (rooms.list().some(isThere)) throw new Refused('siteInMeeting', siteId);
  }

  #run(room: Room, test: LineTestIdentity, source: TestSource | undefined): Running {
    const { directory, lines, now } = this.#options;
    const { siteId } = test;
    const run = new LineTestRun({
      test,
      participantId: participantIdOfSite(siteId),
      agreed: directory.lineOf(siteId) ?? {},
      needs: LINE_NEEDS,
      state: () => room.state,
      send: (kbps, packetBytes) => source?.send(kbps, packetBytes),
      over: (ended) => {
        const over = this.#over(room, ended).finally(() => this.#ending.delete(over));
        this.#ending.add(over);
      },
      now,
    });
    const stopListening = lines.listen(room.roomId, (samples) => run.hear(samples));
    const close = () => {
      stopListening();
      source?.close();
    };
    const running = { room, run, close };
    this.#running.set(siteId, running);
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

  async #over(room: Room, ended: EndedLineTest): Promise<void> {
    const { archive, logger, now } = this.#options;
    this.#running.get(ended.siteId)?.close();
    // It is listed as running until it is found in the archive.
    await archive.add(ended).catch((error: unknown) => logger.error({ err: error }, 'a line test was not kept'));
    this.#running.delete(ended.siteId);
    this.#endedAt.set(ended.siteId, now());
    await this.#end(room);
  }

  async #end(room: Room): Promise<void> {
    await room.dispatch({ verb: 'endMeeting' }, CENTRE);
  }
}

/** As soon as it is there: a layout names nobody who is not. */
function showAlone(room: Room, participantId: ParticipantId): void {
  const nothing = () => undefined;
  const layout: Layout = { name: '1', slots: [{ show: 'participant', participantId }] };
  const stop = room.watch({
    committed({ after }) {
      if (!after.participants[participantId]) return;
      stop();
      void room.dispatch({ verb: 'editPreview', layout }, CENTRE);
      void room.dispatch({ verb: 'take', version: after.preview.version + 1 }, CENTRE);
    },
    ...{ notify: nothing, dismiss: nothing, closed: nothing },
  });
}

/** Someone who sends what the site is to receive. */
async function openSource(room: Room, source: TestSource): Promise<void> {
  const participant = { id: TEST_SOURCE_ID, role: 'site', kind: 'simulator', name: TITLE.en } as const;
  await room.dispatch({ verb: 'admit', participant }, 'system');
  const opened = await room.media.request(TEST_SOURCE_ID, { request: 'openTransport', direction: 'send' });
  const { transportId, ip, port } = plainTransportOfferSchema.parse(opened);
  const { rtpParameters } = source;
  const sent = { source: 'camera' } as const;
  await room.media.request(TEST_SOURCE_ID, { request: 'produce', transportId, kind: 'video', sent, rtpParameters });
  source.sendTo(ip, port);
}
