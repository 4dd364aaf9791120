import type { CellFault, ImportReport, Organisation, SheetFault } from '../protocol/directory.ts';
import type { SaveSite, Site } from '../protocol/http.ts';
import type { SiteId } from '../protocol/ids.ts';
import type { Rows } from './sheets.ts';
import { siteOf } from './site-cells.ts';
import { COLUMNS, type ColumnKey, cellsOf, columnOf, type Language } from './site-columns.ts';
import { foldName, freeSlug } from './slugs.ts';

export const MOST_ROWS = 2_000;
/** Above the headings there may be a title. */
const HEADING_WITHIN = 10;

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
  const headingRow = rows.slice(0, HEADING_WITHIN).findIndex((row) => row.some((cell) => columnOf(cell) === 'name'));
  const faults: SheetFault[] = [];
  if (headingRow < 0) {
    const nothing = { rows: 0, sites: [], unchanged: 0, newCarriers: [] };
    return { ...nothing, faults: [{ row: 0, column: COLUMNS[1]?.vi ?? '', fault: 'noHeader' as const, given: '' }] };
  }
  const headings = headingsOf(rows[headingRow] ?? [], headingRow + 1, faults);
  const carriers = new Carriers(known);
  const found: Found[] = [];
  for (const [i, row] of rows.entries()) {
    if (i <= headingRow || row.every((cell) => cell.trim() === '')) continue;
    found.push(readRow({ row, number: i + 1, headings, known, carriers, faults }));
  }
  if (found.length > MOST_ROWS) {
    faults.push({ row: 0, column: '', fault: 'tooManyRows', given: String(found.length), detail: String(MOST_ROWS) });
  }
  checkAmong(found, known, headings, faults);
  const said = found.filter(({ site }) => site.columns.length > 0 || site.siteId === undefined);
  return {
    rows: found.length,
    sites: said.map(({ site }) => site),
    unchanged: found.length - said.length,
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

export function unreadable(row: number, reason: string): ImportReport {
  const fault = { row, column: '', fault: 'unreadable', given: reason.slice(0, 200) } as const;
  return { saved: false, rows: 0, added: [], changed: [], unchanged: 0, newCarriers: [], faults: [fault] };
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
  known: Known;
  carriers: Carriers;
  faults: SheetFault[];
}

function readRow({ row, number, headings, known, carriers, faults }: RowParts): Found {
  const cellAt = (key: ColumnKey) => row[headings.find((heading) => heading.key === key)?.index ?? -1]?.trim() ?? '';
  const same = known.sites.filter((site) => foldName(site.name) === foldName(cellAt('name')));
  const wantedId = cellAt('siteId').toLowerCase();
  const before = wantedId === '' ? same[0] : known.sites.find(({ siteId }) => siteId === wantedId);
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
  const seen = new Map<string, number>();
  const accounts = new Map<string, string>();
  for (const site of sites) if (site.sip?.account !== undefined) accounts.set(site.sip.account, site.siteId);
  const inSheet = new Map<string, number>();
  for (const { number, site } of found) {
    const { saved } = site;
    const who = site.siteId ?? saved.siteId ?? `name ${foldName(saved.name)}`;
    const earlier = seen.get(who);
    if (earlier !== undefined) {
      const detail = String(earlier);
      faults.push({ row: number, column: title('name'), fault: 'siteTwice', given: saved.name, detail });
    }
    seen.set(who, number);
    const account = saved.sip?.account;
    if (account === undefined) continue;
    const other = inSheet.get(account);
    const holder = accounts.get(account);
    const isTaken = holder !== undefined && holder !== site.siteId && !movesAway(found, holder, account);
    if (other !== undefined || isTaken) {
      const detail = other === undefined ? (holder ?? '') : String(other);
      faults.push({ row: number, column: title('account'), fault: 'accountTwice', given: account, detail });
    }
    inSheet.set(account, number);
  }
}

/** The site that has this account now gives it up in the same sheet. */
function movesAway(found: readonly Found[], siteId: SiteId, account: string): boolean {
  return found.some(({ site }) => site.siteId === siteId && site.saved.sip?.account !== account);
}

/** Carriers by name, those that the sheet brings included. */
class Carriers {
  readonly #known: Known;
  readonly added: { organisationId: string; name: string }[] = [];

  constructor(known: Known) {
    this.#known = known;
  }

  readonly idOf = (name: string): string => {
    const all = [...this.#known.carriers, ...this.added];
    const found = all.find((carrier) => foldName(carrier.name) === foldName(name));
    if (found) return found.organisationId;
    const organisationId = freeSlug(name, 'carrier', (id) => all.some((one) => one.organisationId === id));
    this.added.push({ organisationId, name });
    return organisationId;
  };

  readonly nameOf = (id: string): string => {
    const all = [...this.#known.carriers, ...this.added];
    return all.find(({ organisationId }) => organisationId === id)?.name ?? id;
  };
}

function asSite({ siteId, sip, ...rest }: SaveSite, before: Site | undefined): Site {
  const id = before?.siteId ?? siteId ?? '';
  return { siteId: id, ...rest, ...(sip ? { sip: { ...sip, hasPassword: false } } : {}) };
}
