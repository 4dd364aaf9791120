import { expect, test } from 'vitest';
import type { ConnectEndpoint } from '../../gateway/engine/leg-protocol.ts';
import { closeAfterEach } from './closers.ts';
import {
  colourSource,
  continuity,
  keyFrameRequests,
  type Leg,
  listen,
  openPeer,
  opusTone,
  pictureLoss,
  sendFrom,
  slicesOf,
  startLeg,
  toneSource,
} from './engine-leg-peers.ts';
import { type Packet, type Receiver, sleep, until } from './engine-peers.ts';
import { lastPicture } from './engine-pictures.ts';

// A machine with too much to do loses packets on the way to the test's own sockets, hence more than one chance.
const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();

const local = (port: number) => ({ ip: '127.0.0.1', port });
const endpointAt = (rtp: Receiver, rtcp: Receiver) => ({ ...local(rtp.port), rtcpPort: rtcp.port });

/** A video endpoint that speaks payload type 97, and a server that takes 102. */
async function connectVideo(leg: Leg, packetizationMode: 0 | 1, muxed = false) {
  const endpoint = await openPeer(closers);
  const endpointRtcp = muxed ? endpoint : await openPeer(closers);
  const server = await openPeer(closers);
  await leg.request('connectEndpoint', {
    video: {
      remote: endpointAt(endpoint, endpointRtcp),
      payloadType: 97,
      packetizationMode,
      maxBitrateKbps: 1024,
      direction: 'sendrecv',
    },
  });
  const sent = await leg.request('sendVideo', {
    remote: local(server.port),
    payloadType: 102,
    ssrc: 2222,
    cname: 'leg-1',
  });
  return { endpoint, endpointRtcp, server, sendPort: sent.rtpPort };
}

async function receiveVideo(leg: Leg, server: Receiver, ssrc: number): Promise<number> {
  const stream = { ssrc, payloadType: 102, codec: 'H264' as const, clockRate: 90_000, remote: local(server.port) };
  return (await leg.request('receiveVideo', stream)).rtpPort;
}

const codecs = [
  {
    codec: 'PCMA',
    payloadType: 8,
    caps: 'encoding-name=PCMA,payload=8,clock-rate=8000',
    encode: 'alawenc ! rtppcmapay pt=8',
    decode: 'rtppcmadepay ! alawdec',
  },
  {
    codec: 'G722',
    payloadType: 9,
    caps: 'encoding-name=G722,payload=9,clock-rate=8000',
    encode: 'audio/x-raw,rate=16000 ! avenc_g722 ! rtpg722pay pt=9',
    decode: 'rtpg722depay ! avdec_g722',
  },
  {
    codec: 'opus',
    payloadType: 96,
    caps: 'encoding-name=OPUS,payload=96,clock-rate=48000',
    encode: 'audio/x-raw,rate=48000 ! opusenc ! rtpopuspay pt=96',
    decode: 'rtpopusdepay ! opusdec',
  },
] as const;

