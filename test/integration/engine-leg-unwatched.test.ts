/** A picture that the endpoint sends and nobody receives is left unread, and is back as soon as it is wanted. */
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import {
  continuity,
  keyFrameRequests,
  type Leg,
  openPeer,
  pictureLoss,
  sendFrom,
  startLeg,
  toneSource,
} from './engine-leg-peers.ts';
import { annexB, endpointVideo, local, picture } from './engine-leg-pictures.ts';
import { type Packet, sleep, until } from './engine-peers.ts';

const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();

const nobody = { watched: false, low: false, mid: false };
const whole = { ...nobody, watched: true };

/** An endpoint shows something, and the server has begun to receive it. */
async function openParties() {
  const started = await startLeg(closers);
  const [endpoint, server] = [await openPeer(closers), await openPeer(closers)];
  await started.leg.request('connectEndpoint', { video: endpointVideo(endpoint, endpoint) });
  const output = { payloadType: 102, ssrc: 2222, cname: 'leg-1', remote: local(server.port) };
  const { rtpPort } = await started.leg.request('sendVideo', output);
  const show = { colour: '0xffd02020', options: 'bitrate=600 key-int-max=20', payload: 'pt=97 ssrc=97 mtu=1200' };
  await sendFrom(closers, endpoint, started.videoPort, picture(show));
  await until(() => server.rtp.length > 20, 'the server has a picture');
  return { ...started, endpoint, server, rtpPort };
}
type Parties = Awaited<ReturnType<typeof openParties>>;

/** Whether nothing comes for a second. */
async function isQuiet({ server }: Parties): Promise<boolean> {
  const before = server.rtp.length;
  await sleep(1000);
  return server.rtp.length === before;
}

/** Resolves when it comes again; it has begun with a key frame, which the endpoint was asked for, and is not an old picture. */
async function cameBack({ server, endpoint }: Parties, since: { packets: number; requests: number }): Promise<void> {
  await until(() => server.rtp.length > since.packets + 20, 'the picture is back');
  const [last, first] = [server.rtp[since.packets - 1], server.rtp[since.packets]];
  if (!last || !first) throw new Error('no packets');
  const time = first.bytes.readUInt32BE(4);
  const begin = annexB(server.rtp.slice(since.packets).filter(({ bytes }) => bytes.readUInt32BE(4) === time));
  const isKeyFrame = [0x67, 0x27].some((sets) => begin.includes(Buffer.from([0, 0, 0, 1, sets])));
  expect(isKeyFrame, 'it begins with a key frame').toBe(true);
  const apart = ((time - last.bytes.readUInt32BE(4)) | 0) / 90;
  expect(Math.abs(apart - (first.at - last.at))).toBeLessThan(500);
  expect(keyFrameRequests(endpoint.rtcp)).toBeGreaterThan(since.requests);
}

const mark = ({ server, endpoint }: Parties) => ({
  packets: server.rtp.length,
  requests: keyFrameRequests(endpoint.rtcp),
});

const threads = async (leg: Leg) => (await readdir(`/proc/${leg.pid}/task`)).length;

test(
  'what nobody receives is counted and not sent on; stills, requests and receivers begin it anew',
  limits,
  async () => {
    const parties = await openParties();
    const { leg, server, rtpPort, events } = parties;
    await leg.request('setWanted', nobody);
    await until(() => isQuiet(parties), 'it is left unread');
    const { video } = await leg.request('stats', {});
    expect(video?.received.lastPacketMs ?? Number.NaN, 'the endpoint is alive').toBeLessThan(1000);

    const { jpeg } = await leg.request('still', {});
    expect(jpeg?.length ?? 0, 'a still is made all the same').toBeGreaterThan(500);
    await until(() => isQuiet(parties), 'it is left unread after the still');

    let before = mark(parties);
    server.send(pictureLoss(1, 2222), rtpPort);
    await cameBack(parties, before);
    await until(() => isQuiet(parties), 'whoever asked has not stayed', 15_000);

    before = mark(parties);
    await leg.request('setWanted', whole);
    await cameBack(parties, before);
    expect(events.filter(({ event }) => event === 'error')).toEqual([]);
  },
);

test('what rests for long is taken apart, and comes back all the same', limits, async () => {
  const parties = await openParties();
  const { leg, events } = parties;
  await sleep(500);
  const busy = await threads(leg);
  await leg.request('setWanted', nobody);
  await until(async () => (await threads(leg)) < busy, 'there are fewer threads', 20_000);
  const before = mark(parties);
  await leg.request('setWanted', whole);
  await cameBack(parties, before);
  expect(events.filter(({ event }) => event === 'error')).toEqual([]);
});

/** The level that a packet tells in −dBov (RFC 6464 3), one byte behind its header (RFC 8285 4.2). */
const levelOf = ({ bytes }: Packet) => ((bytes[0] ?? 0) & 16 ? (bytes[17] ?? 0) & 127 : Number.NaN);

test(
  'of a closed microphone the level is told as often as of an open one; opened it goes on as before',
  limits,
  async () => {
    const { leg, audioPort } = await startLeg(closers);
    const [endpoint, server] = [await openPeer(closers), await openPeer(closers)];
    const remote = { ...local(endpoint.port), rtcpPort: endpoint.port };
    const audio = { remote, codec: 'PCMA', payloadType: 8, direction: 'sendrecv' } as const;
    await leg.request('connectEndpoint', { audio });
    await leg.request('sendAudio', { payloadType: 100, ssrc: 1111, cname: 'leg-1', remote: local(server.port) });
    await sendFrom(closers, endpoint, audioPort, `${toneSource(440)} ! alawenc ! rtppcmapay pt=8`);
    // The SFU makes a level of ten packets in 400 ms at least.
    const fewest = 50;
    const told = async () => {
      await sleep(1000);
      const from = server.rtp.length;
      await sleep(2000);
      const packets = server.rtp.slice(from);
      return {
        packets: packets.length,
        loudest: Math.min(...packets.map(levelOf)),
        quietest: Math.max(...packets.map(levelOf)),
      };
    };
    await until(() => server.rtp.length > 50, 'sound comes');
    const open = await told();
    expect(open.packets).toBeGreaterThan(fewest);
    await leg.request('setMicrophone', { open: false });
    const closed = await told();
    expect(closed.packets).toBeGreaterThan(fewest);
    expect(Math.abs(closed.quietest - open.quietest)).toBeLessThan(4);
    await leg.request('setMicrophone', { open: true });
    expect((await told()).packets).toBeGreaterThan(fewest);
    expect(continuity(server.rtp)).toMatchObject({ jumps: 0, back: 0, ssrcs: 1 });
  },
);
