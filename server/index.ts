// The server, put together from top to bottom and taken apart from bottom to top.

import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:https';
import { createApi, ensureOperator } from './api/index.ts';
import { parseSettings, SettingError, type Settings } from './config.ts';
import { startDemo } from './demo.ts';
import { Bookings } from './desk/bookings.ts';
import { Directory } from './desk/directory.ts';
import { NoticeBoard } from './desk/notices.ts';
import { OrganisationList } from './desk/organisations.ts';
import { tellingLog, tellingRecordings } from './desk/program-news.ts';
import { RehearsalRounds } from './desk/rehearsal-rounds.ts';
import { Rehearsals } from './desk/rehearsals.ts';
import { ReportFiles } from './desk/report-files.ts';
import { Reports } from './desk/reports.ts';
import { readCertificate, readSecrets } from './files.ts';
import { describeHealth } from './health.ts';
import { LineBudget } from './lines/line-budget.ts';
import { LineRecords } from './lines/line-records.ts';
import { LineTestDesk } from './lines/line-tests.ts';
import { Lines } from './lines/lines.ts';
import { listen, urlOf } from './listening.ts';
import { createLogger } from './logger.ts';
import { startMedia } from './media/index.ts';
import { Printer } from './meetings/printing.ts';
import { CannotStart, texts } from './messages.ts';
import { OpenRooms } from './open-rooms.ts';
import { isTestRoom } from './protocol/line-tests.ts';
import { Refused } from './protocol/refusals.ts';
import { openRecorded, recordingsFolder } from './recordings/index.ts';
import { isUnderWay } from './room/state.ts';
import { openSignalling, type TicketClaims, Tickets } from './signalling/index.ts';
import { openEmbeddedStore, Samples, type Store, withPassingRooms } from './store/index.ts';

const settings = readSettings();
const text = texts[settings.language];
const logger = createLogger(settings.log);
const now = Date.now;
/** Whoever is still busy by then is left behind. */
const STOP_MS = 3_000;
/** What was opened, closed last first. */
const closers: (() => Promise<unknown>)[] = [];
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
// The supervisor is gone, and nobody would ever stop this process.
process.on('disconnect', () => void stop(0));

