import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Explained } from '../../infra/bootstrap.mjs';
import { cacheName, workerBinary } from '../../infra/worker.ts';

test('a worker is cached by version, platform and the release whose libraries it links', () => {
  const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';
  expect(cacheName('3.27.1', debian)).toMatch(/^mediasoup-worker-3\.27\.1-linux-\w+-debian12-r\d+$/);
  expect(cacheName('3.27.1', 'ID=debian\nVERSION_CODENAME=forky\n')).toContain('-debianforky-');
  expect(cacheName('3.27.1', '')).toContain('-unknown-');
});

test('a given worker that does not start is refused before anything runs', async () => {
  await expect(workerBinary({ MEDIASOUP_WORKER_BIN: '/bin/true' })).rejects.toBeInstanceOf(Explained);
  await expect(workerBinary({ MEDIASOUP_WORKER_BIN: '/nowhere' })).rejects.toBeInstanceOf(Explained);
});

// mediasoup's own library drives the binary that this machine obtained.
describe('the worker at work', () => {
  let worker: types.Worker | undefined;

  beforeAll(async () => {
    // mediasoup reads the variable when it is loaded.
    process.env.MEDIASOUP_WORKER_BIN = await workerBinary();
    const mediasoup = await import('mediasoup');
    worker = await mediasoup.createWorker({ logLevel: 'warn' });
  }, 600_000);

  afterAll(() => worker?.close());

  function openRouter(options?: types.RouterOptions): Promise<types.Router> {
    if (!worker) throw new Error('no worker');
    return worker.createRouter(options);
  }

  test('a WebRTC transport listens and offers DTLS', async () => {
    const router = await openRouter({
      mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 }],
    });
    const transport = await router.createWebRtcTransport({
      listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
      enableSctp: true,
    });
    expect(transport.iceCandidates[0]).toMatchObject({ protocol: 'udp', ip: '127.0.0.1' });
    expect(transport.dtlsParameters.fingerprints.map(({ algorithm }) => algorithm)).toContain('sha-256');
    router.close();
  });

  test('plain transports carry SRTP in each suite that codecs use', async () => {
    const router = await openRouter();
    for (const srtpCryptoSuite of ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM'] as const) {
      const transport = await router.createPlainTransport({
        listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
        enableSrtp: true,
        srtpCryptoSuite,
      });
      expect(transport.tuple.localPort).toBeGreaterThan(0);
      expect(transport.srtpParameters?.cryptoSuite).toBe(srtpCryptoSuite);
    }
    router.close();
  });

  test('a layer that arrives is not taken for dead, however much of it is lost', async () => {
    const { transport, producer, send } = await openPicture();
    for (let packet = 1; packet <= 200; packet++) {
      send(5 * packet);
      if (packet % 20 === 0) transport.sendRtcp(senderReport());
    }
    const [stat] = await producer.getStats();
    expect(stat).toMatchObject({ packetCount: 200, score: 1 });
    transport.close();
  });

  test('what was lost before a silence is not asked for again, but for a few packets', async () => {
    const { transport, producer, send } = await openPicture();
    const askedAfter = async (sequenceNumber: number) => {
      send(sequenceNumber);
      await sleep(300);
      return (await producer.getStats())[0]?.nackPacketCount ?? 0;
    };
    await askedAfter(1);
    await askedAfter(2);
    const first = await askedAfter(40);
    expect(first).toBeGreaterThanOrEqual(37);
    // Each is asked for ten times within a second, unless it comes.
    await sleep(2_200);
    const all = await askedAfter(41);
    await sleep(2_200);
    expect(await askedAfter(90)).toBe(all);
    await sleep(2_200);
    expect(await askedAfter(95)).toBeGreaterThan(all);
    transport.close();
  });

  /** One picture stream whose packets the test sends itself. */
  async function openPicture() {
    const mimeType = 'video/VP8';
    const router = await openRouter({ mediaCodecs: [{ kind: 'video', mimeType, clockRate: 90_000 }] });
    const transport = await router.createDirectTransport();
    const producer = await transport.produce({
      kind: 'video',
      rtpParameters: {
        codecs: [{ mimeType, payloadType: 96, clockRate: 90_000, rtcpFeedback: [{ type: 'nack' }] }],
        encodings: [{ ssrc: SSRC }],
      },
    });
    return { transport, producer, send: (sequenceNumber: number) => producer.send(picturePacket(sequenceNumber)) };
  }
});

const SSRC = 4711;

/** RFC 3550 5.1, and the beginning of a VP8 frame that is no key frame (RFC 7741 4.2, 4.3). */
function picturePacket(sequenceNumber: number): Buffer {
  const packet = Buffer.alloc(40);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(0x80 | 96, 1);
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(sequenceNumber * 3_000, 4);
  packet.writeUInt32BE(SSRC, 8);
  packet.writeUInt8(0x10, 12);
  packet.writeUInt8(0x01, 13);
  return packet;
}

/** RFC 3550 6.4.1, without a report block. */
function senderReport(): Buffer {
  const report = Buffer.alloc(28);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(200, 1);
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(SSRC, 4);
  return report;
}
