import { expect, test } from 'vitest';
import { loggedEventSchema, type RoomEvent } from '../../../server/protocol/events.ts';
import { messagesOf } from '../../../server/recordings/messages.ts';
import { layOut } from '../../../server/recordings/timeline.ts';
import { fabricatePart } from './fabricate.ts';

const START = 1_767_574_800_000;
const site = { id: 'ba-be', role: 'site', kind: 'browser', name: 'Ba Bể', presence: 'present' };
const since = { joinedAt: 0, presenceSince: 0, sources: [], gate: 'closed', muted: false };
const written = (second: number, from: string, to: string, text: string) => {
  const side = from === 'ba-be' ? 'site' : 'centre';
  const message = { id: `m${second + 100}`, from, name: from, side, to, text, at: START + second * 1_000 };
  return [second, { type: 'messageWritten', message }] as const;
};

test('what was written while it was recorded, in its time; what was before and after is not of it', () => {
  const story = [
    [-60, { type: 'participantJoined', participant: { ...site, ...since } }] as const,
    written(-5, 'ba-be', 'centre', 'trước'),
    written(1, 'ba-be', 'centre', 'Mất tiếng'),
    [2, { type: 'participantRenamed', participantId: 'ba-be', name: 'Ba Bể 2' }] as const,
    written(3, 'op', 'ba-be', 'Đang kiểm tra'),
    written(30, 'chair', 'centre', 'Mời Na Rì'),
    written(62, 'op', 'everyone', 'Giải lao'),
    written(500, 'op', 'everyone', 'sau'),
  ];
  const events = story.map(([second, event], i) =>
    loggedEventSchema.parse({ seq: i + 1, at: START + second * 1_000, by: 'system', event: event as RoomEvent }),
  );
  // Ten seconds, a gap of fifty, ten seconds.
  const parts = [fabricatePart(), fabricatePart({ part: 2, startedAt: START + 60_000 })];
  expect(messagesOf(events, layOut(parts))).toEqual([
    { at: 1_000, name: 'ba-be', to: 'site', site: 'Ba Bể', text: 'Mất tiếng' },
    { at: 3_000, name: 'op', to: 'site', site: 'Ba Bể 2', text: 'Đang kiểm tra' },
    { at: 30_000, name: 'chair', to: 'centre', text: 'Mời Na Rì' },
    { at: 62_000, name: 'op', to: 'everyone', text: 'Giải lao' },
  ]);
});
