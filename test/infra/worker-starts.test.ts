// The worker that the machine obtained, at work: mediasoup's own library drives it.

import type { types } from 'mediasoup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workerBinary } from '../../infra/worker.ts';

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
