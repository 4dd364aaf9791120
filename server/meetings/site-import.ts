import type { CellFault, ImportReport, Organisation, SheetFault } from '../protocol/directory.ts';
import type { SaveSite, Site } from '../protocol/http.ts';
import type { SiteId } from '../protocol/ids.ts';
import type { Rows, UnreadableSheet } from './sheets.ts';
import { siteOf } from './site-cells.ts';
import { COLUMNS, type ColumnKey, cellsOf, columnOf, type Language } from './site-columns.ts';
import { foldName, freeSlug } from './slugs.ts';

export const MOST_ROWS = 2_000;
/** Above the headings there may be a title. */
export const HEADING_WITHIN = 10;

/** The place of the row with the headings, from 0; -1 where there is none. */
export function headingOf(rows: Rows): number {
  return rows.slice(0, HEADING_WITHIN).findIndex((row) => row.some((cell) => columnOf(cell) === 'name'));
}

/** A row of the sheet that says something new. */
export interface ImportedSite {
  /** Of the site that is changed; absent where one is added. */
  siteId?: SiteId;
  saved: SaveSite;
  /** The headings of the cells that differ, as the sheet has them; empty where nothing does. */
  columns: string[];
}

export interface ImportPlan {
  rows: number;
  sites: ImportedSite[];
  unchanged: number;
  newCarriers: { organisationId: string; name: string }[];
  faults: SheetFault[];
}

interface Known {
  sites: readonly Site[];
  carriers: readonly Organisation[];
}

/** Sites as rows name them. */
interface KnownSites {
  byId: ReadonlyMap<SiteId, Site>;
  byName: ReadonlyMap<string, readonly Site[]>;
}

interface Heading {
  key: ColumnKey;
  title: string;
  index: number;
}

/**
 * What a sheet of sites would change (REG-15, REG-17). A row is the site of its id, or else of its name; a column that the sheet
 * does not have stays as it is, an empty cell empties. Sites that the sheet does not name stay.
 */
export function planImport(rows: Rows, known: Known): ImportPlan {
  const headingRow = headingOf(rows);
  const faults: SheetFault[] = [];
  if (headingRow < 0) {
    const nothing = { rows: 0, sites: [], unchanged: 0, newCarriers: [] };
    return { ...nothing, faults: [{ row: 0, column: COLUMNS[1]?.vi ?? '', fault: 'noHeader' as const, given: '' }] };
  }
  const headings = headingsOf(rows[headingRow] ?? [], headingRow + 1, faults);
  const said = rows
    .map((row, i) => ({ row, number: i + 1 }))
    .filter(({ row, number }) => number > headingRow + 1 && row.some((cell) => cell.trim() !== ''));
  if (said.length > MOST_ROWS) {
    const tooMany = { row: 0, column: '', fault: 'tooManyRows', given: String(said.length), detail: String(MOST_ROWS) };
    return { rows: said.length, sites: [], unchanged: 0, newCarriers: [], faults: [tooMany as SheetFault] };
  }
  const carriers = new Carriers(known);
  const sites = indexed(known.sites);
  const found = said.map((one) => readRow({ ...one, headings, sites, carriers, faults }));
  checkAmong(found, known, headings, faults);
  const news = found.filter(({ site }) => site.columns.length > 0 || site.siteId === undefined);
  return {
    rows: found.length,
    sites: news.map(({ site }) => site),
    unchanged: found.length - news.length,
    newCarriers: carriers.added,
    faults: faults.sort((a, b) => a.row - b.row),
  };
}

/** @param nameOf of a site that the directory has */
export function reportImport(plan: ImportPlan, saved: boolean, nameOf: (siteId: SiteId) => string): ImportReport {
  const { rows, sites, unchanged, newCarriers, faults } = plan;
  return {
    saved,
    rows,
    added: sites.flatMap((site) => (site.siteId === undefined ? [site.saved.name] : [])),
    changed: sites.flatMap(({ siteId, columns }) =>
      siteId === undefined ? [] : [{ siteId, name: nameOf(siteId), columns }],
    ),
    unchanged,
    newCarriers: newCarriers.map(({ name }) => name),
    faults,
  };
}

export function unreadable({ row, fault, message }: UnreadableSheet): ImportReport {
  const limit = fault === 'tooManyRows' ? { detail: String(MOST_ROWS) } : {};
  const faults = [{ row, column: '', fault, given: message.slice(0, 200), ...limit }];
  return { saved: false, rows: 0, added: [], changed: [], unchanged: 0, newCarriers: [], faults };
}

/** The directory as a sheet, which an import reads back as it is. */
export function exportSites(sites: readonly Site[], carriers: readonly Organisation[], language: Language): Rows {
  const name = (id: string) => carriers.find(({ organisationId }) => organisationId === id)?.name ?? id;
  const lines = sites.map((site) => {
    const cells = cellsOf(site, name, language);
    return COLUMNS.map(({ key }) => cells.get(key) ?? '');
  });
  return [COLUMNS.map((column) => column[language]), ...lines];
}

interface Found {
  number: number;
  site: ImportedSite;
}

function headingsOf(row: readonly string[], number: number, faults: SheetFault[]): Heading[] {
  const headings: Heading[] = [];
  for (const [index, title] of row.entries()) {
    if (title.trim() === '') continue;
    const key = columnOf(title);
    const fault = (code: CellFault) => faults.push({ row: number, column: title, fault: code, given: title });
    if (key === undefined) fault('unknownColumn');
    else if (headings.some((heading) => heading.key === key)) fault('columnTwice');
    else headings.push({ key, title, index });
  }
  return headings;
}

