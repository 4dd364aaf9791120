import { expect, test } from 'vitest';
import { lanesOf } from '../../../client/reports/lanes.ts';
import { minutesOf } from '../../../server/meetings/reports/minutes.ts';
import { joined, MINUTE, START, story } from '../../server/meetings/reports/story.ts';

test('each who was there has a row, with what he did over it, and every bar its events', () => {
  const events = story(
    [0, { type: 'meetingOpened', roomId: 'm1', title: 'Giao ban' }],
    [1, joined('site-ba-be', 'Ba Bể')],
    [2, joined('op-1', 'lan', { role: 'operator', siteId: undefined })],
    [3, { type: 'microphoneOpened', participantId: 'site-ba-be' }],
    [5, { type: 'participantLost', participantId: 'site-ba-be' }],
    [6, { type: 'participantReturned', participantId: 'site-ba-be' }],
    [8, { type: 'microphoneClosed', participantId: 'site-ba-be', reason: 'finished' }],
    [9, { type: 'meetingEnded' }],
  );
  const lanes = lanesOf(minutesOf(events, { roomId: 'm1', now: START }));
  expect(lanes.map(({ name }) => name)).toEqual(['Ba Bể']);
  expect(lanes[0]?.spans).toEqual([
    { kind: 'present', from: START + MINUTE, to: START + 9 * MINUTE, seqs: [2, 8] },
    { kind: 'lost', from: START + 5 * MINUTE, to: START + 6 * MINUTE, seqs: [5, 6] },
    { kind: 'speech', from: START + 3 * MINUTE, to: START + 8 * MINUTE, seqs: [4, 7] },
  ]);
});
