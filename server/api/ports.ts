import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Accounts, Audit, Devices, SignIns } from '../accounts/ports.ts';
import type { Answers, Tokens } from '../accounts/program-ports.ts';
import type { SingleSignOn } from '../accounts/role-claims.ts';
import type { AuditEntry, Doer } from '../protocol/audit.ts';
import type {
  Book,
  Booking,
  BookingCheck,
  ChangeBooking,
  Clash,
  DeskSettings,
  TakeStep,
} from '../protocol/bookings.ts';
import type { CodecChange } from '../protocol/devices.ts';
import type {
  DirectoryChange,
  ImportReport,
  Organisation,
  SaveOrganisation,
  SheetFormat,
} from '../protocol/directory.ts';
import type { LoggedEvent } from '../protocol/events.ts';
import type { Health, LinkSummary, SavedLayout, SaveSite, Site } from '../protocol/http.ts';
import type { Inspection } from '../protocol/inspection.ts';
import type { LineState } from '../protocol/lines.ts';
import type { Notice, RecordNotice, Templates, WebhookTrial } from '../protocol/notices.ts';
import type { LineChart, LineTree, RoomCourse } from '../protocol/quality.ts';
import type {
  ChangeRecording,
  Comment,
  IssueShare,
  RecordingAct,
  RecordingDetail,
  RecordingSummary,
  Share,
  StreamIndex,
  WriteComment,
} from '../protocol/recording.ts';
import type { Kind, Role } from '../protocol/records.ts';
import type { FollowedRehearsal, SaveChecklist, SiteDuty, SiteTested } from '../protocol/rehearsals.ts';
import type { RecordingIdentity, StoredRecording } from '../protocol/stored-recording.ts';
import type { SipBan } from '../protocol/wire.ts';
import type { SystemCommand } from '../room/system-commands.ts';
import type { Room } from '../rooms.ts';
import type { LineBudgetPort, LineTestsPort } from './line-ports.ts';
import type { ReportFilesPort, ReportsPort } from './report-ports.ts';

// What the HTTP interface needs of the rest, as the composition root puts it together.

export interface StoredLink extends Omit<LinkSummary, 'url'> {
  roomId: string;
  participantId?: string;
}

export interface LinksPort {
  add(link: StoredLink, note: AuditEntry): Promise<void>;
  find(linkId: string): Promise<StoredLink | undefined>;
  ofRoom(roomId: string): Promise<StoredLink[]>;
  revoke(roomId: string, linkId: string, note: AuditEntry): Promise<boolean>;
}

export interface RoomsPort {
  get(roomId: string): Room | undefined;
  create(title: string, wanted?: string): Promise<Room>;
  /** Something of a meeting that is held or over. Throws `Refused`. */
  tell(roomId: string, command: SystemCommand, note: AuditEntry): Promise<void>;
}

export interface StoredRoom {
  roomId: string;
  title: string;
  status: 'open' | 'ended';
  openedAt: number;
  endedAt?: number | undefined;
}

export interface LogPort {
  rooms(): Promise<StoredRoom[]>;
  read(roomId: string): Promise<LoggedEvent[]>;
}

export interface RecordingDoer {
  identity: RecordingIdentity;
  ip: string;
}

/** Bytes as HTTP counts them, both ends included. `open` is null where the range is not satisfiable. */
export interface ServedBytes {
  type: string;
  size: number;
  range?: { first: number; last: number };
  open: (() => Readable) | null;
}

