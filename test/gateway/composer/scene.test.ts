import { expect, test } from 'vitest';
import { sceneOf } from '../../../gateway/composer/scene.ts';
import { pictureScene } from '../../../gateway/engine/picture-protocol.ts';
import type { RoomState } from '../../../server/protocol/records.ts';
import type { Tile } from '../../../server/room/layout.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const state: RoomState = {
  ...emptyRoom('room'),
  title: 'Giao ban',
  overlay: { banner: '', clock: false, names: true },
};
const words = { language: 'vi', timeZone: 'Asia/Ho_Chi_Minh' } as const;
const tile = (participantId: string | null, more: Partial<Tile> = {}): Tile => ({
  ...{ slot: 0, x: 0, y: 0, w: 1, h: 1, z: 0, source: 'camera', fit: 'cover' },
  participantId,
  label: `UBND ${participantId}`,
  ...{ picture: true, away: false, live: false, muted: false, speaking: false },
  ...more,
});
const scene = (tiles: Tile[], changes: Partial<RoomState> = {}, held: string[] = []) =>
  pictureScene.parse(sceneOf(tiles, { ...state, ...changes }, { holds: (id) => held.includes(id), ...words }));

test('tiles show the inputs that are there, the others are cards; empty places are left out', () => {
  const tiles = [tile('a', { z: 1 }), tile('b', { z: 2, fit: 'contain', source: 'screen' }), tile(null)];
  expect(scene(tiles, {}, ['a/camera', 'b/camera']).tiles).toMatchObject([
    { inputId: 'a/camera', label: 'UBND a', z: 1, fit: 'cover' },
    { inputId: null, label: 'UBND b', z: 2, fit: 'contain' },
  ]);
});

test('a name that is not written over a picture stays on its card', () => {
  const overlay = { banner: 'Bão số 3', clock: true, names: false };
  expect(scene([tile('a')], { overlay })).toMatchObject({
    tiles: [{ label: '', card: { label: 'UBND a' } }],
    banner: 'Bão số 3',
    marks: { clock: true, recording: false },
  });
});

test('only a speaker who cannot be heard is marked as muted, and REC stands while it records', () => {
  const silent = [tile('a', { live: true, muted: true, speaking: true }), tile('b', { muted: true })];
  const starting = { status: 'starting' as const, id: 'r', requestedAt: 0 } as RoomState['recording'];
  const running = { status: 'running' as const, id: 'r', startedAt: 0 } as RoomState['recording'];
  expect(scene(silent).tiles.map(({ muted, speaking }) => [muted, speaking])).toEqual([
    [true, true],
    [false, false],
  ]);
  expect(scene([], { recording: starting }).marks.recording).toBe(false);
  expect(scene([], { recording: running }).marks.recording).toBe(true);
});

test('the slide says what is held, why and until when, in the time of the place', () => {
  const until = Date.UTC(2026, 10, 22, 7, 5);
  const slide = (hold: RoomState['hold'], language: 'vi' | 'en' = 'vi') =>
    sceneOf([], { ...state, hold }, { holds: () => false, ...words, language }).background;
  expect(slide(null)).toEqual({ holdTitle: 'Giao ban', holdText: 'Cuộc họp sắp bắt đầu' });
  const held = { kind: 'break', text: '', since: 0 } as const;
  expect(slide(held)?.holdText).toBe('Cuộc họp tạm nghỉ');
  expect(slide({ ...held, until })?.holdText).toBe('Cuộc họp tạm nghỉ\nHọp lại lúc 14:05');
  expect(slide({ ...held, until, text: 'Mời dùng trà' }, 'en')?.holdText).toBe('Mời dùng trà\nIt resumes at 14:05');
  expect(slide({ ...held, kind: 'before', until }, 'en')?.holdText).toBe(
    'The meeting will begin soon\nIt begins at 14:05',
  );
});
