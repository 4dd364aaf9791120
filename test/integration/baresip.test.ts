import { afterEach, expect, it } from 'vitest';
import { type Baresip, startBaresip } from './baresip.ts';
import { colourDistance, colourOf, toneLevel } from './perceive.ts';

const running: Baresip[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((codec) => codec.close()));
});

it('sees the colour and hears the tone of the one it talks to', { timeout: 40_000 }, async () => {
  const red = await startBaresip({ user: 'red', colour: 'red', toneHz: 400, seconds: 30 });
  running.push(red);
  const green = await startBaresip({ user: 'green', colour: '0x00ff00', toneHz: 900, seconds: 30 });
  running.push(green);
  await red.dial(green.uri);
  await Promise.all([red.waitFor('CALL_ESTABLISHED'), green.waitFor('CALL_ESTABLISHED')]);
  await new Promise((resolve) => setTimeout(resolve, 3_000));

  expect(colourDistance(await colourOf(await red.snapshot()), [0, 255, 0])).toBeLessThan(80);
  expect(colourDistance(await colourOf(await green.snapshot()), [255, 0, 0])).toBeLessThan(80);
  await green.hangUp();
  await red.waitFor('CALL_CLOSED');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const [heard, silentThere] = [await toneLevel(await red.heard(), 900), await toneLevel(await red.heard(), 400)];
  expect(heard).toBeGreaterThan(-30);
  expect(silentThere).toBeLessThan(heard - 30);
});
