import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Kept, SampleFile } from '../../../server/store/sample-file.ts';
import { figuresOf } from '../../../server/store/sample-rows.ts';

/** Ten minutes past an hour, in seconds. */
const START = 1_800_000_600;
const DAY = 86_400;
let folder: string;
let path: string;
let file: SampleFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rostrum-samples-'));
  path = join(folder, 'samples.sqlite');
  file = new SampleFile(path);
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

function rows(participantId: string, second: number, loss = 100): Kept[] {
  const of = { roomId: '600100', participantId, second };
  return [
    { ...of, stream: 'line up', row: { level: 0, kbps: 1_500, loss, jitter_ms: 4, round_trip_ms: 31, speech: 431 } },
    { ...of, stream: 'up server a/camera', row: { span_ms: 1_000, kbps: 1_400, packets: 150, loss, nacks: 2 } },
  ];
}
const between = (from: number, to: number, participantId = 'a') => ({
  participantId,
  from: from * 1000,
  to: to * 1000,
});

describe('what was measured', () => {
  test('is found as it was kept, by line and time, oldest first', () => {
    for (let i = 0; i < 120; i++) file.keep([...rows('a', START + i), ...rows('b', START + i)]);
    const { stepMs, rows: found } = file.find(between(START + 30, START + 40), START + 120);
    expect(stepMs).toBe(1_000);
    expect(found).toHaveLength(20);
    expect(found[0]).toMatchObject({ at: (START + 30) * 1000, roomId: '600100', kbps: 1_500, loss: 100 });
    expect(found.map(({ at }) => at)).toEqual(found.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(file.find({ ...between(START, START + 60), roomId: 'another' }, START + 60).rows).toEqual([]);
  });

  test('is merged: rates averaged, counts summed, the worst jitter kept', () => {
    for (let i = 0; i < 60; i++) file.keep(rows('a', START + i, i % 2 ? 300 : 100));
    file.thin(START + 120);
    const found = file.find(between(START, START + 60), START + 2 * DAY);
    expect(found.stepMs).toBe(10_000);
    const stream = found.rows.find((row) => row.stream === 'up server a/camera');
    expect(stream && figuresOf(stream)).toMatchObject({
      spanMs: 10_000,
      packets: 1_500,
      nacks: 20,
      loss: 0.02,
      kbps: 1_400,
    });
  });

  test('by the minute is kept what was judged of the line, no more', () => {
    for (let i = 0; i < 180; i++) file.keep(rows('a', START + i));
    file.thin(START + 240);
    const { stepMs, rows: found } = file.find(between(START, START + 180), START + 30 * DAY);
    expect(stepMs).toBe(60_000);
    expect(found.map(({ stream }) => stream)).toEqual(['line up', 'line up', 'line up']);
    expect(found[0] && figuresOf(found[0])).toMatchObject({ level: 'good', speech: 4.31, roundTripMs: 31 });
  });

  test('survives a restart, after which thinning goes on where it was', () => {
    for (let i = 0; i < 60; i++) file.keep(rows('a', START + i));
    file.thin(START + 40);
    file.close();
    file = new SampleFile(path);
    for (let i = 60; i < 120; i++) file.keep(rows('a', START + i));
    file.thin(START + 150);
    const tens = file.find(between(START, START + 120), START + 2 * DAY).rows;
    expect(tens.filter(({ stream }) => stream === 'line up')).toHaveLength(12);
  });

  test('of more than can be asked for at once the whole is found, more coarsely', () => {
    for (let i = 0; i < 6_000; i++)
      file.keep([...rows('a', START + i), ...rows('a', START + i).map((r) => ({ ...r, stream: `${r.stream}s` }))]);
    const { stepMs, rows: found } = file.find(between(START, START + 6_000), START + 6_000);
    expect(stepMs).toBe(10_000);
    expect([found[0]?.at, found.at(-1)?.at]).toEqual([START * 1000, (START + 5_990) * 1000]);
  });

  test('is thinned by age: seconds for a day, tens for five, minutes for two years', () => {
    for (let i = 0; i < 60; i++) file.keep(rows('a', START + i));
    file.thin(START + 120);
    const steps = [0.5, 2, 10, 800].map((days) => {
      const now = START + days * DAY;
      file.thin(now);
      const { stepMs, rows: found } = file.find(between(START, START + 60), now);
      return found.length > 0 ? stepMs : 0;
    });
    expect(steps).toEqual([1_000, 10_000, 60_000, 0]);
  });
});

describe('in steps', () => {
  const of = (from: number, to: number, more: object = {}) => ({
    ...{ from: from * 1000, to: to * 1000, points: 10, what: 'all' as const },
    ...more,
  });

  test('a line is merged to as many points as are drawn, the newest seconds with the older tens', () => {
    for (let i = 0; i < 100; i++) file.keep([...rows('a', START + i), ...rows('b', START + i)]);
    const { grid, rows: found } = file.steps(of(START, START + 100, { participantId: 'a' }), START + 100);
    expect(grid.step).toBe(10);
    const judged = found.filter(({ stream }) => stream === 'line up');
    expect(judged.map(({ at }) => at / 1000 - START)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(judged.every(({ kbps, participantId }) => kbps === 1_500 && participantId === 'a')).toBe(true);
    const streams = found.filter(({ stream }) => stream === 'up server a/camera');
    expect(streams.map(({ packets }) => packets)).toEqual(Array.from({ length: 10 }).fill(1_500));
  });

  test('a meeting is of all its lines, and of no other meeting’s', () => {
    for (let i = 0; i < 30; i++) file.keep([...rows('a', START + i), ...rows('b', START + i)]);
    file.keep(rows('c', START).map((row) => ({ ...row, roomId: '600200' })));
    const wanted = of(START, START + 30, { roomId: '600100', what: 'judged', points: 3 });
    const { rows: found } = file.steps(wanted, START + 30);
    expect(new Set(found.map(({ stream }) => stream))).toEqual(new Set(['line up']));
    expect(found.map(({ participantId }) => participantId)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(file.steps({ ...wanted, roomId: '600300' }, START + 30).rows).toEqual([]);
  });

  test('after weeks, by the minute', () => {
    for (let i = 0; i < 120; i++) file.keep(rows('a', START + i));
    file.thin(START + 200);
    const { grid, rows: found } = file.steps(of(START, START + 120, { roomId: '600100' }), START + 20 * DAY);
    expect([grid.step, found.length]).toEqual([60, 2]);
  });

  test('a file of an earlier version gets the columns it lacks', () => {
    file.close();
    const db = new DatabaseSync(path);
    for (const table of ['seconds', 'tens', 'minutes']) {
      for (const column of ['loss', 'reason']) db.exec(`alter table ${table} drop column ${column}`);
    }
    // By the minute, it has all the others.
    db.exec('alter table minutes add column nacks integer; alter table minutes add column kept integer');
    db.exec('insert into minutes (bucket, line, stream, second, kbps) values (1, 1, 1, 60, 1400)');
    db.close();
    file = new SampleFile(path);
    file.keep(rows('a', START));
    // A column that came later is the last of its table: what is kept in it is found in it.
    const [first] = file.find(between(START, START + 1), START + 1).rows;
    expect(first).toMatchObject({ loss: 100, jitter_ms: 4, round_trip_ms: 31, speech: 431 });
    expect(file.find({ ...between(DAY, DAY + 61), byMinute: true }, DAY + 61).rows).toMatchObject([
      { at: (DAY + 60) * 1000, kbps: 1_400, loss: null },
    ]);
    file.keep([{ roomId: '600100', participantId: 'a', second: START, stream: 'line up', row: { reason: 7 } }]);
    file.thin(START + 100);
    expect(file.steps(of(START, START + 10), START + 100).rows[0]).toMatchObject({ reason: 7 });
  });
});

/**
 * The year's size: 130 sites, three hours a day, 250 days. Each second keeps two rows that were judged for every fourth site, 130
 * measured by the server and 130 × 6 / 5 reported by browsers: 351. Ten seconds keep 260 that were judged, what was measured of
 * 260 transports and, in turn, of some 450 streams, and what was reported: 1,750. By the minute, what was judged.
 */
test('a year of 130 sites that meet daily is about a gigabyte', { timeout: 60_000 }, () => {
  const [sites, minutes] = [130, 90];
  const figures = { jitter_ms: 24, round_trip_ms: 61, kbps: 2_140, loss: 130 };
  const counted = { ...figures, span_ms: 1_000, packets: 240, nacks: 3, plis: 0, firs: 0 };
  const sent = { ...counted, layer0: 140, layer1: 480, layer2: 1_520, unrepaired: 20, codec: 2 };
  const received = { ...counted, resent: 4, layer: 2, codec: 2 };
  const shown = { ...{ frames: 25, height: 720, frozen_ms: 0, concealed: 30 }, jitter_ms: 24, span_ms: 5_000 };
  const all = (second: number): Kept[] =>
    Array.from({ length: sites }, (_, n) => n).flatMap((n) => {
      const of = { roomId: '600100', participantId: `site-${n}`, second };
      const judged = { ...figures, level: 1, speech: 402, picture: 371, ...(n % 10 ? {} : { reason: 2 ** 31 }) };
      return [
        { ...of, stream: 'line up', row: judged },
        { ...of, stream: 'line down', row: judged },
        { ...of, stream: 'up server camera', row: sent },
        { ...of, stream: 'down server camera', row: received },
        { ...of, stream: 'down client camera', row: shown },
      ];
    });
  // As they come: each minute is merged when it is over, beside those of the other lines, and the day packed when it is.
  for (let i = 0; i < minutes; i++) {
    file.keep(all(START + 60 * i));
    file.thin(START + 60 * i + 80);
  }
  file.thin(START + DAY);
  file.close();
  const db = new DatabaseSync(path, { readOnly: true });
  const bytesPerRow = (table: string) => {
    const size = db.prepare('select sum(pgsize) as bytes from dbstat where name = ?').get(table)?.bytes;
    return Number(size) / Number(db.prepare(`select count(*) as rows from ${table}`).get()?.rows);
  };
  const meeting = 3 * 3_600;
  const gigabytes =
    (351 * meeting * bytesPerRow('seconds') +
      (1_750 / 10) * meeting * 3 * bytesPerRow('tens') +
      ((2 * sites) / 60) * meeting * 250 * bytesPerRow('minutes')) /
    1e9;
  db.close();
  file = new SampleFile(path);
  expect(gigabytes).toBeGreaterThan(0.3);
  expect(gigabytes).toBeLessThan(1.2);
});
