import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Logger } from 'pino';
import { readSheet } from '../meetings/sheet-reading.ts';
import { type Rows, UnreadableSheet, writeRows } from '../meetings/sheets.ts';
import { NUMBER_COLUMNS } from '../meetings/site-columns.ts';
import { exportSites, type ImportPlan, planImport, reportImport, unreadable } from '../meetings/site-import.ts';
import { freeSlug } from '../meetings/slugs.ts';
import type { OpenRooms } from '../open-rooms.ts';
import type { AuditEntry, Doer } from '../protocol/audit.ts';
import type { ImportReport, Line, SheetFormat } from '../protocol/directory.ts';
import type { SaveSite, Site } from '../protocol/http.ts';
import type { RoomId, SiteId } from '../protocol/ids.ts';
import { isTestRoom } from '../protocol/line-tests.ts';
import { withinNetworks } from '../protocol/networks.ts';
import type { InvitedSite } from '../protocol/records.ts';
import { Refused } from '../protocol/refusals.ts';
import { SIP_REALM, type SipAccountAnswer, type SipBinding } from '../protocol/wire.ts';
import type { Room } from '../rooms.ts';
import type { Ha1, Organisations, Pins, Registrations, SaveResult, Sites, StoredSite } from '../store/index.ts';
import { pinOf } from './room-pins.ts';

/** What the sheet of the exported directory is called. */
const SHEET = { vi: 'Điểm cầu', en: 'Sites' } as const;

export interface DirectoryParts {
  store: { sites: Sites; registrations: Registrations; organisations: Organisations; pins: Pins };
  /** Six digits. Absent: at random. */
  drawPin?: () => string;
  rooms: OpenRooms;
  logger: Logger;
  now: () => number;
}

/** What is proven of a caller. */
export interface Proof {
  account?: string | undefined;
  /** SHA-256 of its certificate. */
  certificate?: string | undefined;
  ip: string;
}

/**
 * The centre's sites, and what open rooms know of them: whoever is invited, and how he is reached. One writer: changes come
 * one after the other.
 */
export class Directory {
  readonly #parts: DirectoryParts;
  #sites: StoredSite[] = [];
  /** Within what the directory says of a site, or at the very address that it is called at. */
  #sources: { site: Site; isWithin: (ip: string) => boolean }[] = [];
  readonly #watchers = new Set<() => void>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  /** Reads the directory and tells the rooms that are open already. */
  static async open(parts: DirectoryParts): Promise<Directory> {
    const directory = new Directory(parts);
    await directory.#reload();
    await directory.#tellRooms();
    const opened = (room: Room) => {
      const prepared = directory.#serially(() => directory.#prepare(room));
      prepared.catch((error: unknown) => parts.logger.error({ err: error, room: room.roomId }, 'no sites invited'));
    };
    parts.rooms.watch({ opened, closed: () => undefined });
    return directory;
  }