test('sound passes both ways in each codec, through re-INVITEs that change codec and address', limits, async () => {
  const { leg, logger, events, audioPort } = await startLeg(closers);
  const server = await openPeer(closers);
  const heardByServer = await listen(
    closers,
    server,
    'encoding-name=OPUS,payload=100,clock-rate=48000',
    'rtpopusdepay ! opusdec',
  );
  await leg.request('sendAudio', { remote: local(server.port), payloadType: 100, ssrc: 1111, cname: 'leg-1' });
  const input = { ssrc: 3333, payloadType: 100, codec: 'opus' as const, clockRate: 48_000, remote: local(server.port) };
  const { rtpPort } = await leg.request('receiveAudio', input);
  await sendFrom(closers, server, rtpPort, opusTone(880, 3333));
  const streams: { ssrc: number; first: Packet; last: Packet }[] = [];
  for (const { codec, payloadType, caps, encode, decode } of codecs) {
    const endpoint = await openPeer(closers);
    const told = await openPeer(closers);
    const audio: ConnectEndpoint['audio'] = {
      remote: endpointAt(told, told),
      codec,
      payloadType,
      dtmfPayloadType: 101,
      direction: 'sendrecv',
    };
    await leg.request('connectEndpoint', { audio });
    // The endpoint sends from another port than its SDP said, as behind a NAT: from then on it also receives there.
    const tone = await sendFrom(closers, endpoint, audioPort, `${toneSource(440)} ! ${encode}`);
    const heard = await listen(closers, endpoint, caps, decode);
    await until(async () => (await heard.level(880)) > -20, `${codec} reaches the endpoint`);
    await until(async () => (await heardByServer.level(440)) > -20, `${codec} reaches the server`);
    expect(await heard.level(440), 'the endpoint does not hear itself').toBeLessThan(-45);
    const packets = endpoint.rtp.slice();
    expect(continuity(packets)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
    expect(new Set(packets.map(({ bytes }) => (bytes[1] ?? 0) & 0x7f))).toEqual(new Set([payloadType]));
    const [first, last] = [packets[0], packets.at(-1)];
    if (first && last) streams.push({ ssrc: first.bytes.readUInt32BE(8), first, last });
    const received = async () => (await leg.request('stats', {})).audio?.received.packets ?? 0;
    await until(async () => (await received()) > 50, `${codec} is counted`);
    await tone.stop();
  }
  expect(streams).toHaveLength(codecs.length);
  expect(new Set(streams.map(({ ssrc }) => ssrc)).size, 'one SSRC through all').toBe(1);
  for (const [index, { first }] of streams.entries()) {
    const last = streams[index - 1]?.last ?? first;
    // In between, packets of 20 ms went to the address of the SDP.
    const elsewhere = (first.bytes.readUInt16BE(2) - last.bytes.readUInt16BE(2)) & 0xffff;
    expect(elsewhere).toBeLessThan((first.at - last.at) / 20 + 100);
  }
  expect(continuity(server.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(events.some(({ event }) => event === 'audioFlowing')).toBe(true);
  const { audio } = await leg.request('stats', {});
  expect(audio?.sent.packets).toBeGreaterThan(100);
  expect(logger.lines).toEqual([]);
});

test('H.264 passes untouched in both directions, in single NAL unit mode to the endpoint', limits, async () => {
  const { leg, logger, events, videoPort } = await startLeg(closers);
  const { endpoint, server } = await connectVideo(leg, 0);
  const rtpPort = await receiveVideo(leg, server, 4444);
  const camera = await sendFrom(closers, endpoint, videoPort, colourSource('0xff2040c0', 25, 'pt=97 mtu=500'));
  const program = await sendFrom(closers, server, rtpPort, colourSource('0xff20a040', 25, 'pt=102 ssrc=4444 mtu=1400'));
  await until(() => events.some(({ event }) => event === 'videoFlowing'), 'the endpoint is seen');
  await until(() => events.some(({ picture }) => picture === 'program'), 'the endpoint sees the program');
  const before = slicesOf(endpoint.rtp).length;
  const enough = () => slicesOf(server.rtp).length > 110 && slicesOf(endpoint.rtp).length - before > 130;
  await until(enough, 'enough slices in both directions', 20_000);
  await Promise.all([camera.stop(), program.stop()]);
  await sleep(300);
  const seen = slicesOf(server.rtp);
  const shown = slicesOf(camera.sent);
  const from = shown.indexOf(seen[0] ?? '');
  expect(from).toBeGreaterThanOrEqual(0);
  expect(seen.length).toBeGreaterThan(100);
  expect(seen).toEqual(shown.slice(from, from + seen.length));
  const programmed = slicesOf(program.sent);
  const got = slicesOf(endpoint.rtp).filter((slice) => programmed.includes(slice));
  const first = programmed.indexOf(got[0] ?? '');
  expect(got.length).toBeGreaterThan(100);
  expect(got).toEqual(programmed.slice(first, first + got.length));
  expect(
    endpoint.rtp.every(({ bytes }) => ((bytes[12] ?? 0) & 31) < 24),
    'mode 0',
  ).toBe(true);
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(continuity(server.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(logger.lines).toEqual([]);
});

test(
  'hold shows the slide and silence and comes back; a new server changes nothing but the picture',
  limits,
  async () => {
    const { leg, events, audioPort } = await startLeg(closers);
    const { endpoint, endpointRtcp, server } = await connectVideo(leg, 0);
    const ear = await openPeer(closers);
    const told = {
      remote: endpointAt(endpoint, endpointRtcp),
      payloadType: 97,
      packetizationMode: 0 as const,
      maxBitrateKbps: 1024,
      direction: 'sendrecv' as const,
    };
    const audio = {
      remote: { ...local(ear.port), rtcpPort: ear.port },
      codec: 'PCMA' as const,
      payloadType: 8,
      direction: 'sendrecv' as const,
    };
    await leg.request('connectEndpoint', { audio, video: told });
    const heard = await listen(closers, ear, 'encoding-name=PCMA,payload=8,clock-rate=8000', 'rtppcmadepay ! alawdec');
    const showing = (picture: string) => until(() => events.at(-1)?.picture === picture, `${picture} is shown`);
    const colour = async () => (await lastPicture(endpoint.rtp)).colourAt(0.05, 0.05);
    await until(() => endpoint.rtp.length > 5, 'the slide is there before any picture');
    const dark = await colour();
    expect(Math.max(...dark)).toBeLessThan(90);

    const program = await sendFrom(
      closers,
      server,
      await receiveVideo(leg, server, 4444),
      colourSource('0xff20c040', 15, 'pt=102 ssrc=4444 mtu=1400'),
    );
    const input = {
      ssrc: 3333,
      payloadType: 100,
      codec: 'opus' as const,
      clockRate: 48_000,
      remote: local(server.port),
    };
    await sendFrom(closers, server, (await leg.request('receiveAudio', input)).rtpPort, opusTone(880, 3333));
    await until(() => events.some(({ picture }) => picture === 'program'), 'the program is shown');
    await until(async () => (await heard.level(880)) > -20, 'the tone is heard');
    await sleep(400);
    expect((await colour())[1]).toBeGreaterThan(120);

    await leg.request('hold', { on: true, text: 'Tạm dừng' });
    await showing('slide');
    await until(async () => (await heard.level(880)) < -60, 'hold is silent');
    await sleep(600);
    expect(Math.max(...(await colour()))).toBeLessThan(90);
    await leg.request('hold', { on: false });
    await until(() => events.filter(({ picture }) => picture === 'program').length === 2, 'the program is back');
    await until(async () => (await heard.level(880)) > -20, 'the tone is back');

    await program.stop();
    const again = await openPeer(closers);
    await sendFrom(
      closers,
      again,
      await receiveVideo(leg, again, 5555),
      colourSource('0xffc02030', 15, 'pt=102 ssrc=5555 mtu=1400'),
    );
    await until(async () => (await colour())[0] > 120, 'the new program is shown', 12_000);
    expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
    expect(continuity(ear.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
    expect(audioPort % 2).toBe(0);
  },
);

test.each([
  { muxed: false, where: 'RTCP on a port of its own' },
  { muxed: true, where: 'RTP and RTCP on one port' },
])(
  'requests for key frames travel in both directions, $where',
  async ({ muxed }) => {
    const { leg, events, videoPort } = await startLeg(closers);
    const { endpoint, endpointRtcp, server, sendPort } = await connectVideo(leg, 1, muxed);
    const rtpPort = await receiveVideo(leg, server, 4444);
    await sendFrom(closers, endpoint, videoPort, colourSource('0xff2040c0', 20, 'pt=97 ssrc=97 mtu=500'));
    await sendFrom(closers, server, rtpPort, colourSource('0xff20a040', 20, 'pt=102 ssrc=4444 mtu=1400'));
    await until(() => events.some(({ picture }) => picture === 'program') && server.rtp.length > 20, 'pictures flow');
    await sleep(500);
    const wanted = () => events.filter(({ event }) => event === 'keyFrameWanted').length;
    const [wantedBefore, askedBefore] = [wanted(), keyFrameRequests(endpointRtcp.rtcp)];
    server.send(pictureLoss(1, 2222), sendPort);
    await until(() => wanted() > wantedBefore, 'the event says so');
    await until(() => keyFrameRequests(endpointRtcp.rtcp) > askedBefore, 'the endpoint is asked by RTCP');

    const fromServer = keyFrameRequests(server.rtcp);
    const ours = endpoint.rtp.at(-1)?.bytes.readUInt32BE(8) ?? 0;
    endpointRtcp.send(pictureLoss(97, ours), muxed ? videoPort : videoPort + 1);
    await until(() => keyFrameRequests(server.rtcp) > fromServer, 'the server is asked for the endpoint');
    await sleep(1200);
    const before = keyFrameRequests(server.rtcp);
    await leg.request('requestKeyFrame', {});
    await until(() => keyFrameRequests(server.rtcp) > before, 'and when SIP says so');
  },
  40_000,
);
