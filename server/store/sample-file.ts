import { chmodSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { COLUMN_NAMES, merging, type Row } from './sample-rows.ts';

/** One row to be kept. `stream` names what was measured, and by whom. */
export interface Kept {
  roomId: string;
  participantId: string;
  stream: string;
  /** Whole seconds since 1970. */
  second: number;
  row: Row;
}

export interface Wanted {
  participantId: string;
  /** Absent: of every meeting. */
  roomId?: string;
  /** Milliseconds since 1970, `to` not included. */
  from: number;
  to: number;
}
export interface Found {
  stepMs: number;
  rows: (Row & { at: number; stream: string; roomId: string })[];
}

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** What was judged of a line; this alone is kept by the minute. */
const JUDGED = 'line %';
interface Tier {
  table: 'seconds' | 'tens' | 'minutes';
  step: number;
  /** Rows of so many seconds lie together, by line: what is too old goes at once, and a line's past is a few places. */
  bucket: number;
  keptFor: number;
  /** What is asked of it at most at once. */
  widest: number;
}
/**
 * How finely, and for how long; seconds. A day by the second is for the meeting that has just been, five by ten
 * seconds for a complaint, two years by the minute for the carrier (REG-17) and the yearly review (REG-16).
 */
const SECONDS: Tier = { table: 'seconds', step: 1, bucket: 60, keptFor: DAY_S, widest: 2 * HOUR_S };
const TENS: Tier = { table: 'tens', step: 10, bucket: 600, keptFor: 5 * DAY_S, widest: DAY_S };
const MINUTES: Tier = { table: 'minutes', step: 60, bucket: DAY_S, keptFor: 730 * DAY_S, widest: 730 * DAY_S };
const TIERS = [SECONDS, TENS, MINUTES];
/** More than a chart can show. */
const MOST_ROWS = 20_000;

/** The file of samples, in the thread that has nothing else to do. */
export class SampleFile {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #lines: Ids;
  readonly #streams: Ids;
  /** Up to this second every coarser tier is made. */
  readonly #merged = new Map<string, number>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 2_000 });
    if (path !== ':memory:') chmodSync(path, 0o600);
    // A power cut may cost the last seconds of measurements, never the file.
    this.#db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma auto_vacuum = incremental;');
    const columns = COLUMN_NAMES.map((name) => `${name} integer`).join(', ');
    for (const { table } of TIERS) {
      this.#db.exec(
        `create table if not exists ${table} (bucket integer not null, line integer not null, stream integer not null,
         second integer not null, ${columns}, primary key (bucket, line, stream, second)) without rowid`,
      );
    }
    this.#lines = new Ids(this.#db, 'lines');
    this.#streams = new Ids(this.#db, 'streams');
    const places = COLUMN_NAMES.map(() => '?').join(', ');
    this.#insert = this.#db.prepare(`insert or replace into seconds values (?, ?, ?, ?, ${places})`);
  }

  keep(all: readonly Kept[]): void {
    this.#transact(() => {
      for (const { roomId, participantId, stream, second, row } of all) {
        const values = COLUMN_NAMES.map((name) => row[name] ?? null);
        const [bucket, rest] = [Math.floor(second / SECONDS.bucket), second % SECONDS.bucket];
        const line = this.#lines.of(`${participantId} ${roomId}`);
        this.#insert.run(bucket, line, this.#streams.of(stream), rest, ...values);
      }
    });
  }

  /** Makes the coarser tiers of what is complete by now, and deletes what is too old. */
  thin(now: number): void {
    this.#merge(SECONDS, TENS, '', now);
    this.#merge(TENS, MINUTES, `and stream in (select id from streams where name like '${JUDGED}')`, now);
    for (const { table, bucket, keptFor } of TIERS) {
      this.#db.prepare(`delete from ${table} where bucket < ?`).run(Math.floor((now - keptFor) / bucket));
    }
    this.#db.exec('pragma incremental_vacuum(1000)');
  }

  find({ participantId, roomId, from, to }: Wanted, now: number): Found {
    const [first, last] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
    const isFine = ({ keptFor, widest }: Tier) => now - first <= keptFor && last - first <= widest;
    const tier = TIERS.find(isFine) ?? MINUTES;
    const earliest = Math.max(first, now - tier.keptFor);
    const lines = this.#lines.startingWith(`${participantId} `, roomId);
    const rows = lines.flatMap(({ id, name }) => {
      return this.#read(tier, id, earliest, last).map((row) => ({
        ...row,
        stream: this.#streams.nameOf(row.stream),
        roomId: name.slice(participantId.length + 1),
      }));
    });
    rows.sort((a, b) => a.at - b.at);
    return { stepMs: tier.step * 1000, rows: rows.slice(0, MOST_ROWS) };
  }

  close(): void {
    this.#db.close();
  }

  #read({ table, bucket }: Tier, line: number, first: number, last: number): (Row & { at: number; stream: number })[] {
    const rows: (Row & { at: number; stream: number })[] = [];
    const select = this.#db.prepare(`select * from ${table} where bucket = ? and line = ?`);
    for (let n = Math.floor(first / bucket); n * bucket < last && rows.length < MOST_ROWS; n++) {
      for (const row of select.all(n, line)) {
        const second = n * bucket + Number(row.second);
        if (second < first || second >= last) continue;
        rows.push({ ...(row as Row), at: second * 1000, stream: Number(row.stream) });
      }
    }
    return rows;
  }

  /** What is complete by now. */
  #merge(from: Tier, to: Tier, only: string, now: number): void {
    // What a browser reports comes some seconds late.
    const until = Math.floor((now - 15) / to.step) * to.step;
    const since = this.#merged.get(to.table) ?? this.#mergedUntil(from, to);
    this.#merged.set(to.table, until);
    const second = `(bucket * ${from.bucket} + second)`;
    const step = `${second} / ${to.step} * ${to.step}`;
    this.#db
      .prepare(
        `insert or replace into ${to.table} select ${step} / ${to.bucket}, line, stream, ${step} % ${to.bucket}, ${merging()}
         from ${from.table} where bucket between ? and ? and ${second} >= ? and ${second} < ? ${only}
         group by ${step}, line, stream`,
      )
      .run(Math.floor(since / from.bucket), Math.floor(until / from.bucket), since, until);
  }

  /** After a start: from the last that was made, or else from the first there is. */
  #mergedUntil(from: Tier, to: Tier): number {
    const made = this.#db.prepare(`select max(bucket) as bucket from ${to.table}`).get()?.bucket;
    if (made !== null && made !== undefined) return Number(made) * to.bucket;
    const first = this.#db.prepare(`select min(bucket) as bucket from ${from.table}`).get()?.bucket;
    return Math.floor((Number(first ?? 0) * from.bucket) / to.step) * to.step;
  }

  #transact(work: () => void): void {
    this.#db.exec('begin');
    try {
      work();
      this.#db.exec('commit');
    } catch (error) {
      this.#db.exec('rollback');
      throw error;
    }
  }
}

/** Long names as small numbers. */
class Ids {
  readonly #known = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync, table: 'lines' | 'streams') {
    db.exec(`create table if not exists ${table} (id integer primary key, name text not null unique)`);
    for (const { id, name } of db.prepare(`select id, name from ${table}`).all()) this.#learn(Number(id), String(name));
    this.#insert = db.prepare(
      `insert into ${table} (name) values (?) on conflict do update set name = name returning id`,
    );
  }

  of(name: string): number {
    return this.#known.get(name) ?? this.#learn(Number(this.#insert.get(name)?.id), name);
  }

  nameOf(id: number): string {
    return this.#names.get(id) ?? '';
  }

  startingWith(prefix: string, rest: string | undefined): { id: number; name: string }[] {
    const names =
      rest === undefined ? [...this.#known.keys()].filter((n) => n.startsWith(prefix)) : [`${prefix}${rest}`];
    return names.flatMap((name) => {
      const id = this.#known.get(name);
      return id === undefined ? [] : [{ id, name }];
    });
  }

  #learn(id: number, name: string): number {
    this.#known.set(name, id);
    this.#names.set(id, name);
    return id;
  }
}
