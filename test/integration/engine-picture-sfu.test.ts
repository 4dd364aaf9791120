import { createWorker, type types } from 'mediasoup';
import { afterEach, expect, test } from 'vitest';
import { type PictureContract, pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { cacheFolder, openReceiver, recordingLogger, until } from './engine-peers.ts';
import { framesOf, isColour, lastPicture } from './engine-pictures.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Picture = EngineProcess<PictureContract>;
const loopback = '127.0.0.1';
const tier = { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 600 };
const h264 = {
  mimeType: 'video/H264',
  clockRate: 90000,
  parameters: { 'packetization-mode': 0, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
};

async function openRouter(): Promise<types.Router> {
  const worker = await createWorker({ logLevel: 'error' });
  closers.push(() => worker.close());
  return worker.createRouter({ mediaCodecs: [{ kind: 'video', ...h264 }] });
}

const plain = (router: types.Router) => {
  return router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: loopback }, rtcpMux: true, comedia: false });
};

async function startPicture(port: number): Promise<{ picture: Picture; rtpPort: number }> {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  const rtp = { remote: { ip: loopback, port }, payloadType: 97, ssrc: 7777, cname: 'composer@rostrum' };
  await picture.request('configure', { tiers: [tier], preset: 'ultrafast' });
  const { rtpPort } = await picture.request('openOutput', { tierId: tier.tierId, rtp });
  await picture.request('setWanted', { tierIds: [tier.tierId] });
  return { picture, rtpPort };
}

/** Publishes a picture of one colour into the router. */
async function publish(router: types.Router, color: string): Promise<types.Producer> {
  const transport = await plain(router);
  const { picture, rtpPort } = await startPicture(transport.tuple.localPort);
  await picture.request('setScene', { tiles: [], background: { color } });
  await transport.connect({ ip: loopback, port: rtpPort });
  const codecs = [{ ...h264, payloadType: 97 }];
  const rtcp = { cname: 'composer@rostrum' };
  return transport.produce({ kind: 'video', rtpParameters: { codecs, encodings: [{ ssrc: 7777 }], rtcp } });
}

/** Lets a picture show what a producer sends. */
async function consume(router: types.Router, producer: types.Producer, picture: Picture, inputId: string) {
  const transport = await plain(router);
  const { rtpCapabilities } = router;
  const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities, paused: true });
  const [codec] = consumer.rtpParameters.codecs;
  const [encoding] = consumer.rtpParameters.encodings ?? [];
  const remote = { ip: loopback, port: transport.tuple.localPort };
  const rtp = { ssrc: encoding?.ssrc ?? 0, payloadType: codec?.payloadType ?? 0, codec: 'H264' as const };
  const { rtpPort } = await picture.request('addInput', { inputId, rtp: { ...rtp, clockRate: 90000, remote } });
  await transport.connect({ ip: loopback, port: rtpPort });
  await consumer.resume();
  return consumer;
}

test('a picture goes through the SFU into another picture, and key frames are asked for through it', async () => {
  const router = await openRouter();
  const producer = await publish(router, '#ff0000');
  await until(async () => (await producer.getStats()).some(({ packetCount }) => packetCount > 100), 'the SFU receives');

  const out = await openReceiver();
  closers.push(() => out.close());
  const { picture } = await startPicture(out.port);
  const consumer = await consume(router, producer, picture, 'program');
  await picture.request('setScene', { tiles: [{ inputId: 'program', label: '', x: 0, y: 0, w: 1, h: 1 }] });
  const shows = async () => isColour((await lastPicture(out.rtp)).colourAt(0.5, 0.5), 'red');
  await until(async () => framesOf(out.rtp).length > 0 && (await shows()), 'the other picture shows it');

  const [before] = await producer.getStats();
  await until(async () => {
    // The SFU answers a request with the key frame that is on its way already, where there is one.
    await consumer.requestKeyFrame();
    const [after] = await producer.getStats();
    return (after?.pliCount ?? 0) > (before?.pliCount ?? 0);
  }, 'the SFU passed the request on');
  expect((await producer.getStats())[0]?.packetsLost).toBe(0);
}, 40_000);
