import { afterEach, expect, test } from 'vitest';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import { cacheFolder, openReceiver, recordingLogger, sleep, ssrcsOf, until } from './engine-peers.ts';
import { framesOf, startCamera } from './engine-pictures.ts';
import { freePort } from './free-port.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const tiers = [
  { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 500 },
  { tierId: '180p15', width: 320, height: 180, fps: 15, bitrateKbps: 100 },
];
const warmUp = 20;
const rounds = 50;
const roundMs = 150;

test('inputs, scenes and tiers that come and go again and again leave no memory behind', async () => {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  await picture.request('configure', { tiers, preset: 'ultrafast' });
  const outs = [await openReceiver(), await openReceiver()] as const;
  for (const [index, { tierId }] of tiers.entries()) {
    const remote = { ip: '127.0.0.1', port: outs[index]?.port ?? 0 };
    const rtp = { remote, payloadType: 97, ssrc: 7000 + index, cname: 'room-1@rostrum' };
    await picture.request('openOutput', { tierId, rtp });
  }
  const line = await openReceiver();
  const rtcpPort = await freePort();
  const camera = startCamera({ codec: 'VP8', colour: 'red', ssrc: 1, to: line.port, rtcpPort });
  closers.push(
    ...outs.map((out) => () => out.close()),
    () => line.close(),
    () => camera.stop(),
  );

  const remote = { ip: '127.0.0.1', port: rtcpPort };
  const rtp = { ssrc: 1, payloadType: 96, codec: 'VP8' as const, clockRate: 90_000, remote };
  const turn = async (round: number) => {
    const inputId = `input-${round}`;
    line.forwardTo((await picture.request('addInput', { inputId, rtp })).rtpPort);
    await picture.request('setWanted', { tierIds: round % 2 ? ['180p15'] : ['360p15', '180p15'] });
    const half = { y: 0, w: 0.5, h: 1 };
    const tiles = [
      { inputId, label: `Điểm cầu ${round}`, x: 0, ...half },
      { inputId: null, label: 'Thẻ', x: 0.5, ...half },
    ];
    await picture.request('setScene', { tiles, banner: round % 3 ? '' : `Vòng ${round}` });
    await sleep(roundMs);
    await picture.request('removeInput', { inputId });
  };
  for (let round = 0; round < warmUp; round++) await turn(round);
  await sleep(1500);
  const before = (await picture.request('stats', {})).rssBytes;
  for (let round = 0; round < rounds; round++) await turn(warmUp + round);
  await sleep(1500);
  const { rssBytes, inputs } = await picture.request('stats', {});
  expect(inputs).toEqual({});
  expect((rssBytes - before) / 1e6).toBeLessThan(40);
  const [, small] = outs;
  expect(ssrcsOf(small.rtp)).toEqual(new Set([7001]));
  await until(() => framesOf(small.rtp).length > 100, 'it flowed');
}, 60_000);