/** Recordings (`server/recordings`); each refuses whom the policy does not let. */
export interface RecordedPort {
  library: {
    list(identity: RecordingIdentity, query?: string): Promise<RecordingSummary[]>;
    seenBy(identity: RecordingIdentity): Promise<RecordingSummary[]>;
    admit(identity: RecordingIdentity, id: string, act: 'see' | 'download' | 'manage'): Promise<StoredRecording>;
    detail(identity: RecordingIdentity, id: string): Promise<RecordingDetail>;
    summarise(stored: StoredRecording): RecordingSummary;
  };
  serving: {
    playlist(
      identity: RecordingIdentity,
      id: string,
      stream: string,
      awaited?: { segment: number; fragment?: number },
    ): Promise<{ text: string }>;
    streamIndex(identity: RecordingIdentity, id: string, stream: string): Promise<StreamIndex>;
    file(identity: RecordingIdentity, id: string, file: string, range: string | undefined): Promise<ServedBytes>;
    download(
      identity: RecordingIdentity,
      id: string,
      wanted: { part?: number; stretch?: { from: number; to: number } },
    ): Promise<{ bytes: number; open(): Readable }>;
    earlierFile(identity: RecordingIdentity, id: string, range: string | undefined): Promise<ServedBytes>;
    inspection(identity: RecordingIdentity, id: string): Promise<Inspection>;
    stripSheet(identity: RecordingIdentity, id: string, file: string): Promise<Buffer>;
  };
  annotations: {
    comment(doer: RecordingDoer, id: string, written: WriteComment): Promise<Comment>;
    removeComment(doer: RecordingDoer, id: string, commentId: string): Promise<void>;
    shares(doer: RecordingDoer, id: string): Promise<Share[]>;
    share(doer: RecordingDoer, id: string, wanted: IssueShare): Promise<{ share: Share; token: string }>;
    revokeShare(doer: RecordingDoer, id: string, shareId: string): Promise<void>;
    openShare(token: string): Promise<RecordingIdentity>;
    change(doer: RecordingDoer, id: string, change: ChangeRecording): Promise<void>;
    acts(doer: RecordingDoer, id: string): Promise<RecordingAct[]>;
    viewed(doer: RecordingDoer, id: string, what: string): Promise<void>;
    record(doer: RecordingDoer, id: string, act: RecordingAct['act'], detail?: string): Promise<void>;
  };
  removal: { remove(doer: RecordingDoer, id: string): Promise<void> };
}

export interface DirectoryPort {
  list(): Promise<Site[]>;
  add(site: SaveSite, by: Doer): Promise<Site>;
  change(siteId: string, wanted: SaveSite | ((site: Site) => SaveSite), by: Doer): Promise<Site>;
  remove(siteId: string, by: Doer): Promise<void>;
  exportSheet(format: SheetFormat, language: 'vi' | 'en'): Promise<Buffer>;
  importSheet(bytes: Buffer, format: SheetFormat, how: { save: boolean; by: Doer }): Promise<ImportReport>;
  requireSites(siteIds: readonly string[]): void;
  invited(roomId: string): Promise<string[]>;
  invite(roomId: string, siteIds: readonly string[], note: AuditEntry): Promise<void>;
}

export interface OrganisationsPort {
  list(): Promise<Organisation[]>;
  add(saved: SaveOrganisation, by: Doer): Promise<Organisation>;
  change(organisation: Organisation, by: Doer): Promise<Organisation>;
  remove(id: string, by: Doer): Promise<void>;
}

/** The codecs of a meeting that are tried by themselves (`server/desk/rehearsal-rounds.ts`). */
export interface RoundsPort {
  of(bookingId: string): Promise<FollowedRehearsal>;
  set(bookingId: string, on: boolean, by: Doer): Promise<void>;
}
export interface RehearsalsPort {
  dutiesOf(siteId: string): Promise<SiteDuty[]>;
  save(bookingId: string, siteId: string, wanted: SaveChecklist, doer: Doer): Promise<SiteDuty>;
  tested(bookingId: string, siteId: string, tested: SiteTested): Promise<SiteDuty>;
}

/** Either what was booked, or who would be in two meetings at once. */
export type BookingOutcome = { bookings: Booking[] } | { clashes: Clash[] };

/** Booked meetings (`server/desk/bookings.ts`); each refuses what the rules do not let. */
export interface BookingsPort {
  settings(): Promise<DeskSettings>;
  saveSettings(settings: DeskSettings, by: Doer): Promise<DeskSettings>;
  list(wanted: {
    from: number;
    to: number;
    hostUnitId?: string;
    after?: { startsAt: number; bookingId: string };
    most?: number;
  }): Promise<Booking[]>;
  find(bookingId: string): Promise<Booking>;
  check(wanted: Book, except?: string): Promise<BookingCheck>;
  /** @param requestId names this very request: asked again, it books nothing anew */
  add(wanted: Book, by: Doer, requestId?: string): Promise<BookingOutcome>;
  change(bookingId: string, change: ChangeBooking, by: Doer): Promise<BookingOutcome>;
  take(bookingId: string, step: TakeStep, by: Doer): Promise<Booking>;
}

export interface DirectoryChangesPort {
  list(filter: { subject?: string; most: number }): Promise<DirectoryChange[]>;
}

interface NoticesAnswer {
  notices: Notice[];
  byHand: Pick<Notice, 'audience' | 'channel' | 'to'>[];
}