interface RowParts {
  row: readonly string[];
  number: number;
  headings: readonly Heading[];
  sites: KnownSites;
  carriers: Carriers;
  faults: SheetFault[];
}

function indexed(sites: readonly Site[]): KnownSites {
  return {
    byId: new Map(sites.map((site) => [site.siteId, site])),
    byName: Map.groupBy(sites, ({ name }) => foldName(name)),
  };
}

function readRow({ row, number, headings, sites, carriers, faults }: RowParts): Found {
  const cellAt = (key: ColumnKey) => row[headings.find((heading) => heading.key === key)?.index ?? -1]?.trim() ?? '';
  const same = sites.byName.get(foldName(cellAt('name'))) ?? [];
  const wantedId = cellAt('siteId').toLowerCase();
  const before = wantedId === '' ? same[0] : sites.byId.get(wantedId);
  const titleOf = (key: ColumnKey) => headings.find((heading) => heading.key === key)?.title ?? key;
  const blame = (key: ColumnKey, fault: CellFault) =>
    faults.push({ row: number, column: titleOf(key), fault, given: cellAt(key).slice(0, 200) });
  if (wantedId === '' && same.length > 1) blame('name', 'nameAmbiguous');
  const was = before ? cellsOf(before, carriers.nameOf, 'vi') : new Map<ColumnKey, string>();
  const now = new Map(was);
  for (const { key, index } of headings) if (key !== 'siteId' || !before) now.set(key, row[index] ?? '');
  const { site, problems } = siteOf(now, carriers.idOf);
  for (const { key, fault } of problems) blame(key, fault);
  const saved = problems.length > 0 ? undefined : cellsOf(asSite(site, before), carriers.nameOf, 'vi');
  const columns = headings.filter(({ key }) => key !== 'siteId' && saved?.get(key) !== (was.get(key) ?? ''));
  const titles = columns.map(({ title }) => title);
  return { number, site: { ...(before ? { siteId: before.siteId } : {}), saved: site, columns: titles } };
}

/** What a row must not have in common with another one. */
function checkAmong(
  found: readonly Found[],
  { sites }: Known,
  headings: readonly Heading[],
  faults: SheetFault[],
): void {
  const title = (key: ColumnKey) => headings.find((heading) => heading.key === key)?.title ?? key;
  const ids = new Map<string, number>();
  const names = new Map<string, { number: number; id: string | undefined }>();
  const accounts = new Map<string, string>();
  for (const site of sites) if (site.sip?.account !== undefined) accounts.set(site.sip.account, site.siteId);
  const kept = new Map(found.map(({ site }) => [site.siteId, site.saved.sip?.account]));
  const inSheet = new Map<string, number>();
  for (const { number, site } of found) {
    const { saved } = site;
    const id = site.siteId ?? saved.siteId;
    const alike = names.get(foldName(saved.name));
    // Two sites may bear one name where each has an id of its own.
    const twin = alike && (alike.id === undefined || id === undefined) ? alike.number : undefined;
    const earlier = (id === undefined ? undefined : ids.get(id)) ?? twin;
    if (earlier !== undefined) {
      const detail = String(earlier);
      faults.push({ row: number, column: title('name'), fault: 'siteTwice', given: saved.name, detail });
    }
    if (id !== undefined) ids.set(id, number);
    if (!alike || id === undefined) names.set(foldName(saved.name), { number, id });
    const account = saved.sip?.account;
    if (account === undefined) continue;
    const other = inSheet.get(account);
    const holder = accounts.get(account);
    // The site that has it now may give it up in the same sheet.
    const isTaken =
      holder !== undefined && holder !== site.siteId && (!kept.has(holder) || kept.get(holder) === account);
    if (other !== undefined || isTaken) {
      const detail = other === undefined ? (holder ?? '') : String(other);
      faults.push({ row: number, column: title('account'), fault: 'accountTwice', given: account, detail });
    }
    inSheet.set(account, number);
  }
}

/** Carriers by name, those that the sheet brings included. */
class Carriers {
  readonly #byName: Map<string, string>;
  readonly #names: Map<string, string>;
  readonly added: { organisationId: string; name: string }[] = [];

  constructor({ carriers }: Known) {
    this.#byName = new Map(carriers.map(({ organisationId, name }) => [foldName(name), organisationId]));
    this.#names = new Map(carriers.map(({ organisationId, name }) => [organisationId, name]));
  }

  readonly idOf = (name: string): string => {
    const found = this.#byName.get(foldName(name));
    if (found !== undefined) return found;
    const organisationId = freeSlug(name, 'carrier', (id) => this.#names.has(id));
    this.#byName.set(foldName(name), organisationId);
    this.#names.set(organisationId, name);
    this.added.push({ organisationId, name });
    return organisationId;
  };

  readonly nameOf = (id: string): string => this.#names.get(id) ?? id;
}

function asSite({ siteId, sip, ...rest }: SaveSite, before: Site | undefined): Site {
  const id = before?.siteId ?? siteId ?? '';
  return { siteId: id, ...rest, ...(sip ? { sip: { ...sip, hasPassword: false } } : {}) };
}
