import { expect, test } from 'vitest';
import { layerCosts, Price } from '../../../server/media/price.ts';
import type { Sample } from '../../../server/protocol/monitor.ts';

test.each([
  { what: 'was asked for and cannot be sent', asked: [0, 1, 2], now: [60, 0], costs: [120, 120, 120] },
  { what: 'nobody asked for', asked: [0], now: [60, 0], costs: [120, 450, 1_530] },
  { what: 'is there again', asked: [0, 1, 2], now: [60, 300, 900], costs: [120, 450, 1_530] },
  { what: 'is the smaller one of two', asked: [0, 2], now: [0, 0, 900], costs: [120, 450, 1_530] },
  { what: 'nothing comes of', asked: [0, 1, 2], now: [0, 0, 0], costs: [0, 0, 0] },
  { what: 'was not measured yet', asked: [0, 1, 2], now: undefined, costs: [120, 450, 1_530] },
])('a layer that $what costs $costs', ({ asked, now, costs }) => {
  const allowed = [150_000, 500_000, 1_700_000];
  const measured = { layersKbps: [120, 450, 1_530], ...(now && { nowKbps: now }) };
  expect(layerCosts({ source: 'camera', allowed, demand: { asked: new Set(asked) } }, measured)).toEqual(costs);
});

const measured = (kbps: number, layersKbps?: number[]): Sample => ({
  at: 0,
  participantId: 'a',
  direction: 'up',
  by: 'server',
  spanMs: 1_000,
  kbps,
  ...(layersKbps && { layersKbps }),
});

test('the price follows what is sent, soon upwards and slowly downwards', () => {
  const price = new Price({ source: 'camera', allowed: [150_000, 500_000, 1_700_000] });
  expect(price.kbps).toEqual([150, 500, 1_700]);
  price.learn(measured(1_200, [100, 300, 800]));
  expect(price.kbps).toEqual([100, 300, 800]);
  price.learn(measured(1_200, [200, 200, 800]));
  expect(price.kbps).toEqual([130, 295, 800]);
});

test('it is another one once the sender was asked for other layers', () => {
  const demand = { asked: new Set([0]) };
  const price = new Price({ source: 'camera', allowed: [150_000, 500_000], demand });
  price.learn(measured(400, [100, 300]));
  price.learn(measured(100, [100, 0]));
  expect(price.kbps).toEqual([100, 300]);
  demand.asked = new Set([0, 1]);
  expect(price.kbps).toEqual([100, 100]);
});

test('sound and a picture in one layer have one price', () => {
  const price = new Price({ source: 'program', allowed: [undefined] });
  price.learn(measured(900));
  expect(price.kbps).toEqual([900]);
});