try {
  await start();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof CannotStart ? error.explain(text) : text.cannotStart(reason)}\n`);
  logger.debug({ err: error }, 'the server did not start');
  await stop(1);
}

async function start(): Promise<void> {
  const secrets = await readSecrets(settings.data);
  const { cert, key } = await readCertificate(settings.tlsCert, settings.tlsKey);
  await mkdir(recordingsFolder(settings.data), { recursive: true, mode: 0o700 });

  const store = await openEmbeddedStore(settings.data);
  closers.push(() => store.close());

  const media = await startMedia(mediaSettings(settings), logger.child({ part: 'media' }));
  closers.push(() => media.close());

  const samples = new Samples(settings.data, now, (reason) => logger.error({ reason }, 'samples cannot be kept'));
  closers.push(() => samples.close());
  const lines = new Lines({
    termsOf: (siteId) => directory.lineOf(siteId),
    keep: (roomId, second) => {
      samples.keep(roomId, second);
      rehearsals.measured(roomId, second);
    },
    ...{ logger, now },
  });
  closers.push(async () => lines.close());
  const graceMs = settings.graceSeconds * 1000;
  const log = withPassingRooms(tellingLog(store.log, { store, logger, now }), isTestRoom);
  const rooms = await OpenRooms.recover({ log, media, logger, graceMs, now, lines });
  const recorded = await openRecorded({
    ...{ ...store, data: settings.data, retentionDays: settings.retentionDays, logger, now },
    recordings: tellingRecordings(store.recordings, { store, logger, now }),
    isBusy: () => rooms.list().some(({ state }) => isUnderWay(state)),
    ...(settings.recordingStore ? { store: settings.recordingStore } : {}),
    ...(settings.recordingKeyFile ? { keyFile: settings.recordingKeyFile } : {}),
  });
  closers.push(() => recorded.close());
  const directory = await Directory.open({ store, rooms, logger, now });
  const organisations = new OrganisationList(store.organisations, now);
  const bookings = await Bookings.open({ store, rooms, directory, logger, timeZone: settings.timeZone, now });
  closers.push(async () => bookings.close());
  const printer = new Printer();
  const notices = new NoticeBoard({
    ...{
      store,
      bookings,
      directory,
      printer,
      logger,
      timeZone: settings.timeZone,
      now,
      signingKey: secrets.signingKey,
    },
    ...(settings.mail ? { mail: settings.mail } : {}),
  });
  closers.push(() => notices.close());
  notices.start();
  const rehearsals = new Rehearsals({ store, bookings, directory, logger, now });
  closers.push(() => rehearsals.close());
  rehearsals.start();
  const clock = { timeZone: settings.timeZone, now };
  const reports = new Reports({ store, bookings, directory, samples, ...clock });
  const reportFiles = new ReportFiles({ bookings, printer, ...clock });
  lines.follow(rooms);
  const lineRecords = new LineRecords({ samples, lines, rooms, log: store.log, directory, organisations, now });
  const lineTests = new LineTestDesk({
    ...{ archive: store.lineTests, rooms, lines, directory, language: settings.language, logger, now },
  });
  closers.push(() => lineTests.close());
  const rounds = new RehearsalRounds({ store, bookings, rehearsals, directory, lineTests, logger, now });
  closers.push(() => rounds.close());
  rounds.start();
  const tickets = new Tickets(secrets.signingKey);
  const api = createApi({
    ...{ ...store, rooms, directory, organisations, bookings, rehearsals, rounds, notices },
    ...{ recorded, reports, reportFiles, logger, now },
    lineTests,
    lineBudget: new LineBudget({ directory, bookings, composed: settings.pictures }),
    monitor: {
      lines: () => lines.list(),
      find: (wanted) => samples.figures(wanted),
      chart: (wanted) => lineRecords.chart(wanted),
      course: (roomId, between) => lineRecords.course(roomId, between),
      tree: (roomId, at) => lineRecords.tree(roomId, at),
    },
    ...(settings.metricsPassword ? { metricsPassword: settings.metricsPassword } : {}),
    clientDir: settings.clientDir,
    signingKey: secrets.signingKey,
    ...(settings.publicUrl ? { publicUrl: settings.publicUrl } : {}),
    ...(settings.singleSignOn ? { singleSignOn: settings.singleSignOn } : {}),
    sip: { host: settings.sipHost, port: settings.sipPort },
    sipBans: { list: () => signalling.sipBans(), lift: (ip) => signalling.liftSipBan(ip) },
    issueTicket: (ticket) => tickets.issue(ticket),
    readTicket: (ticket) => tickets.verify(ticket),
    reviewStanding: (concerns) => signalling.reviewStanding(concerns),
    health: () => describeHealth({ store, media, gateway: signalling.gatewayHealth }),
  });

  const server = createServer({ cert, key }, api);
  const signalling = openSignalling(server, {
    ...{ rooms, directory, tickets, logger, now },
    checkStanding: (claims) => checkStanding(store, claims),
    reportSamples: (room, participantId, samples) => lines.reported(room, participantId, samples),
    secret: secrets.gatewaySecret,
    callers: settings.sipCallers,
  });
  closers.push(() => signalling.close());
  // Closed before the connections are, so that a stop is nobody's loss of connection.
  closers.push(() => rooms.close());

  if (settings.demo) await runDemo(rooms);

  const port = await listen(server, settings.host, settings.port);
  // Last: a password made by a start that then fails would never be shown.
  announce(urlOf(settings, port), await ensureOperator(store.accounts, settings.resetOperator, now()));
}

/** A demonstration that somebody has ended does not keep the server from starting. */
async function runDemo(rooms: OpenRooms): Promise<void> {
  try {
    const demo = await startDemo(rooms);
    closers.push(async () => demo.close());
  } catch (error) {
    logger.warn({ err: error }, 'the demonstration does not run');
  }
}

/** The link or the sign-in behind a ticket must still hold when it is shown. Throws `Refused`. */
async function checkStanding(
  { links, signIns, devices }: Store,
  { linkId, session, device }: TicketClaims,
): Promise<void> {
  if (linkId !== undefined && (await links.find(linkId))?.revokedAt !== undefined) throw new Refused('linkRevoked');
  if (device !== undefined && !(await devices.findById(device))) throw new Refused('notEnrolled');
  if (session !== undefined && !(await signIns.findById(session, now()))) throw new Refused('notSignedIn');
}

/** To the supervisor, or else to the terminal; the logger never sees a password. */
function announce(url: string, oneTimePassword: string | undefined): void {
  if (process.send) {
    process.send({ type: 'ready', url, ...(oneTimePassword ? { oneTimePassword } : {}) });
  } else {
    process.stdout.write(`${text.running(url)}\n`);
    if (oneTimePassword) process.stdout.write(`${text.oneTimePassword(oneTimePassword)}\n`);
  }
  logger.info({ url }, 'the server is ready');
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(code), STOP_MS).unref();
  for (const close of closers.reverse()) {
    await close().catch((error) => logger.error({ err: error }, 'a part did not close'));
  }
  process.exit(code);
}

function readSettings(): Settings {
  try {
    return parseSettings(process.env, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const { wrongSetting } = texts[process.env.ROSTRUM_LANGUAGE === 'en' ? 'en' : 'vi'];
    for (const { name, given, allowed } of error.wrong) {
      process.stderr.write(`${wrongSetting(name, given, allowed)}\n`);
    }
    process.exit(2);
  }
}

function mediaSettings({
  workers,
  roomSpread,
  mediaPort,
  host,
  announcedAddresses,
  videoCodec,
  relay,
  workerBin,
}: Settings) {
  if (!workerBin) throw new CannotStart((t) => t.wrongSetting('ROSTRUM_WORKER_BIN', '', 'PATH'));
  return {
    workers,
    spread: roomSpread,
    mediaPort,
    host: host === 'localhost' ? '127.0.0.1' : host,
    announced: announcedAddresses,
    videoCodec,
    ...(relay ? { relay } : {}),
    workerBin,
  };
}
