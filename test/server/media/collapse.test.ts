import type { types } from 'mediasoup';
import { expect, test } from 'vitest';
import { onCollapse } from '../../../server/media/collapse.ts';

/** A transport as mediasoup shows it, and what came of its estimates. */
function watched({ closed = false, fails = false } = {}) {
  const listeners: ((trace: types.TransportTraceEventData) => void)[] = [];
  const came = { collapses: 0, failures: 0 };
  const transport = {
    closed,
    enableTraceEvent: async () => {
      if (fails) throw new Error('no');
    },
    on: (_event: 'trace', listener: (trace: types.TransportTraceEventData) => void) => void listeners.push(listener),
  };
  onCollapse(transport, { collapsed: () => void came.collapses++, failed: () => void came.failures++ });
  const say = (type: types.TransportTraceEventType, availableBitrate: number) => {
    for (const listener of listeners) listener({ type, timestamp: 0, direction: 'out', info: { availableBitrate } });
  };
  const estimates = (...kbps: number[]) => {
    for (const one of kbps) say('bwe', one * 1_000);
    return came.collapses;
  };
  return { came, say, estimates };
}

test('an estimate that halves at once is a collapse, each time', () => {
  const { estimates } = watched();
  expect(estimates(1_400, 1_404)).toBe(0);
  expect(estimates(600)).toBe(1);
  expect(estimates(620, 640, 300)).toBe(2);
});

test('one that goes down little by little, or only grows, is none', () => {
  const { estimates } = watched();
  expect(estimates(1_400, 1_190, 1_010, 860, 730, 620, 530, 600, 1_400)).toBe(0);
});

test('what else is traced says nothing of the line', () => {
  const { say, estimates } = watched();
  estimates(1_400);
  say('probation', 0);
  expect(estimates(1_400)).toBe(0);
});

test('a transport that cannot be watched is reported, unless it is closed', async () => {
  const [open, closed] = [watched({ fails: true }), watched({ fails: true, closed: true })];
  await new Promise(setImmediate);
  expect([open.came.failures, closed.came.failures]).toEqual([1, 0]);
});
