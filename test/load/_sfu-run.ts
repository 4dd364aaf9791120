import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker, type types } from 'mediasoup';
import type { SrtpKey } from '../../gateway/engine/leg-protocol.ts';
import { randomSrtpKey } from '../integration/srtp.ts';
import { PictureSender, type PictureShape, packetsPerSecond } from './_sfu-picture.ts';

const SUITE = 'AEAD_AES_256_GCM';
const LOOPBACK = { protocol: 'udp' as const, ip: '127.0.0.1' };

export interface Load {
  shape: PictureShape;
  senders: number;
  /** Each has a transport of its own and receives as many streams of these senders. */
  receivers: number;
  streamsPerReceiver: number;
  encrypted: boolean;
  /** Where everything goes that is sent. */
  sink: number;
}

export interface Cost {
  /** Of one core, while it lasts. */
  cores: number;
  packetsPerSecond: number;
  mbitPerSecond: number;
  consumers: number;
}

/** What one worker needs for a load, over so many seconds, as the worker itself counts. */
export async function measureWorker(load: Load, seconds: number): Promise<Cost> {
  const worker = await createWorker({ logLevel: 'error' });
  const senders: PictureSender[] = [];
  try {
    const router = await worker.createRouter({
      mediaCodecs: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 }],
    });
    const producers: types.Producer[] = [];
    for (let index = 0; index < load.senders; index++) producers.push(await produce(router, load, senders, index));
    const consumers: types.Consumer[] = [];
    for (let index = 0; index < load.receivers; index++)
      consumers.push(...(await receive(router, load, producers, index)));
    await sleep(3000);
    const before = await sent(consumers);
    const [used, begun] = [await cpuSeconds(worker), performance.now()];
    await sleep(seconds * 1000);
    const [cpu, took] = [(await cpuSeconds(worker)) - used, (performance.now() - begun) / 1000];
    const after = await sent(consumers);
    const cost = {
      cores: cpu / took,
      packetsPerSecond: (after.packets - before.packets) / took,
      mbitPerSecond: (8 * (after.bytes - before.bytes)) / took / 1e6,
      consumers: consumers.length,
    };
    const due = consumers.length * packetsPerSecond(load.shape);
    if (cost.packetsPerSecond < 0.9 * due) throw new Error(`only ${cost.packetsPerSecond} of ${due} packets a second`);
    return cost;
  } finally {
    for (const sender of senders) sender.close();
    worker.close();
  }
}

async function produce(router: types.Router, load: Load, senders: PictureSender[], index: number) {
  const key = load.encrypted ? randomSrtpKey(SUITE) : undefined;
  const transport = await openTransport(router, load.encrypted);
  const sender = await PictureSender.open(10_000 + index, load.shape, key);
  senders.push(sender);
  const producer = await transport.produce({ kind: 'video', rtpParameters: sender.rtpParameters });
  // With `comedia` only the keys are told.
  if (key) await transport.connect({ srtpParameters: srtpParameters(key) });
  sender.start(transport.tuple.localPort);
  return producer;
}

async function receive(router: types.Router, load: Load, producers: types.Producer[], index: number) {
  const transport = await router.createPlainTransport({
    listenInfo: LOOPBACK,
    rtcpMux: true,
    comedia: false,
    ...srtp(load.encrypted),
  });
  const key = load.encrypted ? { srtpParameters: srtpParameters(randomSrtpKey(SUITE)) } : {};
  await transport.connect({ ip: '127.0.0.1', port: load.sink, ...key });
  const consumers: types.Consumer[] = [];
  for (let stream = 0; stream < load.streamsPerReceiver; stream++) {
    const producer = producers[(index + stream) % producers.length];
    if (!producer) throw new Error('nothing is sent');
    consumers.push(await transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities }));
  }
  return consumers;
}

function openTransport(router: types.Router, encrypted: boolean): Promise<types.PlainTransport> {
  return router.createPlainTransport({ listenInfo: LOOPBACK, rtcpMux: true, comedia: true, ...srtp(encrypted) });
}

function srtp(encrypted: boolean) {
  return encrypted ? { enableSrtp: true, srtpCryptoSuite: SUITE as types.SrtpCryptoSuite } : {};
}

function srtpParameters({ key }: SrtpKey): types.SrtpParameters {
  return { cryptoSuite: SUITE, keyBase64: key };
}

async function cpuSeconds(worker: types.Worker): Promise<number> {
  const { ru_utime, ru_stime } = await worker.getResourceUsage();
  return (ru_utime + ru_stime) / 1000;
}

async function sent(consumers: readonly types.Consumer[]): Promise<{ packets: number; bytes: number }> {
  const total = { packets: 0, bytes: 0 };
  for (const consumer of consumers) {
    for (const stat of await consumer.getStats()) {
      if (stat.type !== 'outbound-rtp') continue;
      total.packets += stat.packetCount;
      total.bytes += stat.byteCount;
    }
  }
  return total;
}
