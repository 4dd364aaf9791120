import { expect, test } from 'vitest';
import { planTiers } from '../../../../../gateway/engine/job/pictures/picture-tier-plan.ts';

const tiers = [
  { tierId: '1080p30', width: 1920, height: 1080, fps: 30, bitrateKbps: 3000 },
  { tierId: '720p30', width: 1280, height: 720, fps: 30, bitrateKbps: 1600 },
  { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 400 },
];
const all = new Set(tiers.map(({ tierId }) => tierId));
const current = { width: 1280, height: 720 };

test('the picture is composed for the largest tier that is encoded', () => {
  expect(planTiers(tiers, all, 'nothing', current).format).toEqual({ width: 1920, height: 1080, fps: 30 });
  const { format, sizes } = planTiers(tiers, new Set(['360p15']), 'nothing', current);
  expect(format).toEqual({ width: 640, height: 360, fps: 15 });
  expect([...sizes]).toEqual([['360p15', { width: 640, height: 360 }]]);
});

test('a picture that nobody watches keeps its size and slows down', () => {
  const { format, sizes } = planTiers(tiers, new Set(), 'nothing', current);
  expect(format).toEqual({ ...current, fps: 5 });
  expect(sizes.size).toBe(0);
});

test('leaving out transitions changes no tier', () => {
  expect(planTiers(tiers, all, 'transitions', current)).toEqual(planTiers(tiers, all, 'nothing', current));
});

test('half the frames go first, then the size of the largest tier', () => {
  const half = planTiers(tiers, all, 'frameRate', current);
  expect(half.format).toEqual({ width: 1920, height: 1080, fps: 15 });
  const reduced = planTiers(tiers, all, 'tier', current);
  expect(reduced.format).toEqual({ width: 1280, height: 720, fps: 15 });
  expect([...reduced.sizes.values()]).toEqual([current, current, { width: 640, height: 360 }]);
});

test('the only tier is drawn at two thirds of its sides', () => {
  const [, only] = tiers;
  const { format } = planTiers(only ? [only] : [], new Set(['720p30']), 'tier', current);
  expect(format).toEqual({ width: 852, height: 480, fps: 15 });
});
