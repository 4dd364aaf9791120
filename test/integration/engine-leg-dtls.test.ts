/** DTLS-SRTP and SDES with baresip, which is another make on both sides of the handshake. */
import { expect, test } from 'vitest';
import { toEndpoint } from '../../gateway/legs/media.ts';
import {
  answerOffer,
  buildOffer,
  type IncomingDialog,
  type LocalMedia,
  type Negotiated,
  readAnswer,
  type SipEdge,
} from '../../gateway/sip/index.ts';
import { type Baresip, type BaresipOptions, startBaresip } from './baresip.ts';
import { closeAfterEach } from './closers.ts';
import { listen, openPeer, opusTone, sendFrom, startLeg } from './engine-leg-peers.ts';
import { local } from './engine-leg-pictures.ts';
import { sleep, until } from './engine-peers.ts';
import { toneLevel } from './perceive.ts';
import { address, nextCall, openEdge } from './sip-peers.ts';
import { randomSrtpKey } from './srtp.ts';

const limits = { timeout: 90_000, retry: 2 };
const closers = closeAfterEach();

/** A leg between a server that sends 880 Hz and a codec that sends 440 Hz and red, before the call. */
async function prepare(options: Partial<BaresipOptions>) {
  const started = await startLeg(closers);
  const { leg, audioPort, videoPort, fingerprint } = started;
  const server = await openPeer(closers);
  const heardByServer = await listen(
    closers,
    server,
    'encoding-name=OPUS,payload=100,clock-rate=48000',
    'rtpopusdepay ! opusdec',
  );
  await leg.request('sendAudio', { remote: local(server.port), payloadType: 100, ssrc: 1111, cname: 'leg-1' });
  const stream = {
    ssrc: 3333,
    payloadType: 100,
    codec: 'opus' as const,
    clockRate: 48_000,
    remote: local(server.port),
  };
  await sendFrom(closers, server, (await leg.request('receiveAudio', stream)).rtpPort, opusTone(880, 3333));
  const edge = await openEdge();
  closers.push(() => edge.close());
  const codec = await startBaresip({
    user: 'codec1',
    colour: 'red',
    seconds: 60,
    audioCodecs: ['PCMA/8000/1'],
    toneHz: 440,
    ...options,
  });
  closers.push(() => codec.close());
  const { key } = randomSrtpKey('AES_CM_128_HMAC_SHA1_80');
  const dtls = options.encryption === 'dtls_srtp';
  const srtpKeys = dtls ? {} : { AES_CM_128_HMAC_SHA1_80: key };
  const ours: LocalMedia = {
    address,
    rtcpMux: options.rtcpMux ?? false,
    security: { policy: 'required', ...(dtls ? { fingerprint } : {}) },
    audio: { port: audioPort, srtpKeys },
    video: { port: videoPort, srtpKeys, maxBitrate: 1_000_000 },
  };
  return { ...started, edge, codec, ours, heardByServer };
}

/** It calls us. */
async function answer(edge: SipEdge, codec: Baresip, ours: LocalMedia): Promise<Negotiated> {
  const call = nextCall(edge);
  await codec.dial(`sip:room1@${address}:${edge.port}`);
  const dialog: IncomingDialog = await call;
  const answered = answerOffer(dialog.offer ?? '', ours);
  if (!answered.ok) throw new Error(`${answered.reason}: ${dialog.offer}`);
  dialog.answer(answered.sdp);
  return answered.media;
}

/** We call it. */
async function place(edge: SipEdge, codec: Baresip, ours: LocalMedia): Promise<Negotiated> {
  const offer = buildOffer(ours);
  const dialog = edge.place(codec.uri, { callerName: 'R', fromUser: 'room1', offer: async () => offer });
  const sdp = await new Promise<string>((resolve) => dialog.on('answered', (remote) => resolve(remote.sdp)));
  const agreed = readAnswer(offer, sdp, ours);
  if (agreed === undefined) throw new Error(`cannot agree: ${sdp}`);
  return agreed;
}

test.each([
  { encryption: 'dtls_srtp' as const, caller: 'it', rtcpMux: false },
  { encryption: 'dtls_srtp' as const, caller: 'we', rtcpMux: false },
  { encryption: 'dtls_srtp' as const, caller: 'we', rtcpMux: true },
  { encryption: 'srtp-mand' as const, caller: 'we', rtcpMux: false },
])('$encryption with baresip; $caller call; on one port: $rtcpMux', limits, async ({ encryption, caller, rtcpMux }) => {
  const { leg, logger, events, edge, codec, ours, heardByServer } = await prepare({ encryption, rtcpMux });
  const agreed = await (caller === 'it' ? answer : place)(edge, codec, ours);
  expect(agreed.audio?.security.kind).toBe(encryption === 'dtls_srtp' ? 'dtls' : 'sdes');
  await leg.request('connectEndpoint', toEndpoint(agreed));
  await until(async () => (await heardByServer.level(440)) > -25, 'it is heard', 15_000);
  await until(() => events.some(({ event }) => event === 'videoFlowing'), 'it is seen', 15_000);
  const rejected = async () => {
    const { audio, video } = await leg.request('stats', {});
    expect(audio?.encrypted).toBe(true);
    expect(video?.encrypted).toBe(true);
    return (audio?.received.rejected ?? 0) + (video?.received.rejected ?? 0);
  };
  // What it sent before it had our key is another matter.
  const before = await rejected();
  await sleep(2500);
  expect(await rejected()).toBe(before);
  await until(async () => (await leg.request('stats', {})).audio?.received.lastRtcpMs !== null, 'RTCP too', 15_000);
  await codec.snapshot();
  await codec.hangUp();
  await codec.waitFor('CALL_CLOSED');
  expect(await toneLevel(await codec.heard(), 880), 'it hears the server').toBeGreaterThan(-30);
  expect(events.some(({ event }) => event === 'error')).toBe(false);
  expect(logger.lines).toEqual([]);
});

test('a certificate that is not the one of the SDP: told, and nothing passes', limits, async () => {
  const { leg, events, edge, codec, ours, heardByServer } = await prepare({ encryption: 'dtls_srtp' });
  const agreed = await place(edge, codec, ours);
  const { audio } = toEndpoint(agreed);
  if (audio?.security?.kind !== 'dtls') throw new Error('no DTLS');
  const { hash, value } = audio.security.fingerprint;
  const other = value.startsWith('00') ? value.replace('00', '01') : value.replace(/^../, '00');
  await leg.request('connectEndpoint', {
    audio: { ...audio, security: { ...audio.security, fingerprint: { hash, value: other } } },
  });
  const mismatches = () => events.filter((event) => Reflect.get(event, 'code') === 'fingerprintMismatch').length;
  await until(() => mismatches() > 0, 'the event', 15_000);
  await sleep(1000);
  expect(mismatches()).toBe(1);
  expect(await heardByServer.level(440)).toBeLessThan(-60);
  const stats = await leg.request('stats', {});
  expect(stats.audio).toMatchObject({ encrypted: false, received: { packets: 0 } });
  await codec.hangUp();
  await expect(codec.heard().then((file) => toneLevel(file, 880)))
    .resolves.toBeLessThan(-60)
    .catch(() => undefined);
});
