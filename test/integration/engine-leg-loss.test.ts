/** Bad lines and strangers: the leg goes on, and what was ill heals by itself. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ConnectEndpoint } from '../../gateway/engine/leg-protocol.ts';
import { closeAfterEach } from './closers.ts';
import { colourSource, listen, openPeer, sendFrom, startLeg, toneSource } from './engine-leg-peers.ts';
import { local } from './engine-leg-pictures.ts';
import { longestGap, type Receiver, sleep, until } from './engine-peers.ts';
import { seededRandom } from './random.ts';

const limits = { timeout: 120_000, retry: 2 };
const closers = closeAfterEach();

type Audio = NonNullable<ConnectEndpoint['audio']>;

const codecs = [
  { codec: 'PCMA' as const, payloadType: 8, encode: 'alawenc ! rtppcmapay pt=8 min-ptime=20000000 max-ptime=20000000' },
  {
    codec: 'PCMU' as const,
    payloadType: 0,
    encode: 'mulawenc ! rtppcmupay pt=0 min-ptime=20000000 max-ptime=20000000',
  },
  {
    codec: 'G722' as const,
    payloadType: 9,
    encode: 'audio/x-raw,rate=16000 ! avenc_g722 ! rtpg722pay pt=9 min-ptime=20000000 max-ptime=20000000',
  },
  {
    codec: 'opus' as const,
    payloadType: 96,
    encode: 'audio/x-raw,rate=48000 ! opusenc inband-fec=true packet-loss-percentage=5 ! rtpopuspay pt=96',
  },
];

async function startAudio(audio: Partial<Audio> = {}) {
  const started = await startLeg(closers);
  const { leg } = started;
  const server = await openPeer(closers);
  const heard = await listen(
    closers,
    server,
    'encoding-name=OPUS,payload=100,clock-rate=48000',
    'rtpopusdepay ! opusdec',
  );
  await leg.request('sendAudio', { remote: local(server.port), payloadType: 100, ssrc: 1111, cname: 'leg-1' });
  const endpoint = await openPeer(closers);
  await leg.request('connectEndpoint', {
    audio: {
      remote: { ...local(endpoint.port), rtcpPort: endpoint.port },
      codec: 'PCMA',
      payloadType: 8,
      direction: 'sendrecv',
      ...audio,
    },
  });
  return { ...started, server, heard, endpoint };
}

/** What a peer sends, over a line that loses a part of it and delays each packet by up to `jitterMs`. */
function badLine(peer: Receiver, line: { loss: number; jitterMs: number; cut: boolean }): Receiver {
  const random = seededRandom(7);
  const under = new Set<NodeJS.Timeout>();
  closers.push(() => under.forEach(clearTimeout));
  return {
    ...peer,
    send(bytes, port) {
      if (line.cut || random() < line.loss) return;
      const timer = setTimeout(() => {
        under.delete(timer);
        peer.send(bytes, port);
      }, random() * line.jitterMs);
      under.add(timer);
    },
  };
}

test.each(codecs)(
  '$codec: with 5 % loss, 200 ms jitter and reordering the sound goes on',
  limits,
  async ({ codec, payloadType, encode }) => {
    const { audioPort, endpoint, heard, server, events, logger } = await startAudio({ codec, payloadType });
    const line = { loss: 0, jitterMs: 0, cut: false };
    await sendFrom(closers, badLine(endpoint, line), audioPort, `${toneSource(440)} ! ${encode} ssrc=5`);
    await until(async () => (await heard.level(440)) > -20, 'the tone is heard');
    await sleep(600);
    const clean = await heard.level(440);
    Object.assign(line, { loss: 0.05, jitterMs: 200 });
    // The buffer learns how late packets are.
    await sleep(3000);
    const from = server.rtp.length;
    const levels: number[] = [];
    for (let look = 0; look < 8; look++) {
      await sleep(500);
      levels.push(await heard.level(440));
    }
    expect(Math.max(...levels)).toBeLessThan(clean + 3);
    expect(Math.min(...levels)).toBeGreaterThan(clean - 8);
    expect(longestGap(server.rtp.slice(from))).toBeLessThan(400);
    expect(events.some(({ event }) => event === 'error')).toBe(false);
    expect(logger.lines).toEqual([]);
  },
);

test('after a cut of 30 s sound and picture are back without a new call', limits, async () => {
  const { leg, audioPort, videoPort, endpoint, heard, events } = await startAudio();
  const eye = await openPeer(closers);
  const serverEye = await openPeer(closers);
  await leg.request('sendVideo', { remote: local(serverEye.port), payloadType: 102, ssrc: 2222, cname: 'leg-1' });
  await leg.request('connectEndpoint', {
    audio: plainAudio(endpoint),
    video: guardedVideo(eye, 'none'),
  });
  const line = { loss: 0, jitterMs: 0, cut: false };
  await sendFrom(closers, badLine(endpoint, line), audioPort, `${toneSource(440)} ! alawenc ! rtppcmapay pt=8`);
  await sendFrom(closers, badLine(eye, line), videoPort, colourSource('0xff2040c0', 25, 'pt=97 mtu=1200'));
  await until(async () => (await heard.level(440)) > -20, 'the tone is heard');
  await until(() => serverEye.rtp.length > 50, 'the picture flows');
  line.cut = true;
  await sleep(30_000);
  expect(await heard.level(440)).toBeLessThan(-60);
  const { audio } = await leg.request('stats', {});
  expect(audio?.received.lastPacketMs).toBeGreaterThan(25_000);
  const pictures = serverEye.rtp.length;
  line.cut = false;
  await until(async () => (await heard.level(440)) > -20, 'the tone is back', 5000);
  await until(() => serverEye.rtp.length > pictures + 30, 'the picture is back', 8000);
  expect(events.some(({ event }) => event === 'error')).toBe(false);
});

