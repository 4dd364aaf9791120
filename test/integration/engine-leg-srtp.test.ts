import { expect, test } from 'vitest';
import type { ConnectEndpoint, SrtpSuite } from '../../gateway/engine/leg-protocol.ts';
import { closeAfterEach } from './closers.ts';
import { continuity, listen, openPeer, opusTone, sendFrom, startLeg, toneSource } from './engine-leg-peers.ts';
import { local } from './engine-leg-pictures.ts';
import { openReceiver, type Packet, type Receiver, sleep, until } from './engine-peers.ts';
import { randomSrtpKey, type SrtpContext, srtpContext } from './srtp.ts';

const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();

const alaw = 'encoding-name=PCMA,payload=8,clock-rate=8000';
const suites: SrtpSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_256_GCM'];

/** Stands between plain ends and the leg: what passes here is SRTP. */
async function startCall(muxed = false) {
  const started = await startLeg(closers);
  const { leg, audioPort } = started;
  const server = await openPeer(closers);
  await leg.request('sendAudio', { remote: local(server.port), payloadType: 100, ssrc: 1111, cname: 'leg-1' });
  const stream = {
    ssrc: 3333,
    payloadType: 100,
    codec: 'opus' as const,
    clockRate: 48_000,
    remote: local(server.port),
  };
  const { rtpPort } = await leg.request('receiveAudio', stream);
  await sendFrom(closers, server, rtpPort, opusTone(880, 3333));
  const endpoint = await openPeer(closers);
  const rtcp = muxed ? endpoint : await openPeer(closers);
  const connect = (security: NonNullable<ConnectEndpoint['audio']>['security']) =>
    leg.request('connectEndpoint', {
      audio: {
        remote: { ...local(endpoint.port), rtcpPort: rtcp.port },
        security,
        codec: 'PCMA',
        payloadType: 8,
        direction: 'sendrecv',
      },
    });
  const heardByServer = await listen(
    closers,
    server,
    'encoding-name=OPUS,payload=100,clock-rate=48000',
    'rtpopusdepay ! opusdec',
  );
  return { ...started, server, endpoint, rtcp, connect, heardByServer, rtcpTo: muxed ? audioPort : audioPort + 1 };
}

/** What the endpoint sends: protected as `context` says at the time. */
async function speak(endpoint: Receiver, to: number, hertz: number) {
  const outward: { context: SrtpContext | undefined } = { context: undefined };
  const relay = await openReceiver();
  closers.push(() => relay.close());
  const through: Receiver = {
    ...relay,
    send: (bytes, port) => endpoint.send(outward.context?.protect(bytes) ?? bytes, port),
  };
  const { stop } = await sendFrom(closers, through, to, `${toneSource(hertz)} ! alawenc ! rtppcmapay pt=8 ssrc=77`);
  return { outward, stop };
}

const decrypted = (packets: readonly Packet[], context: SrtpContext) =>
  packets.map(({ at, bytes }) => ({ at, bytes: context.unprotect(bytes) }));

const senderReport = (ssrc: number) => {
  const report = Buffer.alloc(28);
  report.writeUInt32BE(0x80c80006, 0);
  report.writeUInt32BE(ssrc, 4);
  return report;
};

test.each(
  suites.flatMap((suite) => [
    { suite, muxed: false },
    { suite, muxed: true },
  ]),
)('$suite protects sound and RTCP in both directions, on one port: $muxed', limits, async ({ suite, muxed }) => {
  const { leg, logger, events, audioPort, endpoint, rtcp, rtcpTo, connect, heardByServer } = await startCall(muxed);
  const [ours, theirs] = [randomSrtpKey(suite), randomSrtpKey(suite)];
  await connect({ kind: 'sdes', local: ours, remote: theirs });
  const { outward } = await speak(endpoint, audioPort, 440);
  const context = srtpContext(theirs);
  outward.context = context;
  await until(async () => (await heardByServer.level(440)) > -20, 'the endpoint is heard');

  const ear = await openPeer(closers);
  const heard = await listen(closers, ear, alaw, 'rtppcmadepay ! alawdec');
  await until(() => endpoint.rtp.length > 50, 'packets for the endpoint');
  const plain = decrypted(endpoint.rtp, srtpContext(ours));
  expect(plain.every(({ bytes }) => bytes !== undefined)).toBe(true);
  for (const { bytes } of plain) if (bytes) endpoint.send(bytes, ear.port);
  await until(async () => (await heard.level(880)) > -20, 'what the endpoint decrypts is the tone');

  endpoint.send(Buffer.alloc(0), audioPort);
  rtcp.send(context.protectRtcp(senderReport(77)), rtcpTo);
  await until(async () => (await leg.request('stats', {})).audio?.received.lastRtcpMs !== null, 'RTCP is read');
  await until(() => rtcp.rtcp.length > 1, 'RTCP for the endpoint', 12_000);
  const reader = srtpContext(ours);
  for (const { bytes } of rtcp.rtcp) expect(reader.unprotectRtcp(bytes)?.[1]).toBeGreaterThanOrEqual(200);
  const { audio } = await leg.request('stats', {});
  expect(audio).toMatchObject({ encrypted: true, received: { rejected: 0 } });
  expect(events.some(({ event }) => event === 'error')).toBe(false);
  expect(logger.lines).toEqual([]);
});

