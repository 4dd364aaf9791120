import { createWorker, type types } from 'mediasoup';
import { newStream, PICTURE } from './_room-media.ts';

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
    const rtpParameters = newStream(PICTURE).rtpParameters as types.RtpParameters;
    const producer = await transport.produce({ kind: 'video', rtpParameters });
    const receiving = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
    const consumer = await receiving.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
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