  async list(): Promise<Site[]> {
    const { registrations } = this.#parts.store;
    const live = await registrations.list(this.#parts.now());
    return this.#sites.map(({ site }) => {
      const own = live.filter(({ binding }) => binding.account === site.sip?.account);
      const userAgent = own.find(({ binding }) => binding.userAgent)?.binding.userAgent;
      const [first] = own;
      if (!first) return site;
      const contacts = own.map(({ binding }) => binding.contact);
      const since = Math.min(...own.map((one) => one.since));
      return { ...site, registered: { contacts, since, ...(userAgent ? { userAgent } : {}) } };
    });
  }

  /** Throws `Refused`: `siteExists`, `accountTaken`, `organisationUnknown`. */
  add(saved: SaveSite, by: Doer): Promise<Site> {
    return this.#serially(async () => {
      const siteId = saved.siteId ?? freeSlug(saved.name, 'site', (id) => this.knownOf([id]).length > 0);
      const stored = storedSite(siteId, saved, undefined);
      return this.#save(stored, await this.#parts.store.sites.add(stored, by, this.#parts.now()));
    });
  }

  /**
   * Throws `Refused`: `siteUnknown`, `accountTaken`, `organisationUnknown`.
   * @param wanted what is saved, or what makes it of the site as it is by then; it may throw
   */
  change(siteId: SiteId, wanted: SaveSite | ((site: Site) => SaveSite), by: Doer): Promise<Site> {
    return this.#serially(async () => {
      const before = this.#require(siteId);
      const stored = storedSite(siteId, typeof wanted === 'function' ? wanted(before.site) : wanted, before);
      return this.#save(stored, await this.#parts.store.sites.change(stored, by, this.#parts.now()));
    });
  }

  /** The directory as a file that `importSheet` takes back. */
  async exportSheet(format: SheetFormat, language: 'vi' | 'en'): Promise<Buffer> {
    const organisations = await this.#parts.store.organisations.list();
    const rows = exportSites(
      this.#sites.map(({ site }) => site),
      organisations,
      language,
    );
    return writeRows(rows, format, SHEET[language], NUMBER_COLUMNS);
  }

  /** As `import`, of a file. A file that cannot be read is reported as such. */
  async importSheet(bytes: Buffer, format: SheetFormat, how: { save: boolean; by: Doer }): Promise<ImportReport> {
    try {
      return await this.import(await readSheet(bytes, format), how);
    } catch (error) {
      if (error instanceof UnreadableSheet) return unreadable(error);
      throw error;
    }
  }

  /**
   * Reads a sheet of sites against the directory as it is now, and saves what it says if that is wanted and every cell is good;
   * all of it or nothing. Throws `Refused` for what changed meanwhile.
   */
  import(rows: Rows, { save, by }: { save: boolean; by: Doer }): Promise<ImportReport> {
    return this.#serially(async () => {
      const carriers = (await this.#parts.store.organisations.list()).filter(({ kind }) => kind === 'carrier');
      const sites = this.#sites.map(({ site }) => site);
      const plan = planImport(rows, { sites, carriers });
      const isSaved = save && plan.faults.length === 0;
      if (isSaved) await this.#saveImport(plan, by);
      return reportImport(plan, isSaved, (siteId) => this.#require(siteId).site.name);
    });
  }

  remove(siteId: SiteId, by: Doer): Promise<void> {
    return this.#serially(async () => {
      const { sites } = this.#parts.store;
      if (!(await sites.remove(siteId, by, this.#parts.now()))) throw new Refused('siteUnknown', siteId);
      await this.#reload();
      await this.#tellRooms();
    });
  }

  /** Throws `Refused` (`siteUnknown`) where one of them is no site. */
  requireSites(siteIds: readonly SiteId[]): void {
    const unknown = siteIds.find((id) => !this.#sites.some(({ site }) => site.siteId === id));
    if (unknown !== undefined) throw new Refused('siteUnknown', unknown);
  }

  /** As it is named now; its id where it is no longer there. */
  nameOf(siteId: SiteId): string {
    return this.#sites.find(({ site }) => site.siteId === siteId)?.site.name ?? siteId;
  }

  /** As a room knows it. Throws `Refused` (`siteUnknown`). */
  invitedSite(siteId: SiteId): InvitedSite {
    return invitedSite(this.#require(siteId).site);
  }

  /** What is known of a site's line. */
  lineOf(siteId: SiteId): Line | undefined {
    return this.#sites.find(({ site }) => site.siteId === siteId)?.site.line;
  }

  /** Those that are there still. */
  knownOf(siteIds: readonly SiteId[]): SiteId[] {
    return siteIds.filter((siteId) => this.#sites.some(({ site }) => site.siteId === siteId));
  }

  /** Who provides the lines of these sites. */
  carriersOf(siteIds: readonly SiteId[]): string[] {
    const lines = this.#sites.flatMap(({ site }) => (siteIds.includes(site.siteId) ? [site.line?.carrierId] : []));
    return [...new Set(lines.filter((carrier) => carrier !== undefined))];
  }

  invited(roomId: RoomId): Promise<SiteId[]> {
    return this.#parts.store.sites.invited(roomId);
  }

  /** The whole list, in the place of the earlier one; who is in already stays. Throws `Refused` (`siteUnknown`). */
  invite(roomId: RoomId, siteIds: readonly SiteId[], note?: AuditEntry): Promise<void> {
    return this.#serially(async () => {
      this.requireSites(siteIds);
      await this.#parts.store.sites.invite(roomId, siteIds, note);
      const room = this.#parts.rooms.get(roomId);
      if (room) await this.#prepare(room);
    });
  }

  /** The site that this caller is, by account before certificate before address; nobody where two could be meant. */
  identify({ account, certificate, ip }: Proof): Site | undefined {
    const sites = this.#sites.map(({ site }) => site);
    if (account !== undefined) return sites.find((site) => site.sip?.account === account);
    const certified = certificate && sites.find((site) => site.sip?.certificate === certificate);
    if (certified) return certified;
    const there = this.#sources.filter(({ isWithin }) => isWithin(ip));
    return there.length === 1 ? there[0]?.site : undefined;
  }

  /** Throws `Refused` (`siteUnknown`) for who is no account. */
  account(user: string): SipAccountAnswer {
    const found = this.#sites.find(({ site }) => site.sip?.account === user.toLowerCase());
    if (!found?.ha1) throw new Refused('siteUnknown', user);
    return { siteId: found.site.siteId, ha1: found.ha1 };
  }

  reportRegistrations(account: string, bindings: readonly SipBinding[]): Promise<void> {
    return this.#parts.store.registrations.replace(account, bindings, this.#parts.now());
  }

  async registrations(): Promise<SipBinding[]> {
    const live = await this.#parts.store.registrations.list(this.#parts.now());
    return live.map(({ binding }) => binding);
  }

  async #saveImport({ newCarriers, sites }: ImportPlan, by: Doer): Promise<void> {
    const added: StoredSite[] = [];
    const changed: StoredSite[] = [];
    // What a later row asks for is no longer free for an earlier one.
    const taken = new Set(sites.flatMap(({ saved }) => saved.siteId ?? []));
    for (const { siteId, saved } of sites) {
      if (siteId !== undefined) changed.push(storedSite(siteId, saved, this.#require(siteId)));
      else {
        const isTaken = (id: string) => taken.has(id) || this.knownOf([id]).length > 0;
        const free = saved.siteId ?? freeSlug(saved.name, 'site', isTaken);
        taken.add(free);
        added.push(storedSite(free, saved, undefined));
      }
    }
    const all = { carriers: newCarriers, added, changed };
    const result = await this.#parts.store.sites.import(all, by, this.#parts.now());
    if (result !== 'saved') throw new Refused(result);
    await this.#reload();
    await this.#tellRooms();
  }

  #require(siteId: SiteId): StoredSite {
    const found = this.#sites.find(({ site }) => site.siteId === siteId);
    if (!found) throw new Refused('siteUnknown', siteId);
    return found;
  }

  async #save(stored: StoredSite, result: SaveResult): Promise<Site> {
    const { siteId, sip, line } = stored.site;
    const detail = { accountTaken: sip?.account, organisationUnknown: line?.carrierId };
    if (result !== 'saved') throw new Refused(result, { siteExists: siteId, siteUnknown: siteId, ...detail }[result]);
    await this.#reload();
    await this.#tellRooms();
    return stored.site;
  }

  /** Where the sites' codecs are. */
  networks(): string[] {
    return [...new Set(this.#sites.flatMap(({ site }) => networksOf(site)))];
  }

  /** Told after each change of the directory. */
  watch(changed: () => void): void {
    this.#watchers.add(changed);
  }

  async #reload(): Promise<void> {
    this.#sites = await this.#parts.store.sites.list();
    this.#sources = this.#sites.map(({ site }) => ({ site, isWithin: withinNetworks(networksOf(site)) }));
    for (const changed of this.#watchers) changed();
  }

  async #tellRooms(): Promise<void> {
    for (const room of this.#parts.rooms.list()) await this.#prepare(room);
  }

  async #prepare(room: Room): Promise<void> {
    // Who is tested is the test's business, and nobody is to come in by a PIN.
    if (room.state.status !== 'open' || isTestRoom(room.roomId)) return;
    const invited = new Set(await this.#parts.store.sites.invited(room.roomId));
    const sites = this.#sites.filter(({ site }) => invited.has(site.siteId)).map(({ site }) => invitedSite(site));
    room.report({ verb: 'setPin', pin: await pinOf(room, this.#parts.store.pins, this.#parts.drawPin) });
    room.report({ verb: 'invite', sites });
  }

  #serially<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** The secret stays with its account: another account, or none, begins without. */
function storedSite(siteId: SiteId, saved: SaveSite, before: StoredSite | undefined): StoredSite {
  const { siteId: _wanted, sip, ...rest } = saved;
  if (!sip) return { site: { siteId, ...rest } };
  const { password, ...known } = sip;
  const kept = known.account !== undefined && before?.site.sip?.account === known.account ? before.ha1 : undefined;
  const ha1 = known.account !== undefined && password !== undefined ? ha1Of(known.account, password) : kept;
  return { site: { siteId, ...rest, sip: { ...known, hasPassword: ha1 !== undefined } }, ...(ha1 ? { ha1 } : {}) };
}

function ha1Of(account: string, password: string): Ha1 {
  const hash = (algorithm: string) => createHash(algorithm).update(`${account}:${SIP_REALM}:${password}`).digest('hex');
  return { md5: hash('md5'), sha256: hash('sha256') };
}

function invitedSite({ siteId, name, sip, line }: Site): InvitedSite {
  const { address, fallback, account, bridge = false, encryption = 'preferred' } = sip ?? {};
  return {
    siteId,
    name,
    ...(address ? { address } : {}),
    ...(fallback ? { fallback } : {}),
    ...(account ? { account } : {}),
    bridge,
    encryption,
    ...capacityOf(line),
  };
}

function capacityOf({ upKbps, downKbps }: Pick<Line, 'upKbps' | 'downKbps'> = {}): Pick<InvitedSite, 'line'> {
  if (upKbps === undefined && downKbps === undefined) return {};
  return { line: { ...(upKbps ? { upKbps } : {}), ...(downKbps ? { downKbps } : {}) } };
}

function networksOf({ sip }: Site): string[] {
  const host = /^(?:sip:)?(?:[^@]*@)?(\[[^\]]+\]|[^:;]+)/i.exec(sip?.address ?? '')?.[1]?.replace(/^\[|\]$/g, '');
  return [...(sip?.sources ?? []), ...(host !== undefined && isIP(host) ? [host] : [])];
}