test(
  'new keys by re-INVITE: the stream to the endpoint goes on, and old keys are good for nothing',
  limits,
  async () => {
    const suite = 'AES_CM_128_HMAC_SHA1_80';
    const { leg, events, audioPort, endpoint, server, connect, heardByServer } = await startCall();
    const first = { local: randomSrtpKey(suite), remote: randomSrtpKey(suite) };
    const second = { local: randomSrtpKey('AEAD_AES_256_GCM'), remote: randomSrtpKey('AEAD_AES_256_GCM') };
    await connect({ kind: 'sdes', ...first });
    const { outward } = await speak(endpoint, audioPort, 440);
    outward.context = srtpContext(first.remote);
    await until(async () => (await heardByServer.level(440)) > -20, 'the endpoint is heard');
    await until(() => endpoint.rtp.length > 50, 'packets for the endpoint');

    await connect({ kind: 'sdes', ...second });
    const before = (await leg.request('stats', {})).audio?.received.rejected ?? 0;
    await until(
      async () => ((await leg.request('stats', {})).audio?.received.rejected ?? 0) > before + 10,
      'packets under the old key are dropped and counted',
    );
    await until(async () => (await heardByServer.level(440)) < -50, 'and not heard');
    outward.context = srtpContext(second.remote);
    await until(async () => (await heardByServer.level(440)) > -20, 'the endpoint is heard under the new key');

    const [underFirst, underSecond] = [srtpContext(first.local), srtpContext(second.local)];
    const cut = endpoint.rtp.findIndex(({ bytes }) => underFirst.unprotect(bytes) === undefined);
    expect(cut).toBeGreaterThan(0);
    const rest = decrypted(endpoint.rtp.slice(cut), underSecond);
    expect(rest.every(({ bytes }) => bytes !== undefined)).toBe(true);
    // One stream all along: nobody has begun anew.
    const { ssrcs, back, jumps } = continuity(endpoint.rtp);
    expect({ ssrcs, back }).toEqual({ ssrcs: 1, back: 0 });
    expect(jumps).toBeLessThan(3);
    expect(continuity(server.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
    expect(events.some(({ event }) => event === 'error')).toBe(false);
  },
);

test('a wrong key and bare packets are dropped and counted, and the leg lives on', limits, async () => {
  const suite = 'AES_CM_128_HMAC_SHA1_80';
  const { leg, logger, events, audioPort, endpoint, connect, heardByServer } = await startCall();
  const theirs = randomSrtpKey(suite);
  await connect({ kind: 'sdes', local: randomSrtpKey(suite), remote: theirs });
  const { outward } = await speak(endpoint, audioPort, 440);
  const rejected = async () => (await leg.request('stats', {})).audio?.received.rejected ?? 0;
  await until(async () => (await rejected()) > 20, 'bare packets are counted');
  outward.context = srtpContext(randomSrtpKey(suite));
  const bare = await rejected();
  await until(async () => (await rejected()) > bare + 20, 'packets under a wrong key are counted');
  expect(await heardByServer.level(440)).toBeLessThan(-60);
  outward.context = srtpContext(theirs);
  await until(async () => (await heardByServer.level(440)) > -20, 'the right key is heard');
  await sleep(200);
  expect(events.some(({ event }) => event === 'error')).toBe(false);
  expect(logger.lines).toEqual([]);
});

test('a call through forty changes of key keeps its stream and its size', limits, async () => {
  const { leg, logger, events, audioPort, endpoint, connect, heardByServer } = await startCall();
  const { outward } = await speak(endpoint, audioPort, 440);
  const rekey = async (round: number) => {
    const suite = suites[round % suites.length] ?? 'AES_CM_128_HMAC_SHA1_80';
    const theirs = randomSrtpKey(suite);
    await connect({ kind: 'sdes', local: randomSrtpKey(suite), remote: theirs });
    outward.context = srtpContext(theirs);
    await sleep(150);
  };
  const resident = async () => (await leg.request('stats', {})).residentBytes;
  for (let round = 0; round < 10; round++) await rekey(round);
  const before = await resident();
  for (let round = 0; round < 30; round++) await rekey(round);
  await until(async () => (await heardByServer.level(440)) > -20, 'the endpoint is heard after all of them');
  expect((await resident()) - before).toBeLessThan(25e6);
  const { ssrcs, back } = continuity(endpoint.rtp);
  expect({ ssrcs, back }).toEqual({ ssrcs: 1, back: 0 });
  expect(events.some(({ event }) => event === 'error')).toBe(false);
  expect(logger.lines).toEqual([]);
});
