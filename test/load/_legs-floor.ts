import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { freePort } from '../integration/free-port.ts';
import { LightLine } from '../integration/light-line.ts';

import type { Clip } from '../integration/rtp-clips.ts';
import { coresOver } from './_cost.ts';

export interface Floor {
  corePerLeg: number;
  /** In both directions together, of one leg. */
  packetsPerSecond: number;
}

/** What a process costs that passes on what so many legs receive and send: the same packets once each way. */
export async function measureFloor(clips: readonly Clip[], legs: number, seconds: number): Promise<Floor> {
  const streams = 2 * legs * clips.length;
  const sink = await freePort();
  const script = fileURLToPath(new URL('_legs-relay.ts', import.meta.url));
  const relay = fork(script, [String(streams), String(sink)]);
  const lines: LightLine[] = [];
  try {
    const [answer] = await once(relay, 'message');
    for (const [index, port] of z.number().array().parse(answer).entries()) {
      const clip = clips[index % clips.length];
      if (!clip) throw new Error('nothing to send');
      const line = await LightLine.open(clip);
      lines.push(line);
      line.start({ ip: '127.0.0.1', port, rtcpPort: sink }, 96);
    }
    await sleep(2000);
    const sent = () => lines.reduce((sum, line) => sum + line.sent, 0);
    const before = sent();
    const cores = await coresOver([relay.pid ?? 0], seconds);
    const packetsPerSecond = Math.round((sent() - before) / seconds / legs);
    return { corePerLeg: Math.round((cores / legs) * 10_000) / 10_000, packetsPerSecond };
  } finally {
    relay.kill();
    for (const line of lines) line.close();
  }
}
