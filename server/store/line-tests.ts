import type { Kysely } from 'kysely';
import { type KeptLineTest, type LineTest, lineTestSchema } from '../protocol/line-tests.ts';
import type { Database, Schema } from './schema.ts';

/** What was measured of the sites' lines without a meeting. It only grows. */
export interface LineTests {
  add(test: KeptLineTest): Promise<void>;
  /** Newest first. */
  ofSite(siteId: string, most: number): Promise<KeptLineTest[]>;
  find(testId: string): Promise<KeptLineTest | undefined>;
  /** The last one of each site that has any. */
  latest(): Promise<KeptLineTest[]>;
}

export function openLineTests(db: Database): LineTests {
  const newest = () => db.selectFrom('line_tests').selectAll().orderBy('started_at', 'desc').orderBy('id', 'desc');
  return {
    async add(test) {
      const { testId, siteId, startedAt } = test;
      const row = { id: testId, site_id: siteId, started_at: startedAt, test: JSON.stringify(test) };
      await db.insertInto('line_tests').values(row).execute();
    },
    async ofSite(siteId, most) {
      return (await newest().where('site_id', '=', siteId).limit(most).execute()).map(toTest);
    },
    async find(testId) {
      const row = await newest().where('id', '=', testId).executeTakeFirst();
      return row && toTest(row);
    },
    async latest() {
      const last = db.selectFrom('line_tests').select((e) => ['site_id', e.fn.max('started_at').as('started_at')]);
      const rows = await newest()
        .where((e) =>
          e(e.refTuple('site_id', 'started_at'), 'in', last.groupBy('site_id').$asTuple('site_id', 'started_at')),
        )
        .execute();
      return rows.map(toTest);
    },
  };
}

/** The migration `2026-12-t-line-tests`. The archive outlives the site. */
export async function lineTestTables(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('line_tests')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('site_id', 'text', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('test', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('line_tests_of_a_site').on('line_tests').columns(['site_id', 'started_at']).execute();
}

function toTest({ test }: Schema['line_tests']): KeptLineTest {
  const stored: LineTest = lineTestSchema.parse(JSON.parse(test));
  const { siteId } = stored;
  if (stored.status === 'running' || siteId === undefined)
    throw new Error('a test was stored that is none of a site, or runs');
  return { ...stored, siteId };
}
