import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { type PictureContract, pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { cacheFolder, launch, openReceiver, recordingLogger, until } from './engine-peers.ts';
import { framesOf } from './engine-pictures.ts';
import { freePort } from './free-port.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** More than a share of one core can encode in time. */
const tiers = [
  { tierId: '1080p30', width: 1920, height: 1080, fps: 30, bitrateKbps: 4000 },
  { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 400 },
];

test('a picture that gets too little of the processor leaves something out, in order, and flows on', async () => {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  const shed: string[] = [];
  picture.onEvent((event) => event.event === 'shed' && shed.push(event.what));
  await picture.request('configure', { tiers, preset: 'veryfast' });
  const out = await openReceiver();
  closers.push(() => out.close());
  const rtp = { remote: { ip: '127.0.0.1', port: out.port }, payloadType: 97, ssrc: 7777, cname: 'room-1@rostrum' };
  await picture.request('openOutput', { tierId: '1080p30', rtp });
  await picture.request('setWanted', { tierIds: ['1080p30'] });
  await until(() => framesOf(out.rtp).length > 5, 'it flows');
  await showNoise(picture);

  // All its threads on one core, which others want as well, and a picture that is dear to encode.
  const rival = launch('fakesrc silent=true ! fakesink silent=true');
  closers.push(() => rival.stop());
  pin(rival.process.pid ?? 0);
  pin(picture.pid);
  await until(() => shed.length > 1, 'half the frames are left out', 25_000);
  expect(['transitions', 'frameRate', 'tier'].slice(0, shed.length)).toEqual(shed);
  const before = framesOf(out.rtp).length;
  await until(() => framesOf(out.rtp).length > before + 3, 'it flows on');
  expect((await picture.request('stats', {})).shed).toBe(shed.at(-1));
}, 45_000);

function pin(pid: number): void {
  execFileSync('taskset', ['-a', '-p', '-c', '0', String(pid)], { stdio: 'ignore' });
}

async function showNoise(picture: EngineProcess<PictureContract>): Promise<void> {
  const remote = { ip: '127.0.0.1', port: await freePort() };
  const rtp = { ssrc: 1, payloadType: 96, codec: 'VP8' as const, clockRate: 90_000, remote };
  const { rtpPort } = await picture.request('addInput', { inputId: 'noise', rtp });
  const camera = launch(
    `videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=180,framerate=15/1 ! vp8enc deadline=1 cpu-used=8 target-bitrate=2000000 keyframe-max-dist=30 ! rtpvp8pay pt=96 ssrc=1 ! udpsink host=127.0.0.1 port=${rtpPort}`,
  );
  closers.push(() => camera.stop());
  await picture.request('setScene', { tiles: [{ inputId: 'noise', label: '', x: 0, y: 0, w: 1, h: 1 }] });
}
