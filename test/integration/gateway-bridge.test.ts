/** A site that is a bridge (REG-19): an upper level's MCU, which must not see and hear itself. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Closer, listen } from './engine-leg-peers.ts';
import { isBluish, isGreenish, watch } from './engine-leg-pictures.ts';
import { arrival, Guest, sourcesOf } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { pause, until } from './media-fixture.ts';
import { ScriptedCodec } from './scripted-codec.ts';
import type { Peer } from './server-peers.ts';

const SLOW_MS = 30_000;
const [green, blue] = ['0xff20c020', '0xff2020d0'];

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_SIP_CALLERS: 'any' });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

async function program(desk: Peer, slots: object[]): Promise<void> {
  const name = slots.length === 1 ? '1' : '2x2';
  await desk.command({ verb: 'editPreview', layout: { name, slots } });
  const taken = await desk.command({ verb: 'take', version: desk.state.preview.version });
  expect(taken).toMatchObject({ ok: true });
}

let sites = 0;
/** A site of its own each time: a second try finds that of the first. */
async function callBridge(user: string) {
  const siteId = `${user}-${++sites}`;
  const bridge = await ScriptedCodec.open(closers, { user });
  await gateway.addSite(siteId, { address: bridge.uri, bridge: true });
  const { roomId, desk } = await gateway.open([siteId]);
  await desk.command({ verb: 'dialSite', siteId });
  const self = await arrival(desk, (p) => p.siteId === siteId);
  return { bridge, roomId, desk, self };
}

test('sees the program without itself, hears the mix without itself, and is no speaker', async () => {
  const { bridge, desk, self } = await callBridge('upper');
  expect(self).toMatchObject({ bridge: true });
  await bridge.show('video', { colour: blue });
  const site = await ScriptedCodec.open(closers, { user: 'site' });
  await desk.command({ verb: 'dial', address: site.uri, name: 'site' });
  const other = await arrival(desk, (p) => p.name === 'site');
  await site.show('video', { colour: green });
  await until('both are seen', () => [self, other].every(({ id }) => sourcesOf(desk, id).includes('camera')));

  const seenByBridge = await watch(closers, bridge.received('video'), 'H264');
  const seenBySite = await watch(closers, site.received('video'), 'H264');
  // Each in a quarter: the first slot names the bridge, the second the other.
  const [first, second] = [self, other].map(({ id }) => ({ show: 'participant', participantId: id }));
  await program(desk, [first ?? {}, second ?? {}, { show: 'empty' }, { show: 'empty' }]);
  const upperLeft = [0.2, 0.2] as const;
  const upperRight = [0.7, 0.2] as const;
  await until('others see the bridge', async () => isBluish(await seenBySite.colour(...upperLeft)), SLOW_MS);
  await until('the bridge sees the other', async () => isGreenish(await seenByBridge.colour(...upperRight)), SLOW_MS);
  expect(isBluish(await seenByBridge.colour(...upperLeft))).toBe(false);

  await program(desk, [second ?? {}]);
  await until('the plain program goes to both', async () => isGreenish(await seenByBridge.colour()), SLOW_MS);
  await until(
    'without the composition that nobody needs',
    () => desk.state.participants[`composer-for-${self.id}`]?.presence !== 'present',
  );

  await desk.command({ verb: 'openMicrophone', participantId: self.id });
  await desk.command({ verb: 'openMicrophone', participantId: other.id });
  const caps = 'encoding-name=PCMA,clock-rate=8000,payload=8';
  const decode = 'rtppcmadepay ! alawdec';
  const heardByBridge = await listen(closers, bridge.received('audio'), caps, decode);
  const heardBySite = await listen(closers, site.received('audio'), caps, decode);
  await bridge.speak(700);
  await site.speak(1300);
  await until('the site hears the bridge', async () => (await heardBySite.level(700)) > -40, SLOW_MS);
  await until('the bridge hears the site', async () => (await heardByBridge.level(1300)) > -40, SLOW_MS);
  expect(await heardByBridge.level(700)).toBeLessThan(-50);

  await program(desk, [{ show: 'speaker' }]);
  await desk.command({ verb: 'closeMicrophone', participantId: other.id });
  await pause(3_000);
  expect(desk.state.speaker).not.toBe(self.id);
  await until('the speaker is the other', async () => isGreenish(await seenByBridge.colour()), SLOW_MS);
  // A codec does not see itself large: the bridge is the next in turn.
  await until('who does not see itself', async () => isBluish(await seenBySite.colour()), SLOW_MS);
  expect(sourcesOf(desk, self.id)).toContain('microphone');
}, 120_000);

test('and sees slides only in the program, as a guest of another level', async () => {
  const { bridge, roomId, desk } = await callBridge('lower');
  const browser = await Guest.join(closers, gateway, { roomId, id: 'browser', kind: 'simulator' });
  await browser.show('screen', green);
  await until('it is the content', () => sourcesOf(desk, 'browser').includes('screen'));
  await program(desk, [{ show: 'content' }]);
  const seen = await watch(closers, bridge.received('video'), 'H264');
  await until('it sees them', async () => isGreenish(await seen.colour(0.5, 0.3)), SLOW_MS);
  const composers = Object.values(desk.state.participants).filter((p) => p.id === 'composer-inside');
  expect(composers).toEqual([]);
}, 60_000);
