import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reservationsOf } from '../../server/meetings/booking-rules.ts';
import { openEmbeddedStore, type Store } from '../../server/store/index.ts';

const script = fileURLToPath(new URL('booking-process.ts', import.meta.url));
const PROCESSES = 10;
const ROUNDS = 8;

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rostrum-bookings-'));
  store = await openEmbeddedStore(folder);
  const unit = { organisationId: 'so-y-te', name: 'Sở Y tế', contacts: [] };
  await store.organisations.add({ ...unit, kind: 'hostUnit' }, { username: 'lan', ip: '10.0.0.1' }, 1);
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

interface Tally {
  saved: string[];
  refused: number;
}

function book(seed: number, startAt: number): Promise<Tally> {
  const child = spawn(process.execPath, [script, folder, String(seed), String(ROUNDS), String(startAt)]);
  let [out, wrong] = ['', ''];
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (wrong += String(text)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(wrong))));
  });
}

test('REG-2 ten processes book at once: nothing is in two meetings, nothing is lost', async () => {
  const startAt = Date.now() + 4_000;
  const tallies = await Promise.all(Array.from({ length: PROCESSES }, (_, i) => book(i + 1, startAt)));
  const saved = tallies.flatMap((tally) => tally.saved);
  const refused = tallies.reduce((sum, tally) => sum + tally.refused, 0);
  expect(saved.length + refused).toBe(PROCESSES * ROUNDS);
  // There were clashes, and there was room.
  expect(Math.min(saved.length, refused)).toBeGreaterThan(8);

  const stored = await store.bookings.list({ from: 0, to: Number.MAX_SAFE_INTEGER });
  expect(stored.map(({ bookingId }) => bookingId).sort()).toEqual([...saved].sort());
  // All ten wanted the same first meeting.
  expect(saved.filter((id) => id.endsWith('-0'))).toHaveLength(1);
  const all = stored.flatMap(({ booked }) => reservationsOf(booked)).sort((a, b) => a.from - b.from);
  for (const [i, one] of all.entries()) {
    const after = all.slice(i + 1).find((other) => other.resource === one.resource);
    expect(after?.from ?? one.to).toBeGreaterThanOrEqual(one.to);
  }
}, 30_000);
