import type { types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Explained } from '../../infra/bootstrap.mjs';
import { cacheName, prebuiltUrl, workerBinary } from '../../infra/worker.ts';

test('a worker is cached by version, platform and the release whose libraries it links', () => {
  const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';
  expect(cacheName('3.27.1', debian)).toMatch(/^mediasoup-worker-3\.27\.1-linux-\w+-debian12-r\d+$/);
  expect(cacheName('3.27.1', 'ID=debian\nVERSION_CODENAME=forky\n')).toContain('-debianforky-');
  expect(cacheName('3.27.1', '')).toContain('-unknown-');
});

test('the prebuilt worker is where mediasoup publishes it, or at the mirror it can be told', () => {
  const repository = 'git+https://github.com/versatica/mediasoup.git';
  expect(prebuiltUrl('3.27.1', repository, {})).toMatch(
    /^https:\/\/github\.com\/versatica\/mediasoup\/releases\/download\/3\.27\.1\/mediasoup-worker-3\.27\.1-linux-\w+-kernel\d+\.tgz$/,
  );
  expect(prebuiltUrl('3.27.1', repository, { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: 'http://mirror' })).toMatch(
    /^http:\/\/mirror\/3\.27\.1\//,
  );
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
});
