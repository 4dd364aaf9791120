import { createWorker, type types } from 'mediasoup';
import { newCamera, packetOf, WATCHED } from './_room-media.ts';

const READINGS = 3_000;
/** As many as the sweep asks for at once. */
const AT_ONCE = 30;

/** What a worker needs to say the statistics of a transport, a producer or a consumer: CPU seconds, on the average of the three. */
export async function secondsOfReading(): Promise<number> {
  const worker = await createWorker({ logLevel: 'error' });
  try {
    const mediaCodecs = [{ kind: 'video' as const, mimeType: 'video/VP8', clockRate: 90_000 }];
    const router = await worker.createRouter({ mediaCodecs });
    const transport = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
    const direct = await router.createDirectTransport();
    const camera = newCamera();
    const rtpParameters = camera.rtpParameters as types.RtpParameters;
    const producer = await direct.produce({ kind: 'video', rtpParameters });
    const consumer = await direct.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    for (const [layer, shape] of WATCHED.entries()) {
      const stream = { shape, ssrc: camera.ssrcs[layer] ?? 0, sequenceNumber: 1 };
      // What never came has no statistics.
      producer.send(packetOf(stream, { tick: 0, index: 0, isKey: true, wideNumber: layer }));
    }
    const all = [transport, producer, consumer];
    const begun = await usedBy(worker);
    for (let done = 0; done < READINGS; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => all[i % all.length]?.getStats()));
    }
    return ((await usedBy(worker)) - begun) / READINGS;
  } finally {
    worker.close();
  }
}

async function usedBy(worker: types.Worker): Promise<number> {
  const { ru_utime: user, ru_stime: system } = await worker.getResourceUsage();
  return (user + system) / 1000;
}
