import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { loggedEventSchema } from '../../server/protocol/events.ts';
import { roomStateSchema } from '../../server/protocol/records.ts';
import { evolve } from '../../server/room/evolve.ts';
import { emptyRoom } from '../../server/room/state.ts';

function foldedFrom(fixture: string) {
  const text = readFileSync(new URL(`./fixtures/${fixture}`, import.meta.url), 'utf8');
  const events = z.array(loggedEventSchema).parse(JSON.parse(text));
  const room = events.reduce(evolve, emptyRoom('100100'));
  expect(roomStateSchema.parse(room)).toEqual(room);
  return room;
}

test('a log that was written by version 1 is still read, and folds into a room of today', () => {
  const room = foldedFrom('log-v1.json');
  expect(room.calls.c1).toMatchObject({ status: 'failed', sipStatus: 486, attempt: 1, redial: false });
  expect([room.seq, room.sites, room.pin]).toEqual([6, {}, undefined]);
});

test('a log of version 3 folds into pictures of their own, a slide, gains and strain', () => {
  const room = foldedFrom('log-v3.json');
  expect(room.own).toEqual({ codecs: { name: 'auto', slots: [] } });
  expect(room.overlay).toEqual({ banner: 'Giao ban', clock: true, names: true });
  expect(room.hold).toEqual({ kind: 'break', text: '', since: 1_767_574_812_000 });
  expect(room.participants['site-ba-be']).toMatchObject({ gainDb: 6 });
  expect(room.participants.composer).toMatchObject({
    shed: 'frameRate',
    sources: [{ source: 'program', for: 'codecs', tier: '720p30' }],
  });
});

test('messages of version 4 fold into what was written, in its order', () => {
  const { chat } = foldedFrom('log-v4-chat.json');
  expect(chat.open).toBe(true);
  expect(chat.messages.map(({ name, side, to, text }) => [name, side, to, text])).toEqual([
    ['Ba Bể', 'site', 'centre', 'Mất tiếng'],
    ['Trung tâm', 'centre', 'site-ba-be', 'Đang kiểm tra'],
    ['Ba Bể', 'site', 'everyone', 'Rõ rồi,\ncảm ơn'],
  ]);
});

test('a log of version 4 folds into a recording with its choices and what ails it', () => {
  const warnings = [
    { warning: 'diskLow', since: 1_767_574_806_000 },
    { warning: 'silent', since: 1_767_574_804_000 },
  ];
  const chosen = { id: 'r1', tracks: 'speakers', content: true };
  expect(foldedFrom('log-v4.json').recording).toEqual({
    ...{ status: 'running', startedAt: 1_767_574_803_000 },
    ...{ ...chosen, warnings },
  });
});
