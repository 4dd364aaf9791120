/** A site's stream comes anew under the same name: its tile goes from the one picture to the other. */

import { expect, test } from 'vitest';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { closeAfterEach } from './closers.ts';
import { cacheFolder, openReceiver, recordingLogger, sleep, ssrcsOf, until } from './engine-peers.ts';
import { type CameraOptions, decode, framesOf, isColour, longestPause, startCamera } from './engine-pictures.ts';
import { freePort } from './free-port.ts';

const closers = closeAfterEach();
const tier = { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 600 };

type Picture = EngineProcess<typeof pictureContract>;
type Stream = Pick<CameraOptions, 'codec' | 'colour' | 'ssrc' | 'width' | 'height'>;

async function start() {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  const out = await openReceiver();
  closers.push(() => out.close());
  await picture.request('configure', { tiers: [tier], preset: 'ultrafast', transitions: false });
  const rtp = { remote: { ip: '127.0.0.1', port: out.port }, payloadType: 97, ssrc: 7777, cname: 'room-1@rostrum' };
  await picture.request('openOutput', { tierId: tier.tierId, rtp });
  await picture.request('setWanted', { tierIds: [tier.tierId] });
  await picture.request('setScene', { tiles: [{ inputId: 'site', label: '', x: 0, y: 0, w: 1, h: 1 }] });
  return { picture, out };
}

/** The way in for a stream; `begin` sends it. */
async function announce(picture: Picture, stream: Stream) {
  const rtcpPort = await freePort();
  const remote = { ip: '127.0.0.1', port: rtcpPort };
  const rtp = { ssrc: stream.ssrc, payloadType: 96, codec: stream.codec, clockRate: 90_000, remote };
  const { rtpPort } = await picture.request('addInput', { inputId: 'site', rtp });
  const begin = () => {
    const peer = startCamera({ ...stream, to: rtpPort, rtcpPort });
    closers.push(() => peer.stop());
    return peer;
  };
  return { begin };
}

async function isLive(picture: Picture): Promise<boolean> {
  return (await picture.request('stats', {})).inputs.site?.live === true;
}

test('another SSRC, codec and size come at once: no card is seen in between, and no frame is missing', async () => {
  const { picture, out } = await start();
  const first = await announce(picture, { codec: 'H264', colour: 'red', ssrc: 1 });
  const camera = first.begin();
  await until(() => isLive(picture), 'the first is seen');
  await sleep(1000);
  const from = framesOf(out.rtp).length;
  // Two that never send, and the one that does.
  await announce(picture, { codec: 'VP8', colour: 'green', ssrc: 2 });
  await announce(picture, { codec: 'H264', colour: 'green', ssrc: 3 });
  const last = await announce(picture, { codec: 'VP8', colour: 'blue', ssrc: 4, width: 480, height: 640 });
  last.begin();
  await sleep(700);
  await camera.stop();
  await sleep(2500);
  expect(await isLive(picture)).toBe(true);
  const seen = (await decode(out.rtp, 16, 9)).slice(from).map((one) => {
    const colour = one.colourAt(0.3, 0.5);
    return isColour(colour, 'red') ? 'red' : isColour(colour, 'blue') ? 'blue' : `${colour}`;
  });
  expect(seen.filter((colour, index) => colour !== seen[index - 1])).toEqual(['red', 'blue']);
  expect(longestPause(out.rtp)).toBeLessThan(300);
  expect(ssrcsOf(out.rtp)).toEqual(new Set([7777]));
}, 40_000);

test('what is to take the place never comes: the old one gives way when it stalls, and a later one is seen', async () => {
  const { picture, out } = await start();
  const camera = (await announce(picture, { codec: 'VP8', colour: 'red', ssrc: 1 })).begin();
  await until(() => isLive(picture), 'the first is seen');
  await announce(picture, { codec: 'VP8', colour: 'green', ssrc: 2 });
  await sleep(500);
  expect(await isLive(picture)).toBe(true);
  await camera.stop();
  await until(async () => !(await isLive(picture)), 'its tile is a card');
  (await announce(picture, { codec: 'H264', colour: 'blue', ssrc: 3 })).begin();
  await until(() => isLive(picture), 'the last is seen');
  await sleep(700);
  const last = (await decode(out.rtp, 16, 9)).at(-1)?.colourAt(0.5, 0.5) ?? [];
  expect(isColour(last, 'blue')).toBe(true);
  await picture.request('removeInput', { inputId: 'site' });
  expect((await picture.request('stats', {})).inputs).toEqual({});
}, 40_000);
