/** Presentations between codecs, browsers and the room: floor control (BFCP), second lines, pictures inside pictures. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Participant, SourceRef } from '../../server/protocol/records.ts';
import { type Baresip, type BaresipOptions, startBaresip } from './baresip.ts';
import { type Closer, continuity } from './engine-leg-peers.ts';
import { isBluish, isGreenish, isReddish, watch } from './engine-leg-pictures.ts';
import { arrival, Guest, sourcesOf } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import { type Colour, colourDistance, colourOf } from './perceive.ts';
import { ScriptedCodec, type ScriptedOptions } from './scripted-codec.ts';
import type { Peer } from './server-peers.ts';

/** Engines start and pictures come within seconds, also on a machine that does other things. */
const SLOW_MS = 30_000;
const colours = { red: '0xffd02020', green: '0xff20c020', blue: '0xff2020d0' };
/** The large part of the layout `content+speaker`, its middle. */
const INSIDE = { x: 0.3, y: 0.4, width: 0.1, height: 0.1 };

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_SIP_CALLERS: 'any' });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

const room = (roomId: string) => `sip:${roomId}@127.0.0.1:${gateway.sipPort}`;
const udpClient = { role: 'client', transport: 'udp' } as const;

/** A codec in the room, and which participant it is. */
async function enter(desk: Peer, roomId: string, options: ScriptedOptions) {
  const codec = await ScriptedCodec.open(closers, options);
  await codec.dial(room(roomId));
  const self = await arrival(desk, (p) => p.name === options.user);
  return { codec, self };
}
async function enterBaresip(desk: Peer, roomId: string, options: BaresipOptions) {
  const codec = await startBaresip(options);
  closers.push(() => codec.close());
  await codec.dial(room(roomId));
  await arrival(desk, (p) => p.address?.includes(options.user) ?? false);
  return codec;
}
/** Black before its first picture. */
const insideOf = async (codec: Baresip): Promise<Colour> => {
  const picture = await codec.snapshot().catch(() => undefined);
  return picture === undefined ? [0, 0, 0] : colourOf(picture, INSIDE);
};
const participant = (desk: Peer, { id }: Participant): Partial<Participant> => desk.state.participants[id] ?? {};
const presents = (desk: Peer, { id }: Participant) => sourcesOf(desk, id).includes('screen');
const screenOf = ({ id }: Participant): SourceRef => ({ participantId: id, source: 'screen' });
/** Asks for the floor, and sends slides of one colour once it is granted. */
async function present(desk: Peer, { codec, self }: Awaited<ReturnType<typeof enter>>, colour: string) {
  codec.floor?.requestFloor();
  await until('the floor is granted', () => codec.floorEvents.at(-1) === 'granted', SLOW_MS);
  await codec.show('content', { colour });
  await until('it is the content', () => presents(desk, self), SLOW_MS);
}

describe('a codec that presents', () => {
  test('is seen by browsers, on second lines, and inside the picture of who has none', async () => {
    const { roomId, desk } = await gateway.open();
    const presenter = await enter(desk, roomId, { user: 'presenter', floor: udpClient });
    expect(presenter.self.endpoint).toMatchObject({ content: 'separate', video: true });
    const { codec: viewer } = await enter(desk, roomId, { user: 'viewer', floor: udpClient });
    const baresip = await enterBaresip(desk, roomId, { user: 'plain', colour: 'red' });
    await presenter.codec.show('video', { colour: colours.green });
    await present(desk, presenter, colours.blue);

    const witness = await Guest.join(closers, gateway, { roomId, id: 'witness', kind: 'composer' });
    const shared = await witness.see(screenOf(presenter.self));
    await until('browsers see it', async () => isBluish(await shared.colour()), SLOW_MS);
    expect(shared.codec).toBe('H264');

    expect(viewer.floorEvents).toContain('requested');
    const second = await watch(closers, viewer.received('content'), 'H264');
    await until('the second line shows it', async () => isBluish(await second.colour(0.5, 0.3)), SLOW_MS);
    const main = await watch(closers, viewer.received('video'), 'H264');
    expect(desk.state.program.name).not.toBe('content+speaker');
    await until(
      'it is inside the one picture',
      async () => colourDistance(await insideOf(baresip), [32, 32, 208]) < 80,
      SLOW_MS,
    );
    await until('the program is on the first line', async () => (await main.frames()) > 10, SLOW_MS);
    expect(isBluish(await main.colour(0.35, 0.45))).toBe(false);

    const slots = [{ show: 'content' }, { show: 'speaker' }];
    await desk.command({ verb: 'editPreview', layout: { name: 'content+speaker', slots } });
    await desk.command({ verb: 'take', version: desk.state.preview?.version });
    await until('the program shows it', async () => isBluish(await main.colour(0.35, 0.45)), SLOW_MS);

    presenter.codec.floor?.releaseFloor();
    await until('it has ended', () => !presents(desk, presenter.self));
    await until('viewers are told', () => viewer.floorEvents.at(-1) === 'released');
  }, 120_000);

  test('gives way to a newer presentation, and is ended by the operator', async () => {
    const { roomId, desk } = await gateway.open();
    const older = await enter(desk, roomId, { user: 'older', floor: udpClient });
    const newer = await enter(desk, roomId, { user: 'newer', floor: udpClient });
    await present(desk, older, colours.blue);
    await present(desk, newer, colours.red);
    await until('the older is revoked', () => older.codec.floorEvents.includes('revoked'));
    expect(presents(desk, older.self)).toBe(false);
    await until('and is told of the newer', () => older.codec.floorEvents.at(-1) === 'requested');

    const late = await enter(desk, roomId, { user: 'late', floor: udpClient });
    await until('who comes later is told too', () => late.codec.floorEvents.at(-1) === 'requested');

    const stop = { verb: 'stopPresenting', participantId: newer.self.id };
    expect(await desk.command(stop)).toMatchObject({ ok: true });
    await until('the newer is revoked', () => newer.codec.floorEvents.at(-1) === 'revoked');
    expect(presents(desk, newer.self)).toBe(false);
    await until('nobody presents', () => older.codec.floorEvents.at(-1) === 'released');
    await present(desk, older, colours.blue);
  }, 90_000);
});

