/** What a line test sends down, through a real worker: an ordinary picture stream at the wanted rate. */
import * as mediasoup from 'mediasoup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routerCodecs } from '../../server/media/codecs.ts';
import { TestSource } from '../../server/media/test-source.ts';
import { pause } from './media-fixture.ts';

const LOOPBACK = { protocol: 'udp', ip: '127.0.0.1' } as const;
let worker: mediasoup.types.Worker;
beforeAll(async () => {
  worker = await mediasoup.createWorker({ logLevel: 'warn' });
}, 30_000);
afterAll(() => worker.close());

test('REG-18 it passes at once, at the rate that is wanted, with nothing lost, and stops when it is told to', async () => {
  const router = await worker.createRouter({ mediaCodecs: routerCodecs('vp8') });
  const into = await router.createPlainTransport({ listenInfo: LOOPBACK, rtcpMux: true, comedia: true });
  const out = await router.createDirectTransport();
  const source = new TestSource();
  const producer = await into.produce({
    kind: 'video',
    rtpParameters: source.rtpParameters as mediasoup.types.RtpParameters,
  });
  const consumer = await out.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
  const packets: Buffer[] = [];
  consumer.on('rtp', (packet) => packets.push(packet));
  source.send(400, 200);
  source.sendTo(into.tuple.localAddress, into.tuple.localPort);
  await pause(1_000);
  // Each packet is a key frame: a consumer that begins waits for none.
  expect(packets.length).toBeGreaterThan(100);

  const measured: number[] = [];
  for (const kbps of [600, 4_000]) {
    source.send(kbps, 1_200);
    await pause(300);
    const from = packets.length;
    const began = performance.now();
    await pause(2_000);
    // IP, UDP and SRTP come to what is counted here.
    measured.push(((packets.length - from) * 1_200 * 8) / (performance.now() - began) / kbps);
  }
  for (const share of measured) expect(Math.abs(share - 1)).toBeLessThan(0.25);

  const [stat] = await producer.getStats();
  expect(stat).toMatchObject({ packetsLost: 0 });
  source.send(0, 1_200);
  await pause(300);
  const stopped = packets.length;
  await pause(500);
  expect(packets.length).toBe(stopped);
  source.close();
  source.close();
  router.close();
}, 20_000);
