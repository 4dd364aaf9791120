/** What is made for small tiles and weak lines, only while somebody looks; and endpoints of every make of picture. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Notice } from '../../server/protocol/media.ts';
import { startBaresip } from '../integration/baresip.ts';
import { type Closer, continuity } from '../integration/engine-leg-peers.ts';
import {
  describeH264,
  fpsOf,
  isBluish,
  isGreenish,
  isReddish,
  kbpsOf,
  type PictureOptions,
  watch,
} from '../integration/engine-leg-pictures.ts';
import { arrival, Guest, sourcesOf } from '../integration/gateway-guests.ts';
import { GatewayProcess } from '../integration/gateway-process.ts';
import { pause, until } from '../integration/media-fixture.ts';
import { ScriptedCodec, type ScriptedOptions } from '../integration/scripted-codec.ts';
import type { Peer } from '../integration/server-peers.ts';

const SLOW_MS = 30_000;
const colours = { red: '0xffd02020', green: '0xff20c020', blue: '0xff2020d0' };

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_SIP_CALLERS: 'any' });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

async function enter(options: Omit<ScriptedOptions, 'user'> = {}) {
  const { roomId, desk } = await gateway.open();
  const codec = await ScriptedCodec.open(closers, { user: 'codec', ...options });
  await codec.dial(`sip:${roomId}@127.0.0.1:${gateway.sipPort}`);
  const self = await arrival(desk, () => true);
  return { roomId, desk, codec, self };
}

/** The codec sends; a witness in the room sees it. */
async function seen({ roomId, desk, codec, self }: Awaited<ReturnType<typeof enter>>, show: Partial<PictureOptions>) {
  await codec.show('video', { colour: colours.red, ...show });
  await until('it sends a picture', () => sourcesOf(desk, self.id).includes('camera'), SLOW_MS);
  const witness = await Guest.join(closers, gateway, { roomId, id: 'witness', kind: 'composer' });
  const from = { participantId: self.id, source: 'camera' } as const;
  return { from, witness, picture: await witness.see(from) };
}

/** The program is one participant alone. */
async function programIs(desk: Peer, participantId: string): Promise<void> {
  const slots = [{ show: 'participant', participantId }];
  await desk.command({ verb: 'editPreview', layout: { name: '1', slots } });
  const taken = await desk.command({ verb: 'take', version: desk.state.preview.version });
  expect(taken).toMatchObject({ ok: true });
}

test('a small tile is sent small, as long as somebody watches it', async () => {
  const entered = await enter();
  const show = { width: 640, height: 360, options: 'bitrate=700 key-int-max=15' };
  const { from, picture, witness } = await seen(entered, show);
  await until('the whole picture', async () => (await describeH264(picture.packets()))?.width === 640, SLOW_MS);

  // A browser's demand: it watches without taking anything.
  const { desk } = entered;
  const { routerRtpCapabilities } = desk.welcomes.at(-1) ?? {};
  await desk.request({ request: 'openTransport', direction: 'receive' });
  await desk.request({ request: 'setRtpCapabilities', rtpCapabilities: routerRtpCapabilities });
  expect(await desk.request({ request: 'watch', pictures: [{ from, spatialLayer: 0 }] })).toMatchObject({ ok: true });
  await witness.watch([{ from, spatialLayer: 0 }]);
  const width = async () => (await describeH264(picture.packets().slice(-100)))?.width;
  await until('the small one', async () => (await width()) === 320, SLOW_MS);
  expect(isReddish(await picture.colour())).toBe(true);
  await pause(3_000);
  expect(kbpsOf(picture.packets(), 2)).toBeLessThan(180); // 150 kbit/s and headers
  expect(fpsOf(picture.packets(), 2)).toBeGreaterThan(4);

  await desk.request({ request: 'watch', pictures: [] });
  await until('the whole picture again', async () => (await width()) === 640, SLOW_MS);
}, 120_000);

test('stills come while somebody looks at them', async () => {
  const { desk, codec, self } = await enter();
  await codec.show('video', { colour: colours.red });
  await until('it sends a picture', () => sourcesOf(desk, self.id).includes('camera'), SLOW_MS);
  const stills: Extract<Notice, { notice: 'still' }>[] = [];
  desk.socket.on('notice', (notice: Notice) => {
    if (notice.notice === 'still') stills.push(notice);
  });
  expect(await desk.request({ request: 'watchStills', participantIds: [self.id] })).toMatchObject({ ok: true });
  await until('the first', () => stills.length > 0, 10_000);
  await until('the next', () => stills.length > 1, 15_000);
  expect(stills[0]).toMatchObject({ participantId: self.id });
  const jpeg = Buffer.from(stills[0]?.jpeg ?? '', 'base64');
  expect(jpeg.subarray(0, 2).toString('hex')).toBe('ffd8');
  expect(jpeg.length).toBeLessThan(30_000);
}, 60_000);

