import { chmodSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { COLUMN_NAMES, type Column, JUDGED_COLUMNS, merging, type Row } from './sample-rows.ts';
import { type Grid, gridOf, MINUTES, SECONDS, TENS, TIERS, type Tier } from './sample-tiers.ts';

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
  /** By the minute, however short the time is. */
  byMinute?: boolean;
}
export interface Found {
  stepMs: number;
  rows: (Row & { at: number; stream: string; roomId: string })[];
}

/** A line, the lines of a meeting, or one line in one meeting; in about so many steps. */
export interface WantedSteps {
  participantId?: string;
  roomId?: string;
  from: number;
  to: number;
  points: number;
  /** `judged`: how good the lines were and why, without figures and streams. */
  what: 'judged' | 'all';
}
export type Step = Row & { at: number; participantId: string; roomId: string; stream: string };

/** What was judged of a line; this alone is kept by the minute. */
const JUDGED = 'line %';
const JUDGEMENT = ['level', 'reason'] as const;
/** Of what is asked for as finely as it is kept. */
const MOST_ROWS = 20_000;
const MOST_STEPS = 1_000;
/** What a browser reports comes some seconds late. */
const LATE_S = 15;

/** The file of samples, in the thread that has nothing else to do. */
export class SampleFile {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #lines: Ids;
  readonly #streams: Ids;
  /** Up to this second every coarser tier is made. */
  readonly #merged = new Map<string, number>();
  /** Of each coarser tier, the bucket that was packed last. */
  readonly #packed = new Map<string, number>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 2_000 });
    if (path !== ':memory:') chmodSync(path, 0o600);
    // A power cut may cost the last seconds of measurements, never the file.
    this.#db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma auto_vacuum = incremental;');
    for (const tier of TIERS) {
      this.#create(tier, tier.table);
      this.#complete(tier);
    }
    this.#lines = new Ids(this.#db, 'lines');
    this.#streams = new Ids(this.#db, 'streams');
    const places = COLUMN_NAMES.map(() => '?').join(', ');
    const names = COLUMN_NAMES.join(', ');
    this.#insert = this.#db.prepare(
      `insert or replace into seconds (bucket, line, stream, second, ${names}) values (?, ?, ?, ?, ${places})`,
    );
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
    this.#mergeAll(now);
    this.#pack(TENS, now);
    this.#pack(MINUTES, now);
    for (const { table, bucket, keptFor } of TIERS) {
      this.#db.prepare(`delete from ${table} where bucket < ?`).run(Math.floor((now - keptFor) / bucket));
    }
    this.#db.exec('pragma incremental_vacuum(1000)');
  }

  find(wanted: Wanted, now: number): Found {
    const { participantId, roomId, from, to } = wanted;
    const [first, last] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
    const isFine = ({ keptFor, widest }: Tier) => now - first <= keptFor && last - first <= widest;
    const tier = (wanted.byMinute ? undefined : TIERS.find(isFine)) ?? MINUTES;
    const earliest = Math.max(first, now - tier.keptFor);
    const lines = this.#lines.startingWith(`${participantId} `, roomId);
    const rows = lines.flatMap(({ id, name }) => {
      return this.#read(tier, id, earliest, last).map((row) => ({
        ...row,
        stream: this.#streams.nameOf(row.stream),
        roomId: name.slice(participantId.length + 1),
      }));
    });
    if (rows.length >= MOST_ROWS) {
      // The whole of the time more coarsely, rather than its beginning alone.
      const { grid, rows: steps } = this.steps({ ...wanted, points: MOST_STEPS, what: 'all' }, now);
      return { stepMs: grid.step * 1000, rows: steps };
    }
    rows.sort((a, b) => a.at - b.at);
    return { stepMs: tier.step * 1000, rows };
  }

  /** Merged to few steps, so that whoever draws them gets no more than he can show; by time. */
  steps(wanted: WantedSteps, now: number): { grid: Grid; rows: Step[] } {
    this.#mergeAll(now);
    const grid = gridOf({ ...wanted, isWhole: wanted.what === 'all' }, now);
    const lines = this.#lines.matching(wanted);
    const ids = JSON.stringify(lines.map(({ id }) => id));
    const only = wanted.what === 'judged' ? `and stream in (select id from streams where name like '${JUDGED}')` : '';
    // Of 130 lines over hours the other columns would cost seconds.
    const columns = wanted.what === 'judged' ? JUDGEMENT : COLUMN_NAMES;
    const parts = this.#partsOf(grid).map(({ table, bucket, since, until }) => {
      const buckets = Array.from(
        { length: Math.max(0, Math.ceil(until / bucket) - Math.floor(since / bucket)) },
        (_, i) => Math.floor(since / bucket) + i,
      );
      const second = `bucket * ${bucket} + second`;
      const has = columnsOf(table);
      const listed = columns.map((name) => (has.includes(name) ? name : `null as ${name}`)).join(', ');
      const sql = `select ${second} as at, line, stream, ${listed} from ${table}
        where bucket in (select value from json_each(?)) and line in (select value from json_each(?)) ${only}
        and ${second} >= ${since} and ${second} < ${until}`;
      return { sql, values: [JSON.stringify(buckets), ids] };
    });
    if (parts.length === 0 || lines.length === 0) return { grid, rows: [] };
    const at = `at / ${grid.step} * ${grid.step}`;
    const merged = this.#db.prepare(
      `select ${at} as at, line, stream, ${merging(columns)} from (${parts.map(({ sql }) => sql).join(' union all ')})
       group by 1, 2, 3 order by 1`,
    );
    const names = new Map(lines.map(({ id, name }) => [id, splitLine(name)]));
    const rows = merged.all(...parts.flatMap(({ values }) => values)).map((row) => ({
      ...(row as Row),
      at: Number(row.at) * 1000,
      ...(names.get(Number(row.line)) ?? { participantId: '', roomId: '' }),
      stream: this.#streams.nameOf(Number(row.stream)),
    }));
    return { grid, rows };
  }

  close(): void {
    this.#db.close();
  }

  /** The newest is not in the coarser tiers yet, and is taken from the finer ones. */
  #partsOf({ tier, first, last }: Grid): (Tier & { since: number; until: number })[] {
    const parts: (Tier & { since: number; until: number })[] = [];
    let since = first;
    for (const each of TIERS.slice(0, TIERS.indexOf(tier) + 1).reverse()) {
      const until = each === SECONDS ? last : Math.min(last, this.#merged.get(each.table) ?? first);
      if (until > since) parts.push({ ...each, since, until });
      since = Math.max(since, until);
    }
    return parts;
  }

  #create({ table }: Tier, name: string): void {
    const columns = columnsOf(table).map((column) => `${column} integer`);
    this.#db.exec(
      `create table if not exists ${name} (bucket integer not null, line integer not null, stream integer not null,
       second integer not null, ${columns.join(', ')}, primary key (bucket, line, stream, second)) without rowid`,
    );
  }

  /** A file of an earlier version has fewer columns, or some that are always empty. */
  #complete(tier: Tier): void {
    const { table } = tier;
    const infos = this.#db.prepare(`select name from pragma_table_info('${table}')`).all();
    const known = new Set(infos.map(({ name }) => String(name)));
    const wanted = columnsOf(table);
    for (const name of wanted) if (!known.has(name)) this.#db.exec(`alter table ${table} add column ${name} integer`);
    if (COLUMN_NAMES.every((name) => wanted.includes(name) || !known.has(name))) return;
    const kept = ['bucket', 'line', 'stream', 'second', ...wanted].join(', ');
    this.#transact(() => {
      this.#db.exec(`drop table if exists ${table}_anew`);
      this.#create(tier, `${table}_anew`);
      this.#db.exec(`insert into ${table}_anew (${kept}) select ${kept} from ${table}`);
      this.#db.exec(`drop table ${table}; alter table ${table}_anew rename to ${table}`);
    });
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

  #mergeAll(now: number): void {
    this.#merge(SECONDS, TENS, '', now);
    this.#merge(TENS, MINUTES, `and stream in (select id from streams where name like '${JUDGED}')`, now);
  }

  /**
   * Writes a bucket that is over once more, in its order. Rows come by time and lie by line: where they are put between others, a
   * third of each page stays empty.
   */
  #pack({ table, bucket }: Tier, now: number): void {
    const over = Math.floor((now - LATE_S) / bucket) - 1;
    if (this.#packed.get(table) === over) return;
    this.#packed.set(table, over);
    this.#transact(() => {
      this.#db.exec(`create temp table packing as select * from ${table} where bucket >= ${over}`);
      this.#db.exec(`delete from ${table} where bucket >= ${over}`);
      this.#db.exec(`insert into ${table} select * from packing order by bucket, line, stream, second`);
      this.#db.exec('drop table packing');
    });
  }

  /** What is complete by now. */
  #merge(from: Tier, to: Tier, only: string, now: number): void {
    const until = Math.floor((now - LATE_S) / to.step) * to.step;
    const since = this.#merged.get(to.table) ?? this.#mergedUntil(from, to);
    this.#merged.set(to.table, until);
    const second = `(bucket * ${from.bucket} + second)`;
    const step = `${second} / ${to.step} * ${to.step}`;
    this.#db
      .prepare(
        `insert or replace into ${to.table} (bucket, line, stream, second, ${columnsOf(to.table).join(', ')})
         select ${step} / ${to.bucket}, line, stream, ${step} % ${to.bucket}, ${merging(columnsOf(to.table))}
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

function columnsOf(table: Tier['table']): readonly Column[] {
  return table === MINUTES.table ? JUDGED_COLUMNS : COLUMN_NAMES;
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

  /** Of lines: those of a participant, of a meeting, or both. */
  matching({ participantId, roomId }: Pick<WantedSteps, 'participantId' | 'roomId'>): { id: number; name: string }[] {
    const all = [...this.#known].map(([name, id]) => ({ id, name }));
    return all.filter(({ name }) => {
      const line = splitLine(name);
      return (participantId ?? line.participantId) === line.participantId && (roomId ?? line.roomId) === line.roomId;
    });
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

/** A line is a participant in a meeting. */
function splitLine(name: string): { participantId: string; roomId: string } {
  const [participantId = '', roomId = ''] = name.split(' ');
  return { participantId, roomId };
}
