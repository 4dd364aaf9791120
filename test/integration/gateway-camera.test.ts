/** The operator's hand on a codec's camera (REG-11), as H.281 in H.224 at the codec (RFC 4573). */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { actIn } from '../gateway/camera/endpoint-camera.ts';
import type { Closer } from './engine-leg-peers.ts';
import { arrival } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import { ScriptedCodec } from './scripted-codec.ts';
import { operatorTicket, Peer, siteTicket } from './server-peers.ts';

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_SIP_CALLERS: 'any', ROSTRUM_GRACE_SECONDS: '2' });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

async function enter(camera: boolean) {
  const { roomId, desk } = await gateway.open();
  const codec = await ScriptedCodec.open(closers, { user: 'camera', camera });
  await codec.dial(`sip:${roomId}@127.0.0.1:${gateway.sipPort}`);
  const { id, endpoint } = await arrival(desk, () => true);
  const heard = () => codec.received('camera').rtp.flatMap(({ bytes }) => actIn(bytes.subarray(12)) ?? []);
  const kinds = () => heard().map(({ kind }) => kind);
  return { roomId, desk, id, endpoint, heard, kinds };
}

const left = { pan: -1, tilt: 0, zoom: 0 } as const;
const still = { pan: 0, tilt: 0, zoom: 0 } as const;

test('it moves while the operator wants it, and stores and recalls its framing', async () => {
  const { desk, id, endpoint, heard, kinds } = await enter(true);
  expect(endpoint).toMatchObject({ cameraControl: true });
  expect(await desk.command({ verb: 'moveCamera', participantId: id, ...left })).toMatchObject({ ok: true });
  await until('it moves on', () => kinds().filter((kind) => kind === 'continue').length > 2);
  expect(heard()[0]).toMatchObject({ kind: 'start', movement: left });
  await desk.command({ verb: 'moveCamera', participantId: id, ...still });
  await until('it stops', () => kinds().at(-1) === 'stop');
  const moved = kinds().length;

  const framing = { participantId: id, preset: 3 };
  expect(await desk.command({ verb: 'recallFraming', ...framing })).toMatchObject({ ok: false });
  await desk.command({ verb: 'storeFraming', ...framing, name: 'Bàn chủ tọa' });
  await until('it is stored', () => kinds().at(-1) === 'store');
  expect(desk.state.participants[id]?.framings).toEqual([{ preset: 3, name: 'Bàn chủ tọa' }]);
  await desk.command({ verb: 'recallFraming', ...framing });
  await until('it is recalled', () => kinds().at(-1) === 'activate');
  expect(heard().at(-1)).toMatchObject({ kind: 'activate', preset: 3 });
  expect(kinds().slice(moved)).not.toContain('start');
}, 60_000);

test('it stops when whoever moves it is gone', async () => {
  const { roomId, desk, id, kinds } = await enter(true);
  const ticket = await operatorTicket(gateway.operator, roomId);
  const other = await Peer.connect({ url: gateway.server.url, ticket });
  closers.push(() => other.close());
  await other.command({ verb: 'moveCamera', participantId: id, ...left });
  await until('it moves', () => kinds().includes('continue'));
  expect(desk.state.participants[id]?.camera?.moving).toMatchObject(left);
  other.close();
  await until('it stops', () => kinds().at(-1) === 'stop', 10_000);
  expect(desk.state.participants[id]?.camera?.moving).toBeNull();
}, 60_000);

test('it stops when its call is over', async () => {
  const { desk, id, kinds } = await enter(true);
  await desk.command({ verb: 'moveCamera', participantId: id, ...left });
  await until('it moves', () => kinds().includes('continue'));
  const callId = Object.values(desk.state.calls).find((call) => call.participantId === id)?.id;
  await desk.command({ verb: 'hangUp', callId });
  await until('it stops', () => kinds().at(-1) === 'stop');
}, 60_000);

test('a site frames itself and nobody else', async () => {
  const { roomId, desk, id, kinds } = await enter(true);
  const site = await Peer.connect({
    url: gateway.server.url,
    ticket: await siteTicket(gateway.operator, roomId, 'Ba Bể'),
  });
  closers.push(() => site.close());
  await desk.command({ verb: 'storeFraming', participantId: id, preset: 1, name: 'Toàn cảnh' });
  const recall = { verb: 'recallFraming', preset: 1 };
  const refused = { ok: false, refusal: { code: 'notPermitted' } };
  expect(await site.command({ ...recall, participantId: id })).toMatchObject(refused);
  expect(await site.command({ verb: 'moveCamera', participantId: id, ...left })).toMatchObject(refused);
  // Its own it may, had it one.
  const own = { ok: false, refusal: { code: 'cameraUnsupported' } };
  expect(await site.command({ ...recall, participantId: site.id })).toMatchObject(own);
  await until('the operator has stored it', () => kinds().includes('store'));
  expect(kinds()).not.toContain('activate');
}, 60_000);

test('what has no camera is not moved', async () => {
  const { desk, id, endpoint, heard } = await enter(false);
  expect(endpoint).toMatchObject({ cameraControl: false });
  const refused = { ok: false, refusal: { code: 'cameraUnsupported' } };
  expect(await desk.command({ verb: 'moveCamera', participantId: id, ...left })).toMatchObject(refused);
  expect(await desk.command({ verb: 'recallFraming', participantId: id, preset: 1 })).toMatchObject(refused);
  expect(heard()).toEqual([]);
}, 60_000);