test(
  'strangers are not heard while the endpoint sends; when it is silent, another address may follow',
  limits,
  async () => {
    const { leg, audioPort, endpoint, heard } = await startAudio();
    const tone = await sendFrom(closers, endpoint, audioPort, `${toneSource(440)} ! alawenc ! rtppcmapay pt=8 ssrc=77`);
    await until(async () => (await heard.level(440)) > -20, 'the endpoint is heard');
    const [otherSsrc, sameSsrc] = [await openPeer(closers), await openPeer(closers)];
    const strangers = [
      await sendFrom(closers, otherSsrc, audioPort, `${toneSource(1000)} ! alawenc ! rtppcmapay pt=8 ssrc=666`),
      await sendFrom(closers, sameSsrc, audioPort, `${toneSource(1500)} ! alawenc ! rtppcmapay pt=8 ssrc=77`),
    ];
    await sleep(3000);
    const [before, stolen] = [endpoint.rtp.length, otherSsrc.rtp.length + sameSsrc.rtp.length];
    expect(await heard.level(440)).toBeGreaterThan(-22);
    expect(await heard.level(1000)).toBeLessThan(-45);
    expect(await heard.level(1500)).toBeLessThan(-45);
    await sleep(500);
    expect(endpoint.rtp.length).toBeGreaterThan(before);
    expect(stolen, 'nothing is sent to strangers').toBe(0);
    await strangers[0]?.stop();
    await strangers[1]?.stop();
    await tone.stop();
    await sleep(1500);
    const moved = await openPeer(closers);
    await sendFrom(closers, moved, audioPort, `${toneSource(700)} ! alawenc ! rtppcmapay pt=8 ssrc=77`);
    await until(async () => (await heard.level(700)) > -20, 'the endpoint behind another port is heard');
    await until(() => moved.rtp.length > 10, 'and gets its packets there');
    await leg.request('stats', {});
  },
);

/** What no endpoint should send. */
function garbage(random: () => number): Buffer[] {
  const header = (type: number, rest: Buffer) =>
    Buffer.concat([Buffer.from([0x80, type, 0, 1, 0, 0, 0, 1, 0, 0, 0, 77]), rest]);
  return [
    Buffer.alloc(0),
    Buffer.from([0x80]),
    Buffer.alloc(12),
    randomBytes(1 + Math.floor(random() * 1400)),
    header(8, Buffer.alloc(0)),
    Buffer.concat([Buffer.from([0xbf]), header(8, randomBytes(40)).subarray(1)]),
    header(200, Buffer.from('0006ffffffff', 'hex')),
    header(97, randomBytes(30)),
    Buffer.from([0x16, 0xfe, 0xff, ...randomBytes(60)]),
    header(101, Buffer.from([255])),
    Buffer.alloc(60_000, 0x80),
  ];
}

test.each([{ kind: 'none' as const }, { kind: 'sdes' as const }, { kind: 'dtls' as const }])(
  'garbage on every port does no harm, security: $kind',
  limits,
  async ({ kind }) => {
    const { leg, logger, events, audioPort, videoPort, endpoint, heard } = await startAudio({ dtmfPayloadType: 101 });
    const random = seededRandom(3);
    const [stranger, eye] = [await openPeer(closers), await openPeer(closers)];
    await leg.request('connectEndpoint', { audio: plainAudio(endpoint), video: guardedVideo(eye, kind) });
    const tone = await sendFrom(closers, endpoint, audioPort, `${toneSource(440)} ! alawenc ! rtppcmapay pt=8 ssrc=77`);
    await until(async () => (await heard.level(440)) > -20, 'the endpoint is heard');
    for (let round = 0; round < 60; round++) {
      for (const bytes of garbage(random)) {
        for (const port of [audioPort, audioPort + 1, videoPort, videoPort + 1]) stranger.send(bytes, port);
        for (const port of [audioPort + 1, videoPort]) endpoint.send(bytes, port);
      }
      await sleep(20);
    }
    await until(async () => (await heard.level(440)) > -20, 'the endpoint is heard as before');
    await tone.stop();
    expect((await leg.request('stats', {})).audio?.received.packets).toBeGreaterThan(50);
    expect(events.filter(({ event }) => event === 'error' || event === 'digit')).toEqual([]);
    expect(logger.lines).toEqual([]);
  },
);

function plainAudio({ port }: Receiver): Audio {
  const remote = { ...local(port), rtcpPort: port };
  return { remote, codec: 'PCMA', payloadType: 8, dtmfPayloadType: 101, direction: 'sendrecv' };
}

function guardedVideo({ port }: Receiver, kind: 'none' | 'sdes' | 'dtls'): ConnectEndpoint['video'] {
  const key = { suite: 'AES_CM_128_HMAC_SHA1_80' as const, key: randomBytes(30).toString('base64') };
  const security = {
    none: { kind: 'none' as const },
    sdes: { kind: 'sdes' as const, local: key, remote: key },
    dtls: { kind: 'dtls' as const, role: 'passive' as const, fingerprint: { hash: 'sha-256', value: 'AB:CD' } },
  };
  const remote = { ...local(port), rtcpPort: port };
  return { remote, security: security[kind], payloadType: 97, maxBitrateKbps: 1024, direction: 'sendrecv' };
}