/** Who is told of a meeting (`server/desk/notices.ts`). */
export interface NoticesPort {
  list(bookingId: string): Promise<NoticesAnswer>;
  announce(bookingId: string, by: Doer): Promise<NoticesAnswer>;
  record(bookingId: string, told: RecordNotice, by: Doer): Promise<NoticesAnswer>;
  retry(noticeId: string, by: Doer): Promise<Notice>;
  templates(): Promise<Templates>;
  saveTemplates(templates: Templates, by: Doer): Promise<Templates>;
  pdf(bookingId: string, language: 'vi' | 'en'): Promise<{ name: string; bytes: Buffer }>;
  calendar(bookingId: string): Promise<string>;
  webhookSecret(webhookId: string): string;
  /** What a program was told last, the newest first. */
  toProgram(webhookId: string): Promise<Notice[]>;
  /** Calls it once. */
  tryProgram(webhookId: string): Promise<WebhookTrial>;
}

type LayoutResult = 'saved' | 'layoutNotSaved' | 'layoutNameTaken';

export interface LayoutsPort {
  list(): Promise<SavedLayout[]>;
  add(saved: SavedLayout, note: AuditEntry): Promise<LayoutResult>;
  change(saved: SavedLayout, note: AuditEntry): Promise<LayoutResult>;
  remove(layoutId: string, note: AuditEntry): Promise<boolean>;
}

/** Codecs that announce something else than before. */
export interface CodecChangesPort {
  changed(): Promise<CodecChange[]>;
  acknowledge(siteId: string, note: AuditEntry): Promise<void>;
}

export interface SipBansPort {
  list(): SipBan[];
  lift(ip: string): void;
}

export interface NewTicket {
  roomId: string;
  participantId: string;
  role: Role;
  kind: Kind;
  name: string;
  linkId?: string;
  session?: string;
  device?: string;
  /** Whom the directory knows it as. */
  siteId?: string;
}

/** Who is shown to be in a meeting by a ticket. */
interface TicketHolder {
  roomId: string;
  participantId: string;
  role: Role;
  name: string;
  siteId?: string | undefined;
}

/** What a ticket rests on: the link, or the session. */
interface Standing {
  linkId?: string | undefined;
  session?: string | undefined;
  device?: string | undefined;
}

/** Lines of participants: now, and as they were. */
export interface MonitorPort {
  lines(): { roomId: string; lines: ReadonlyMap<string, LineState> }[];
  chart(wanted: { participantId: string; roomId?: string; from: number; to: number }): Promise<LineChart>;
  course(roomId: string, between: { from?: number; to?: number }): Promise<RoomCourse>;
  /** @param at absent: now */
  tree(roomId: string, at: number | undefined): Promise<LineTree>;
  /** Oldest first, as finely as is still kept; times in milliseconds since 1970. */
  find(wanted: { participantId: string; roomId?: string; from: number; to: number }): Promise<{
    stepMs: number;
    samples: ({ at: number; roomId: string; stream: string } & Record<string, number | string | number[]>)[];
  }>;
}

export interface ApiParts {
  monitor: MonitorPort;
  lineTests: LineTestsPort;
  lineBudget: LineBudgetPort;
  /** What Prometheus shows as a bearer token; absent: it must ask from this machine. */
  metricsPassword?: string;
  accounts: Accounts;
  signIns: SignIns;
  audit: Audit;
  devices: Devices;
  tokens: Tokens;
  answers: Answers;
  registrations: CodecChangesPort;
  links: LinksPort;
  log: LogPort;
  recorded: RecordedPort;
  rooms: RoomsPort;
  directory: DirectoryPort;
  organisations: OrganisationsPort;
  directoryChanges: DirectoryChangesPort;
  bookings: BookingsPort;
  rehearsals: RehearsalsPort;
  rounds: RoundsPort;
  notices: NoticesPort;
  reports: ReportsPort;
  reportFiles: ReportFilesPort;
  layouts: LayoutsPort;
  sipBans: SipBansPort;
  issueTicket(ticket: NewTicket): Promise<string>;
  /** Throws `Refused` for what is no ticket of ours, or is too old. */
  readTicket(ticket: string): Promise<TicketHolder>;
  /** Puts out whoever of those concerned is in by a link or a sign-in that no longer holds. */
  reviewStanding(concerns: (ticket: Standing) => boolean): Promise<void>;
  health(): Promise<Health>;
  /** 32 random bytes, base64url. */
  signingKey: string;
  /** Absolute. */
  clientDir: string;
  publicUrl?: string;
  singleSignOn?: SingleSignOn;
  sip: { host: string; port: number };
  logger: Logger;
  now: () => number;
}