test('a presentation outlives the server, and ends with its call', async () => {
  const { roomId, desk } = await gateway.open();
  const presenter = await enter(desk, roomId, { user: 'presenter', floor: udpClient });
  const { codec: viewer } = await enter(desk, roomId, { user: 'viewer', floor: udpClient });
  await present(desk, presenter, colours.blue);
  const second = await watch(closers, viewer.received('content'), 'H264');
  await until('it is seen', async () => isBluish(await second.colour(0.5, 0.3)), SLOW_MS);

  await gateway.server.kill('SIGKILL');
  await gateway.server.resume();
  await until('the room is back', () => desk.welcomes.length > 1, SLOW_MS);
  await until('it is the content again', () => presents(desk, presenter.self), SLOW_MS);
  const before = await second.frames();
  await until('it is seen again', async () => (await second.frames()) > before + 20, SLOW_MS);
  expect(isBluish(await second.colour(0.5, 0.3))).toBe(true);
  expect(continuity(viewer.received('content').rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(presenter.codec.floorEvents).toEqual(['granted']);

  await presenter.codec.hangUp();
  await until('it has ended', () => !presents(desk, presenter.self), SLOW_MS);
  await until('viewers are told', () => viewer.floorEvents.at(-1) === 'released');
}, 120_000);

describe('a browser that presents', () => {
  test('is on the second line as long as it presents, and gives way both ways', async () => {
    const { roomId, desk } = await gateway.open();
    const { codec, self } = await enter(desk, roomId, { user: 'hall', floor: udpClient });
    const browser = await Guest.join(closers, gateway, { roomId, id: 'browser', kind: 'simulator' });
    const stop = await browser.show('screen', colours.green);
    await until('floor control says so', () => codec.floorEvents.at(-1) === 'requested', SLOW_MS);
    const second = await watch(closers, codec.received('content'), 'H264');
    await until('the second line shows it', async () => isGreenish(await second.colour(0.5, 0.3)), SLOW_MS);
    await stop();
    await until('floor control says that it has ended', () => codec.floorEvents.at(-1) === 'released');

    await present(desk, { codec, self }, colours.blue);
    await browser.show('screen', colours.red);
    await until('the codec gives way', () => codec.floorEvents.includes('revoked'), SLOW_MS);
    expect(presents(desk, self)).toBe(false);
    await until('the second line shows the browser', async () => isReddish(await second.colour(0.5, 0.3)), SLOW_MS);
    codec.floor?.requestFloor();
    await until('the codec presents again', () => presents(desk, self), SLOW_MS);
    await until('the browser does not', () => !sourcesOf(desk, 'browser').includes('screen'));
  }, 120_000);
});

describe('floor control', () => {
  test.each(['client', 'server'] as const)(
    'of a codec that is called, as %s',
    async (role) => {
      const { desk, roomId } = await gateway.open();
      const codec = await ScriptedCodec.open(closers, { user: `called-${role}`, floor: { role, transport: 'udp' } });
      await desk.command({ verb: 'dial', address: codec.uri, name: role });
      const self = await arrival(desk, (p) => p.name === role);
      expect(self.endpoint).toMatchObject({ content: 'separate' });
      const browser = await Guest.join(closers, gateway, { roomId, id: 'browser', kind: 'simulator' });
      await browser.show('screen', colours.green);
      await until('it is told that another presents', () => codec.floorEvents.includes('requested'), SLOW_MS);
      if (role === 'server') codec.floor?.grant();
      const second = await watch(closers, codec.received('content'), 'H264');
      await until('it sees the slides', async () => isGreenish(await second.colour(0.5, 0.3)), SLOW_MS);
      if (role === 'server') codec.floor?.present({ name: 'itself' });
      else codec.floor?.requestFloor();
      await until('it presents', () => presents(desk, self), SLOW_MS);
      await until('the browser does not', () => !sourcesOf(desk, 'browser').includes('screen'));
    },
    90_000,
  );

  test.each([
    { transport: 'tcp', setup: 'active' },
    { transport: 'tcp', setup: 'passive' },
  ] as const)(
    'over $transport, the endpoint $setup',
    async ({ transport, setup }) => {
      const { roomId, desk } = await gateway.open();
      const entered = await enter(desk, roomId, { user: setup, floor: { role: 'client', transport, setup } });
      await present(desk, entered, colours.blue);
      await desk.command({ verb: 'stopPresenting', participantId: entered.self.id });
      await until('it is revoked', () => entered.codec.floorEvents.at(-1) === 'revoked');
    },
    60_000,
  );

  test.each(['active', 'passive'] as const)(
    'of a called codec that knows TCP alone, %s',
    async (setup) => {
      const { desk, roomId } = await gateway.open();
      const floor = { role: 'client', transport: 'tcp', setup } as const;
      const codec = await ScriptedCodec.open(closers, { user: `tcp-${setup}`, floor });
      await desk.command({ verb: 'dial', address: codec.uri, name: setup });
      const self = await arrival(desk, (p) => p.name === setup);
      await until('it is offered TCP', () => codec.reoffers.length > 0, SLOW_MS);
      expect(codec.reoffers[0]).toMatch(/m=application \d+ TCP\/BFCP \*/);
      await until(
        'it is known to take slides',
        () => participant(desk, self).endpoint?.content === 'separate',
        SLOW_MS,
      );
      const browser = await Guest.join(closers, gateway, { roomId, id: 'browser', kind: 'simulator' });
      await browser.show('screen', colours.green);
      await until('it is told that another presents', () => codec.floorEvents.includes('requested'), SLOW_MS);
      codec.floor?.requestFloor();
      await until('it presents', () => presents(desk, self), SLOW_MS);
      await until('it is told so', () => codec.floorEvents.includes('granted'));
      expect(codec.reoffers).toHaveLength(1);
      expect(codec.ended).toBe(false);
    },
    60_000,
  );

  test('with the endpoint as its server', async () => {
    const { roomId, desk } = await gateway.open();
    const floor = { role: 'server', transport: 'udp' } as const;
    const { codec, self } = await enter(desk, roomId, { user: 'server', floor });
    const browser = await Guest.join(closers, gateway, { roomId, id: 'browser', kind: 'simulator' });
    const stop = await browser.show('screen', colours.green);
    await until('it is asked for the floor', () => codec.floorEvents.at(-1) === 'requested', SLOW_MS);
    codec.floor?.grant();
    const second = await watch(closers, codec.received('content'), 'H264');
    await until('it sees the slides', async () => isGreenish(await second.colour(0.5, 0.3)), SLOW_MS);
    await stop();
    await until('the floor is given back', () => codec.floorEvents.at(-1) === 'released');

    codec.floor?.present({ name: 'itself' });
    await until('it presents', () => presents(desk, self), SLOW_MS);
    codec.floor?.present(undefined);
    await until('it does no longer', () => !presents(desk, self));

    codec.floor?.present({ name: 'itself again' });
    await until('it presents again', () => presents(desk, self), SLOW_MS);
    await desk.command({ verb: 'stopPresenting', participantId: self.id });
    await until('it is asked for the floor', () => codec.floorEvents.at(-1) === 'requested');
    codec.floor?.present(undefined);
    codec.floor?.grant();
    await until('it has it back', () => codec.floorEvents.at(-1) === 'released');
    expect(presents(desk, self)).toBe(false);
  }, 90_000);
});
