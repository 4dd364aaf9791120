import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { loggedEventSchema } from '../../server/protocol/events.ts';
import { roomStateSchema } from '../../server/protocol/records.ts';
import { evolve } from '../../server/room/evolve.ts';
import { emptyRoom } from '../../server/room/state.ts';

test('a log that was written by version 1 is still read, and folds into a room of today', () => {
  const text = readFileSync(new URL('./fixtures/log-v1.json', import.meta.url), 'utf8');
  const events = z.array(loggedEventSchema).parse(JSON.parse(text));
  const room = events.reduce(evolve, emptyRoom('100100'));
  expect(roomStateSchema.parse(room)).toEqual(room);
  expect(room.calls.c1).toMatchObject({ status: 'failed', sipStatus: 486, attempt: 1, redial: false });
  expect([room.seq, room.sites, room.pin]).toEqual([6, {}, undefined]);
});
