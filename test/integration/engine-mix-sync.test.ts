import { afterEach, expect, test } from 'vitest';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import { addListener, startMix } from './engine-mix-peers.ts';
import { cacheFolder, fromReportClock, openReceiver, type Receiver, recordingLogger, until } from './engine-peers.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/**
 * By how many ms each packet left after what it carries had come in: its sender's reports tell when that was (RFC 3550
 * 6.4.1). The median, for the machine is busy.
 */
function latencyOf({ rtp, rtcp }: Receiver, clockRate: number): number {
  const report = rtcp.findLast(({ bytes }) => bytes[1] === 200)?.bytes;
  if (report === undefined) return Number.NaN;
  const reportedMs = fromReportClock(report);
  const reportRtp = report.readUInt32BE(16);
  const latencies = rtp.slice(-100).map(({ at, bytes }) => {
    const capturedMs = reportedMs + (1000 * ((bytes.readUInt32BE(4) - reportRtp) | 0)) / clockRate;
    return at - capturedMs;
  });
  return latencies.sort((a, b) => a - b)[latencies.length >> 1] ?? Number.NaN;
}

const namesOf = ({ rtcp }: Receiver) => rtcp.some(({ bytes }) => bytes.includes('room-1@rostrum'));

test('the picture and the mix of a moment leave together', async () => {
  const mix = await startMix(closers);
  const { receiver: sound } = await addListener(closers, mix, 'room', { ssrc: 9000 });
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => picture.stop());
  const seen = await openReceiver();
  closers.push(() => seen.close());
  const tier = { tierId: '360p25', width: 640, height: 360, fps: 25, bitrateKbps: 500 };
  await picture.request('configure', { tiers: [tier] });
  const remote = { ip: '127.0.0.1', port: seen.port };
  const rtp = { remote, payloadType: 96, ssrc: 8000, cname: 'room-1@rostrum' };
  await picture.request('openOutput', { tierId: tier.tierId, rtp });
  await picture.request('setWanted', { tierIds: [tier.tierId] });
  await until(
    () => [sound, seen].every((to) => to.rtp.length > 200 && !Number.isNaN(latencyOf(to, 1))),
    'both are sent and reported',
    15_000,
  );
  const [soundMs, pictureMs] = [latencyOf(sound, 48_000), latencyOf(seen, 90_000)];
  // Within what nobody notices: the sound 45 ms ahead of the picture, or 125 behind it.
  expect(pictureMs - soundMs, `picture ${pictureMs} ms, sound ${soundMs} ms`).toBeLessThan(45);
  expect(soundMs - pictureMs, `picture ${pictureMs} ms, sound ${soundMs} ms`).toBeLessThan(125);
  // One name, by which receivers keep them in step (RFC 3550 6.5.1).
  expect([sound, seen].map(namesOf)).toEqual([true, true]);
}, 40_000);
