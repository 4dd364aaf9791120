import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Accounts, Audit, Devices, SignIns } from '../accounts/ports.ts';
import type { Answers, Tokens } from '../accounts/program-ports.ts';
import { openAccounts } from './accounts.ts';
import { openSignIns } from './accounts-sessions.ts';
import { openAudit } from './audit.ts';
import { type Bookings, openBookings } from './bookings.ts';
import { type DeskDocuments, openDeskDocuments } from './desk-documents.ts';
import { openDevices } from './devices.ts';
import { type DirectoryChanges, type Organisations, openDirectoryChanges, openOrganisations } from './directory.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { type FeedbackBox, openFeedbackBox } from './feedback.ts';
import { type Layouts, openLayouts } from './layouts.ts';
import { type LineTests, openLineTests } from './line-tests.ts';
import { type Links, openLinks } from './links.ts';
import { migrationProvider } from './migrations.ts';
import { type Notices, openNotices } from './notices.ts';
import { openPins, type Pins } from './pins.ts';
import { openAnswers, openTokens } from './programs.ts';
import { openRecordings, type Recordings } from './recordings.ts';
import { openRegistrations, type Registrations } from './registrations.ts';
import { openRehearsals, type Rehearsals } from './rehearsals.ts';
import { openReviews, type Reviews } from './reviews.ts';
import type { Database } from './schema.ts';
import { openSites, type Sites } from './sites.ts';
import { DATABASE_FILE, openSqlite } from './sqlite.ts';

export { openAuditIn } from './audit.ts';
export type { BookingQuery, Bookings, BookingWrite, BookResult, StoredBooking, TakenReservation } from './bookings.ts';
export type { DeskDocuments } from './desk-documents.ts';
export type { DirectoryChanges, Organisations } from './directory.ts';
export { AppendConflict } from './event-log.ts';
export type { LineTests } from './line-tests.ts';
export type { Notices, StoredNotice } from './notices.ts';
export { withPassingRooms } from './passing-log.ts';
export type { Pins } from './pins.ts';
export type { Registrations } from './registrations.ts';
export type { WantedSteps } from './sample-file.ts';
export type { Answers, View } from './sample-worker.ts';
export { Samples } from './samples.ts';
export type { Ha1, SaveResult, Sites, StoredSite } from './sites.ts';

/** Everything that outlives the process. */
export interface Store {
  log: EventLog;
  accounts: Accounts;
  signIns: SignIns;
  devices: Devices;
  audit: Audit;
  tokens: Tokens;
  answers: Answers;
  links: Links;
  recordings: Recordings;
  reviews: Reviews;
  sites: Sites;
  organisations: Organisations;
  directoryChanges: DirectoryChanges;
  bookings: Bookings;
  deskDocuments: DeskDocuments;
  notices: Notices;
  rehearsals: Rehearsals;
  feedback: FeedbackBox;
  layouts: Layouts;
  lineTests: LineTests;
  registrations: Registrations;
  pins: Pins;
  /** Rejects when the database does not answer. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** The embedded twin: one file in `folder`, which is made where it is missing. */
export async function openEmbeddedStore(folder: string): Promise<Store> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return openStore(openSqlite(join(folder, DATABASE_FILE)));
}

/** Brings the tables up to date. The store owns the database from here on. */
export async function openStore(db: Database): Promise<Store> {
  const { error } = await new Migrator({ db, provider: migrationProvider }).migrateToLatest();
  if (error) {
    await db.destroy();
    throw error;
  }
  return {
    log: openEventLog(db),
    accounts: openAccounts(db),
    signIns: openSignIns(db),
    devices: openDevices(db),
    audit: openAudit(db),
    tokens: openTokens(db),
    answers: openAnswers(db),
    links: openLinks(db),
    recordings: openRecordings(db),
    reviews: openReviews(db),
    sites: openSites(db),
    organisations: openOrganisations(db),
    directoryChanges: openDirectoryChanges(db),
    bookings: openBookings(db),
    deskDocuments: openDeskDocuments(db),
    notices: openNotices(db),
    rehearsals: openRehearsals(db),
    feedback: openFeedbackBox(db),
    layouts: openLayouts(db),
    lineTests: openLineTests(db),
    registrations: openRegistrations(db),
    pins: openPins(db),
    probe: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
