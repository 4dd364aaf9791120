import type { RoomState } from '../../server/protocol/records.ts';
import { type Baresip, startBaresip } from '../integration/baresip.ts';
import type { Peer } from '../integration/server-peers.ts';
import { attend, logOf, obeyed, participantNamed, show } from './centre.ts';
import { distanceSeen, LEFT, RIGHT, toneHeardBy } from './codecs.ts';
import { framesShown, toneHeard } from './devices.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, expectColour, issueLink, newPerson, openMeeting, signIn, tileOf } from './people.ts';

const HEARD = -45;
const NEAR = 110;
/** Two busy cores start a server, a gateway, two browsers' media and a composition again. */
const BACK = { timeout: 60_000 };
const CODEC = 'hoitruong';

type Person = Awaited<ReturnType<typeof newPerson>>;

interface Gathering {
  roomId: string;
  operator: Person;
  site: Person;
  chair: Person;
  centre: Peer;
  codec: Baresip;
  /** Addresses that pages have gone to since everyone was there. */
  navigations: string[];
}

let all: Gathering;

test.describe.configure({ timeout: 300_000 });

/** One gathering for all the tests: each leaves it whole. */
test.beforeAll('a site, the chair, the operator and a codec; the site has the floor', async ({ browser, system }) => {
  test.setTimeout(300_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const site = await newPerson(browser, { colour: 'red', toneHz: 440 });
  const chair = await newPerson(browser, { colour: 'yellow', toneHz: 1320 });
  const people = [operator, site, chair];
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Cuộc họp không gián đoạn');
  await enter(site.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Ba Bể' }));
  await enter(chair.page, await issueLink(operator.page, system, roomId, { role: 'chair', name: 'Chủ trì' }));
  const centre = await attend(operator.page, system, roomId);
  const source = { colour: 'blue', toneHz: 660, size: '320x240', seconds: 300 } as const;
  const codec = await startBaresip({ user: CODEC, ...source, audioCodecs: ['PCMU/8000/1'] });
  all = { roomId, operator, site, chair, centre, codec, navigations: [] };

  await codec.dial(`sip:${roomId}@127.0.0.1:${system.sipPort}`);
  await codec.waitFor('CALL_ESTABLISHED', 30_000);
  await expect.poll(() => participantNamed(centre, CODEC)?.sources.length).toBe(2);
  await show(centre, 'side-by-side', ['Ba Bể', CODEC]);
  await site.page.getByRole('button', { name: 'Đăng ký phát biểu' }).click();
  await operator.page.getByRole('button', { name: /Chuyển chủ trì/ }).click();
  await chair.page.getByRole('button', { name: 'Mời phát biểu' }).click();
  await obeyed(centre.command({ verb: 'enterRequest', participantId: participantNamed(centre, CODEC)?.id }));
  await expectWhole();
  for (const { page } of people) page.on('framenavigated', (frame) => all.navigations.push(frame.url()));
});

test.afterAll(async () => {
  await all.codec.close();
  all.centre.close();
  for (const { context } of [all.operator, all.site, all.chair]) await context.close();
});

test('the server is killed: floor, program, pictures, sound and calls are back by themselves', async ({ system }) => {
  const { centre, codec, operator, roomId } = all;
  const before = centre.state;
  const welcomes = centre.welcomes.length;
  const signalled = codec.events.length;
  await system.killServer();
  const seen = await picturesSeen(codec, () => centre.welcomes.length > welcomes);
  expect(seen.any).toBeGreaterThan(0);

  await test.step('the room is as it was', async () => {
    const { program, requests, calls } = centre.state;
    expect({ program, requests, calls }).toEqual(standing(before));
    expect(gatesOf(centre.state)).toEqual(gatesOf(before));
  });

  await test.step('everything is seen and heard again, in the same call', async () => {
    await expectWhole();
    const signalling = codec.events.slice(signalled).map(({ type }) => type);
    expect(signalling.filter((type) => type === 'CALL_CLOSED' || type === 'CALL_ESTABLISHED')).toEqual([]);
    expect(all.navigations).toEqual([]);
  });

  await test.step('the log is whole and tells of the restart', async () => {
    const log = await logOf(operator.page, system, roomId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const types = log.map(({ event }) => event.type);
    expect(types.filter((type) => type === 'serverRestarted')).toHaveLength(1);
    expect(types.filter((type) => type === 'microphoneClosed' || type === 'requestWithdrawn')).toEqual([]);
  });
});

test('the gateway is killed: the codec is called back and is in its tile again', async ({ system }) => {
  const { centre, codec } = all;
  const before = centre.state;
  await system.killGateway();
  await codec.waitFor('CALL_ESTABLISHED', 60_000);
  await expectWhole();
  expect(standing(centre.state)).toMatchObject({ program: before.program, requests: before.requests });
  expect(all.navigations).toEqual([]);
});

test('the line of a site breaks for four seconds: it is back without a reload', async () => {
  const { centre, site } = all;
  await site.context.setOffline(true);
  await expect.poll(() => participantNamed(centre, 'Ba Bể')?.presence, { timeout: 40_000 }).toBe('away');
  // The length of the fault is what is tried here.
  await site.page.waitForTimeout(4_000);
  await site.context.setOffline(false);
  await expect.poll(() => participantNamed(centre, 'Ba Bể')?.presence, BACK).toBe('present');
  await expectWhole();
  expect(all.navigations).toEqual([]);
});

function standing({ program, requests, calls }: RoomState) {
  return { program, requests, calls };
}

function gatesOf({ participants }: RoomState): [string, string][] {
  const people = Object.values(participants).filter(({ role }) => role !== 'service');
  return people.map(({ id, gate }) => [id, gate]);
}

/** Everyone sees the others' colours, moving, and hears the site that has the floor. */
async function expectWhole(): Promise<void> {
  const { operator, site, chair, codec } = all;
  await expect(site.page.locator('[data-standing=live]')).toBeVisible(BACK);
  for (const page of [operator.page, chair.page]) {
    await expect.poll(() => toneHeard(page, 440), BACK).toBeGreaterThan(HEARD);
  }
  const tiles = [
    [tileOf(chair.page, 'Ba Bể'), 'red'],
    [tileOf(chair.page, CODEC), 'blue'],
    [tileOf(site.page, CODEC), 'blue'],
    [cardOf(operator.page, 'Ba Bể'), 'red'],
    [cardOf(operator.page, 'Chủ trì'), 'yellow'],
  ] as const;
  for (const [tile, colour] of tiles) {
    await expectColour(tile, colour, BACK.timeout);
    await expect.poll(() => framesShown(tile), BACK).toBeGreaterThan(0);
  }
  await expect.poll(() => distanceSeen(codec, 'red', LEFT), BACK).toBeLessThan(NEAR);
  await expect.poll(() => distanceSeen(codec, 'blue', RIGHT), BACK).toBeLessThan(NEAR);
  await expect.poll(() => toneHeardBy(codec, 440), BACK).toBeGreaterThan(HEARD);
}

/** Watches until the room is back: how many pictures the codec got meanwhile, and how many of them were the slide. */
async function picturesSeen(codec: Baresip, back: () => boolean): Promise<{ any: number; slides: number }> {
  const seen = { any: 0, slides: 0 };
  for (const end = Date.now() + BACK.timeout; !back() && Date.now() < end; ) {
    const distance = await distanceSeen(codec, 'red', LEFT);
    if (distance < 999) seen.any += 1;
    if (distance < 999 && distance > 2 * NEAR) seen.slides += 1;
  }
  return seen;
}
