import { expect, test } from 'vitest';
import { engineTier, kbpsOf } from '../../../gateway/composer/tiers.ts';
import { pictureSettings } from '../../../gateway/engine/picture-protocol.ts';
import { parseSettings } from '../../../server/config.ts';

const { pictures } = parseSettings({}, []);

test('the usual tiers are such as the engine takes, each at less than the one before', () => {
  const { tiers } = pictureSettings.parse({ tiers: pictures.map(engineTier) });
  expect(tiers.map(({ tierId }) => tierId)).toEqual(['1080p30', '720p30', '360p15']);
  const rates = tiers.map(({ bitrateKbps }) => bitrateKbps);
  expect(rates).toEqual([...rates].sort((a, b) => b - a));
  // 720p within a line of 2 Mbit/s that has sound as well, and the smallest within 384 kbit/s.
  expect(rates[1]).toBeLessThan(1920 / 1.15);
  expect(rates[2]).toBeLessThan(384);
});

test('a picture never costs more or less than makes sense', () => {
  expect(kbpsOf({ width: 160, height: 90, framesPerSecond: 5 })).toBe(150);
  expect(kbpsOf({ width: 3840, height: 2160, framesPerSecond: 60 })).toBe(6000);
});
