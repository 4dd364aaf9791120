import { expect, test } from 'vitest';
import { JitterPatience } from '../../../../gateway/engine/job/jitter-patience.ts';

test('waits longer, step by step, while packets come too late', () => {
  const patience = new JitterPatience();
  patience.look(0, { pushed: 0, late: 0 });
  expect(patience.latencyMs).toBe(80);
  patience.look(600, { pushed: 30, late: 5 });
  expect(patience.latencyMs).toBe(160);
  patience.look(700, { pushed: 31, late: 50 });
  expect(patience.latencyMs, 'not at every look').toBe(160);
  patience.look(1200, { pushed: 60, late: 60 });
  patience.look(1800, { pushed: 90, late: 99 });
  expect(patience.latencyMs, 'no longer than that').toBe(280);
});

test('a packet late now and then is no reason', () => {
  const patience = new JitterPatience();
  for (let second = 0; second < 20; second++) patience.look(second * 1000, { pushed: second * 50, late: second });
  expect(patience.latencyMs).toBe(80);
});

test('another buffer counts from the beginning', () => {
  const patience = new JitterPatience();
  patience.look(0, { pushed: 500, late: 1 });
  patience.look(1000, { pushed: 40, late: 0 });
  patience.look(2000, { pushed: 80, late: 6 });
  expect(patience.latencyMs).toBe(160);
});
