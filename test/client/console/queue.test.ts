import { expect, it } from 'vitest';
import { closedRows, firstOf, waitingRows } from '../../../client/console/queue.ts';
import { request, room } from './rooms.ts';

const requests = [
  request('late', { requestedAt: 50 }),
  request('early', { requestedAt: 10 }),
  request('forwarded', { requestedAt: 60, status: 'forwarded', forwardedAt: 65 }),
  request('speaking', { requestedAt: 70, status: 'speaking', forwardedAt: 71, decidedAt: 72, speakingAt: 73 }),
  request('declined', { status: 'declined', decidedAt: 20, finishedAt: 20 }),
  request('finished', { status: 'finished', speakingAt: 30, finishedAt: 40 }),
];
const rows = waitingRows(room([], { requests }));

it('shows who speaks, then what the chair has, then what waits, as they came', () => {
  expect(rows.map((row) => row.request.id)).toEqual(['speaking', 'forwarded', 'early', 'late']);
});

it('counts from the step that a request stands at', () => {
  expect(rows.map((row) => row.since)).toEqual([73, 65, 10, 50]);
  expect(rows[0]?.steps).toEqual({ requested: 70, forwarded: 71, decided: 72, speaking: 73 });
});

it('keeps what is over, the latest first', () => {
  const over = closedRows(room([], { requests }), 5);
  expect(over.map((row) => [row.request.id, row.until])).toEqual([
    ['finished', 40],
    ['declined', 20],
  ]);
  expect(closedRows(room([], { requests }), 1)).toHaveLength(1);
});

it('says what the keys act on; without a forwarded request the first that waits is granted', () => {
  expect(firstOf(rows)).toMatchObject({
    forward: { id: 'early' },
    grant: { id: 'forwarded' },
    finish: { id: 'speaking' },
  });
  const waiting = waitingRows(room([], { requests: requests.slice(0, 2) }));
  expect(firstOf(waiting)).toMatchObject({ grant: { id: 'early' }, finish: undefined });
});
