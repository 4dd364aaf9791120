/** Key frames that a codec asks for by SIP (INFO, RFC 5168), through the gateway and the room. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Closer } from './engine-leg-peers.ts';
import { arrival, Guest, sourcesOf } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { pause, until } from './media-fixture.ts';
import { ScriptedCodec } from './scripted-codec.ts';

const SLOW_MS = 30_000;
/** The composer makes one a second at most, and by itself hardly ever. */
const ANSWER_MS = 2_500;

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_SIP_CALLERS: 'any', ROSTRUM_PICTURES: '320x180@15' });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

test('a codec that asks for a key frame by SIP is given one', async () => {
  const { roomId, desk } = await gateway.open();
  const codec = await ScriptedCodec.open(closers, { user: 'codec' });
  await codec.dial(`sip:${roomId}@127.0.0.1:${gateway.sipPort}`);
  const self = await arrival(desk, () => true);
  const { rtp } = codec.received('video');
  const keyFrames = () => rtp.filter(({ bytes }) => ((bytes[12] ?? 0) & 31) === 7).length;
  await until('it sees', () => rtp.length > 60, SLOW_MS);
  await pause(2_000);
  for (let turn = 0; turn < 3; turn += 1) {
    const before = keyFrames();
    codec.requestKeyFrame();
    await until('a key frame', () => keyFrames() > before, ANSWER_MS);
    await pause(500);
  }
  expect(desk.state.participants[self.id]).toMatchObject({ presence: 'present' });
}, 90_000);

test('whoever begins to see a codec makes the gateway ask it, by SIP too', async () => {
  const { roomId, desk } = await gateway.open();
  const codec = await ScriptedCodec.open(closers, { user: 'codec' });
  await codec.dial(`sip:${roomId}@127.0.0.1:${gateway.sipPort}`);
  const self = await arrival(desk, () => true);
  // Hardly ever a key frame by itself.
  await codec.show('video', { colour: '0xff2020d0', options: 'bitrate=300 key-int-max=1000' });
  await until('it sends a picture', () => sourcesOf(desk, self.id).includes('camera'), SLOW_MS);
  await pause(3_000);
  const before = codec.keyFramesWanted;
  const witness = await Guest.join(closers, gateway, { roomId, id: 'witness', kind: 'composer' });
  await witness.see({ participantId: self.id, source: 'camera' });
  await until('it is asked', () => codec.keyFramesWanted > before, ANSWER_MS);
}, 90_000);
