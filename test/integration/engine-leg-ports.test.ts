/** Where a leg's packets come from and how they are marked. */
import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { legContract } from '../../gateway/engine/leg-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import { freeSipPort } from './baresip.ts';
import { closeAfterEach } from './closers.ts';
import { openPeer, sendFrom, startLeg, toneSource } from './engine-leg-peers.ts';
import { cacheFolder, recordingLogger, until } from './engine-peers.ts';

const run = promisify(execFile);
const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();

/** The type of service of whatever is bound to a port, in the kernel's own words; undefined when nothing is. */
async function markOf(port: number): Promise<string | undefined> {
  const { stdout } = await run('ss', ['-H', '-u', '-a', '-n', '--tos', `sport = :${port}`]);
  return /(?:tos|tclass):(0x[0-9a-f]+)/.exec(stdout)?.[1];
}

async function openLegIn(min: number, max: number, camera: boolean) {
  const leg = await startEngine(legContract, { logger: recordingLogger(), cacheFolder });
  closers.push(() => leg.stop());
  const bindAddress = '127.0.0.1';
  return {
    leg,
    opened: await leg.request('open', { audio: true, video: true, camera, bindAddress, portRange: { min, max } }),
  };
}

test.each([
  { bindAddress: '127.0.0.1', mark: 'tos' },
  { bindAddress: '::1', mark: 'traffic class' },
])(
  'sound is marked EF, pictures and what belongs to them AF41, RTP and RTCP, on $bindAddress',
  limits,
  async ({ bindAddress }) => {
    const { audioPort, videoPort, contentPort, cameraPort } = await startLeg(closers, {
      bindAddress,
      content: true,
      camera: true,
    });
    // RFC 4594 4.1 and 4.3: 46 and 34, above the two bits of congestion notification.
    for (const port of [audioPort, audioPort + 1]) expect(await markOf(port)).toBe('0xb8');
    for (const port of [videoPort, contentPort, cameraPort]) {
      expect(await markOf(port)).toBe('0x88');
      expect(await markOf(port + 1)).toBe('0x88');
    }
  },
);

test(
  'all ports lie within the range, RTP even and RTCP next; a range that is used up is told, and comes free again',
  limits,
  async () => {
    const min = 2 * Math.ceil((await freeSipPort()) / 2);
    // Two pairs and a half.
    const max = min + 4;
    await expect(openLegIn(min, max, true)).rejects.toMatchObject({ code: 'noFreePort' });
    const first = await openLegIn(min, max, false);
    expect([first.opened.audioPort, first.opened.videoPort].sort()).toEqual([min, min + 2]);
    await expect(openLegIn(min, max, false)).rejects.toMatchObject({ code: 'noFreePort' });
    await first.leg.stop();
    const second = await openLegIn(min, max, false);
    expect([second.opened.audioPort, second.opened.videoPort].sort()).toEqual([min, min + 2]);
  },
);

test('sound passes both ways over IPv6, and goes back to where it comes from', limits, async () => {
  const { leg, logger, audioPort } = await startLeg(closers, { bindAddress: '::1' });
  const server = await openPeer(closers);
  await leg.request('sendAudio', {
    remote: { ip: '127.0.0.1', port: server.port },
    payloadType: 100,
    ssrc: 1111,
    cname: 'leg-1',
  });
  const [told, real] = [await openSocket(), await openSocket()];
  await leg.request('connectEndpoint', {
    audio: {
      remote: { ip: '::1', port: told.port, rtcpPort: told.port },
      codec: 'PCMA',
      payloadType: 8,
      direction: 'sendrecv',
    },
  });
  await until(() => told.received() > 10, 'packets to the address of the SDP');
  const peer = {
    ...(await openPeer(closers)),
    send: (bytes: Buffer, port: number) => real.socket.send(bytes, port, '::1'),
  };
  await sendFrom(closers, peer, audioPort, `${toneSource(440)} ! alawenc ! rtppcmapay pt=8`);
  await until(() => real.received() > 20, 'packets to where its own come from');
  await until(async () => ((await leg.request('stats', {})).audio?.received.packets ?? 0) > 20, 'and they are heard');
  expect(server.rtp.length).toBeGreaterThan(10);
  expect(logger.lines).toEqual([]);
});

async function openSocket(): Promise<{ socket: Socket; port: number; received(): number }> {
  const socket = createSocket('udp6');
  let count = 0;
  socket.on('message', () => {
    count += 1;
  });
  socket.bind(0, '::1');
  await once(socket, 'listening');
  closers.push(() => socket.close());
  return { socket, port: socket.address().port, received: () => count };
}