describe('an endpoint', () => {
  const h265 = (sdp: string) =>
    sdp.replace(/97 98(?=\r\n)/, '97').replace(/97 H264\/90000\r\na=fmtp:97 [^\r]*/, '97 H265/90000');
  const high = { codecs: ['H264'], profileLevelId: '64001f' } as const;
  test.each([
    { name: 'VP8 alone', options: { video: { codecs: ['VP8'] } }, encoder: 'VP8', sees: 'VP8', shown: 'VP8' },
    { name: 'H.264 High alone', options: { video: high }, encoder: 'high', sees: 'H264', shown: 'H264' },
  ] as const)(
    'with $name is seen and sees',
    async ({ options, encoder, sees, shown }) => {
      const entered = await enter(options);
      const { picture } = await seen(entered, { encoder });
      await until('it is seen', async () => isReddish(await picture.colour()), SLOW_MS);
      expect(picture.codec).toBe(shown);
      const browser = await Guest.join(closers, gateway, { roomId: entered.roomId, id: 'browser', kind: 'simulator' });
      await browser.show('camera', colours.green);
      await programIs(entered.desk, 'browser');
      const program = await watch(closers, entered.codec.received('video'), sees);
      await until('it sees', async () => isGreenish(await program.colour()), SLOW_MS);
    },
    120_000,
  );

  test('with H.265 alone is seen', async () => {
    const entered = await enter({ video: { codecs: ['H264'] }, describe: h265 });
    expect(entered.codec.agreed.video).toMatchObject({ codec: 'H265' });
    const { picture } = await seen(entered, { encoder: 'H265' });
    await until('it is seen', async () => isReddish(await picture.colour()), SLOW_MS);
    expect(picture.codec).toBe('H264');
  }, 120_000);

  test('that takes CIF and 384 kbit/s gets no more', async () => {
    const cif = (sdp: string) => sdp.replaceAll(/(profile-level-id=42e00d)/g, '$1;max-fs=396;max-mbps=11880');
    const { roomId, desk, codec } = await enter({
      video: { codecs: ['H264'], profileLevelId: '42e00d', maxBitrate: 384_000 },
      describe: cif,
    });
    const browser = await Guest.join(closers, gateway, { roomId, id: 'browser', kind: 'simulator' });
    await browser.show('camera', colours.blue);
    await until('it is there', () => sourcesOf(desk, 'browser').includes('camera'));
    await programIs(desk, 'browser');
    const program = await watch(closers, codec.received('video'), 'H264');
    await until('it sees', async () => isBluish(await program.colour()), SLOW_MS);
    const { width = 0, height = 0, level } = (await describeH264(codec.received('video').rtp)) ?? {};
    expect(Math.ceil(width / 16) * Math.ceil(height / 16)).toBeLessThanOrEqual(396);
    expect(width).toBeGreaterThan(200);
    expect(level).toBeLessThanOrEqual(13);
    await pause(4_000);
    expect(kbpsOf(codec.received('video').rtp, 4)).toBeLessThan(450);
  }, 90_000);
});

test('what a codec receives goes on with its numbers through hold and back', async () => {
  const { codec } = await enter();
  const { rtp } = codec.received('video');
  await until('it sees', () => rtp.length > 30, SLOW_MS);
  await codec.hold('inactive');
  await pause(500);
  const held = rtp.length;
  await pause(1_500);
  expect(rtp.length - held).toBeLessThan(5);
  await codec.hold('sendrecv');
  await until('it sees again', () => rtp.length > held + 60, SLOW_MS);
  expect(continuity(rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(continuity(codec.received('audio').rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
}, 60_000);

test('a picture that is given up, or sent in another codec, is so in the room', async () => {
  const entered = await enter({ video: { codecs: ['H264', 'VP8'] } });
  const { desk, codec, self, roomId } = entered;
  const camera = await codec.show('video', { colour: colours.red });
  const sends = () => sourcesOf(desk, self.id).includes('camera');
  await until('it sends a picture', sends, SLOW_MS);
  await codec.reoffer(({ video: _, ...local }) => local);
  await until('it sends none', () => !sends(), SLOW_MS);
  expect(desk.state.participants[self.id]?.endpoint).toMatchObject({ video: false });
  await camera.stop();

  await codec.reoffer(({ video, ...local }) => ({ ...local, ...(video && { video: { ...video, codecs: ['VP8'] } }) }));
  await until('it sends again', sends, SLOW_MS);
  expect(codec.agreed.video).toMatchObject({ codec: 'VP8' });
  await codec.show('video', { colour: colours.green, encoder: 'VP8' });
  const witness = await Guest.join(closers, gateway, { roomId, id: 'witness', kind: 'composer' });
  const picture = await witness.see({ participantId: self.id, source: 'camera' });
  await until('it is seen', async () => isGreenish(await picture.colour()), SLOW_MS);
  expect(picture.codec).toBe('VP8');
}, 60_000);

test('a call on hold and back keeps its media, encrypted', async () => {
  const { roomId, desk } = await gateway.open();
  const baresip = await startBaresip({ user: 'held', colour: 'red', encryption: 'srtp-mand' });
  closers.push(() => baresip.close());
  await baresip.dial(`sip:${roomId}@127.0.0.1:${gateway.sipPort}`);
  const { id, endpoint } = await arrival(desk, () => true);
  expect(endpoint).toMatchObject({ encrypted: true });
  const witness = await Guest.join(closers, gateway, { roomId, id: 'witness', kind: 'composer' });
  await until('it sends a picture', () => sourcesOf(desk, id).includes('camera'), SLOW_MS);
  const picture = await witness.see({ participantId: id, source: 'camera' });
  await until('it is seen', async () => isReddish(await picture.colour()), SLOW_MS);
  await baresip.hold(true);
  await pause(2_000);
  await baresip.hold(false);
  const frames = await picture.frames();
  await until('it is seen again', async () => (await picture.frames()) > frames + 15, SLOW_MS);
  expect(await baresip.snapshot()).toBeTruthy();
  expect(desk.state.participants[id]).toMatchObject({ presence: 'present', endpoint: { encrypted: true } });
}, 90_000);
