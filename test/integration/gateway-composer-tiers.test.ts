/** One composition's tiers: made while somebody takes them, and by the same process when the server comes back. */
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ComposedPicture } from '../../gateway/composer/composed-picture.ts';
import { COMPOSER_ID } from '../../gateway/composer/id.ts';
import type { GatewayContext } from '../../gateway/context.ts';
import { parseSettings } from '../../server/config.ts';
import { emptyRoom } from '../../server/room/state.ts';
import type { Closer } from './engine-leg-peers.ts';
import { describeH264 } from './engine-leg-pictures.ts';
import { controlOf, Guest } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';

const SLOW_MS = 30_000;
const [LARGE, SMALL] = ['360p15', '180p15'];

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

/** The hold slide of a room in which nobody is: there is no other composition. */
async function slide() {
  const { roomId } = await gateway.open();
  const { server, control } = await controlOf(closers, gateway);
  const settings = parseSettings({ ROSTRUM_PICTURES: '640x360@15,320x180@15' }, []);
  const context: GatewayContext = {
    settings,
    server,
    control,
    logger: pino({ level: 'silent' }),
    inspect: () => undefined,
  };
  const ends: string[] = [];
  const plan = { composerId: COMPOSER_ID, sent: { source: 'program' as const }, tiles: [], isPassing: false };
  const onEnd = () => void ends.push('ended');
  const picture = await ComposedPicture.start(plan, { context, roomId, cname: 'composer', onEnd });
  closers.push(() => picture.close());
  picture.draw([], { ...emptyRoom(roomId), title: 'Giao ban' });
  const viewer = await Guest.join(closers, gateway, { roomId, id: 'viewer', kind: 'recorder' });
  const encoding = async () => (await picture.stats()).encoding;
  const program = (tier: string | undefined) => ({
    participantId: COMPOSER_ID,
    source: 'program' as const,
    ...(tier ? { tier } : {}),
  });
  return { picture, viewer, ends, encoding, program };
}

test('a tier that nobody consumes is not encoded', async () => {
  const { viewer, encoding, program } = await slide();
  expect(await encoding()).toEqual([]);
  const small = await viewer.see(program(SMALL));
  await until('the small one is made', async () => (await encoding()).includes(SMALL ?? ''), SLOW_MS);
  await until('and comes', () => small.packets().length > 10, SLOW_MS);
  expect((await describeH264(small.packets()))?.width).toBe(320);
  expect(await encoding()).toEqual([SMALL]);
  viewer.offers.clear();
  const large = await viewer.see(program(LARGE));
  await until('the large one comes', () => large.packets().length > 10, SLOW_MS);
  expect((await describeH264(large.packets()))?.width).toBe(640);
  await until('alone', async () => (await encoding()).join() === LARGE, SLOW_MS);
  await viewer.watch([]);
  await until('nothing is made', async () => (await encoding()).length === 0, SLOW_MS);
}, 60_000);

test('a server that comes back gets the same picture from the same process', async () => {
  const { picture, viewer, ends, program } = await slide();
  const before = await viewer.see(program(SMALL));
  await until('it comes', () => before.packets().length > 10, SLOW_MS);
  await gateway.server.kill('SIGKILL');
  viewer.offers.clear();
  await gateway.server.resume();
  await until('the viewer is back', () => viewer.resets > 1, SLOW_MS);
  const after = await viewer.see(program(SMALL));
  await until('it comes again', () => after.packets().length > 10, SLOW_MS);
  // Asked of the process that there was before.
  expect((await picture.stats()).encoding).toEqual([SMALL]);
  expect(ends).toEqual([]);
}, 60_000);
