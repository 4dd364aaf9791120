import { expect, it } from 'vitest';
import { byDay } from '../../../client/review/day-groups.ts';
import type { RecordingSummary } from '../../../server/protocol/recording.ts';

const recorded = (recordingId: string, ...time: [number, number, number, number]): RecordingSummary => ({
  recordingId,
  roomId: '100200',
  title: 'Giao ban',
  status: 'saved',
  form: 'parts',
  startedAt: new Date(...time).getTime(),
  durationMs: 1,
  bytes: 1,
  held: false,
  gaps: { count: 0, ms: 0 },
  warnings: [],
  inspected: true,
  encrypted: false,
});

it('groups by the day here, the newest first', () => {
  const days = byDay([recorded('a', 2026, 10, 20, 8), recorded('b', 2026, 10, 21, 0), recorded('c', 2026, 10, 20, 23)]);
  expect(days.map(({ recordings }) => recordings.map(({ recordingId }) => recordingId))).toEqual([['b'], ['c', 'a']]);
  expect(new Date(days[0]?.at ?? 0).getHours()).toBe(0);
});
