// What one core of the SFU carries: pictures of 1.5 Mbit/s and thumbnails of 150 kbit/s, encrypted (AEAD_AES_256_GCM) in and
// out, over plain transports (no DTLS, no congestion control). Prints {"mbitPerCore":…,"thumbnailConsumersPerCore":…,
// "packetsPerCoreSecond":…,"floor":…,"peer":…}: `floor` is the same worker without encryption, `peer` a process of Node that
// does nothing but pass the same packets on.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { coresOver } from './_cost.ts';
import { PictureSender, picture, thumbnail } from './_sfu-picture.ts';
import { type Cost, type Load, measureWorker } from './_sfu-run.ts';

const SECONDS = 8;
const PASSED_ON = 40;

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const sinkProcess = fork(script('_sfu-sink.ts'));
try {
  const sink = z.number().parse((await once(sinkProcess, 'message'))[0]);
  const pictures = { shape: picture, senders: 4, receivers: 100, streamsPerReceiver: 1, sink };
  const thumbnails = { shape: thumbnail, senders: 20, receivers: 10, streamsPerReceiver: 80, sink };
  const big = await show('pictures', { ...pictures, encrypted: true });
  const small = await show('thumbnails', { ...thumbnails, encrypted: true });
  const floor = [
    await show('pictures', { ...pictures, encrypted: false }),
    await show('thumbnails', { ...thumbnails, encrypted: false }),
  ] as const;
  const peer = await measurePeer(sink);
  process.stdout.write(`${JSON.stringify({ ...figures(big, small), floor: figures(...floor), peer })}\n`);
} finally {
  sinkProcess.kill('SIGKILL');
}

function figures(pictures: Cost, thumbnails: Cost) {
  return {
    mbitPerCore: Math.round(pictures.mbitPerSecond / pictures.cores),
    thumbnailConsumersPerCore: Math.round(thumbnails.consumers / thumbnails.cores),
    packetsPerCoreSecond: Math.round(pictures.packetsPerSecond / pictures.cores),
  };
}

async function show(what: string, load: Load): Promise<Cost> {
  const cost = await measureWorker(load, SECONDS);
  const means = load.encrypted ? 'encrypted' : 'bare';
  process.stderr.write(
    `${cost.consumers} ${what}, ${means}: ${cost.cores.toFixed(3)} cores, ${Math.round(cost.mbitPerSecond)} Mbit/s\n`,
  );
  return cost;
}

/** Each packet is received and sent once, where the SFU receives one and sends it many times. */
async function measurePeer(sink: number) {
  const relay = fork(script('_legs-relay.ts'), [String(PASSED_ON), String(sink)]);
  const senders: PictureSender[] = [];
  try {
    for (const port of z
      .number()
      .array()
      .parse((await once(relay, 'message'))[0])) {
      const sender = await PictureSender.open(port, picture, undefined);
      senders.push(sender);
      sender.start(port);
    }
    const cores = await coresOver([relay.pid ?? 0], SECONDS);
    return { mbitPerCore: Math.round((PASSED_ON * 1.5) / cores) };
  } finally {
    for (const sender of senders) sender.close();
    relay.kill();
  }
}
