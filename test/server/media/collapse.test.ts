import type { types } from 'mediasoup';
import { expect, test } from 'vitest';
import { Collapse } from '../../../server/media/collapse.ts';

const NEEDED_KBPS = 2_000;

/** A transport as mediasoup shows it, and what came of its estimates. */
function watched({ closed = false, fails = false } = {}) {
  const listeners: ((trace: types.TransportTraceEventData) => void)[] = [];
  const came = { collapses: 0, failures: 0, asked: [] as types.TransportTraceEventType[][] };
  const transport = {
    closed,
    enableTraceEvent: async (wanted: types.TransportTraceEventType[]) => {
      came.asked.push(wanted);
      if (fails) throw new Error('no');
    },
    on: (_event: 'trace', listener: (trace: types.TransportTraceEventData) => void) => void listeners.push(listener),
  };
  const collapse = new Collapse(transport, {
    collapsed: () => void came.collapses++,
    failed: () => void came.failures++,
  });
  const say = (type: types.TransportTraceEventType, availableBitrate: number) => {
    for (const listener of listeners) listener({ type, timestamp: 0, direction: 'out', info: { availableBitrate } });
  };
  const estimates = (...kbps: number[]) => {
    for (const one of kbps) say('bwe', one * 1_000);
    return came.collapses;
  };
  const measured = (second: number, figures: { availableKbps?: number; loss?: number } = {}) => {
    collapse.review({ at: second * 1_000, ...figures }, NEEDED_KBPS);
    return came.asked;
  };
  return { came, say, estimates, measured };
}

test('an estimate that halves at once is a collapse, each time', () => {
  const { estimates, measured } = watched();
  measured(0, { availableKbps: 1_390 });
  expect(estimates(1_400, 1_404)).toBe(0);
  expect(estimates(600)).toBe(1);
  expect(estimates(620, 640, 300)).toBe(2);
});

test('the first that is told is compared with the one that was read', () => {
  const { estimates, measured } = watched();
  measured(0, { availableKbps: 1_400 });
  expect(estimates(600)).toBe(1);
});

test('one that goes down little by little, or only grows, is none', () => {
  const { estimates, measured } = watched();
  measured(0, { availableKbps: 1_400 });
  expect(estimates(1_400, 1_190, 1_010, 860, 730, 620, 530, 600, 1_400)).toBe(0);
});

test('what else is traced says nothing of the line', () => {
  const { say, estimates, measured } = watched();
  measured(0, { availableKbps: 1_400 });
  say('probation', 0);
  expect(estimates(1_400)).toBe(0);
});

test('a good line, and one of which nothing is known yet, is not asked for its estimates', () => {
  const { measured } = watched();
  measured(0);
  measured(1, { availableKbps: 2_600 });
  expect(measured(2, { availableKbps: 2_000, loss: 0.01 })).toEqual([]);
});

test('one that bears less than it needs, or loses packets, is asked once, until it has been good for ten seconds', () => {
  const { measured } = watched();
  expect(measured(0, { availableKbps: 40 })).toEqual([['bwe']]);
  measured(20, { availableKbps: 30 });
  measured(21, { availableKbps: 2_600 });
  measured(30, { availableKbps: 2_600, loss: 0.02 });
  expect(measured(39, { availableKbps: 2_600 })).toEqual([['bwe']]);
  measured(40);
  expect(measured(41, { availableKbps: 2_600 })).toEqual([['bwe'], []]);
  measured(42, { availableKbps: 2_600 });
  expect(measured(43, { availableKbps: 1_900 })).toEqual([['bwe'], [], ['bwe']]);
});

test('a transport that cannot be watched is reported, unless it is closed', async () => {
  const [open, closed] = [watched({ fails: true }), watched({ fails: true, closed: true })];
  open.measured(0, { availableKbps: 40 });
  closed.measured(0, { availableKbps: 40 });
  await new Promise(setImmediate);
  expect([open.came.failures, closed.came.failures]).toEqual([1, 0]);
});
