import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import { continuity, keyFrameRequests, openPeer, pictureLoss, sendFrom, startLeg } from './engine-leg-peers.ts';
import {
  describeH264,
  endpointVideo,
  isBluish,
  isGreenish,
  isReddish,
  local,
  picture,
  watch,
} from './engine-leg-pictures.ts';
import { sleep, until } from './engine-peers.ts';

const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();

const [red, green, blue] = ['0xffd02020', '0xff20c040', '0xff2020d0'];

/** A leg with both pictures, each with an endpoint's and a server's peer. */
async function openParties() {
  const started = await startLeg(closers, { content: true });
  const peers = await Promise.all(Array.from({ length: 4 }, () => openPeer(closers)));
  const [camera, slides, server, presenting] = peers as [Peer, Peer, Peer, Peer];
  return { ...started, camera, slides, server, presenting };
}
type Peer = Awaited<ReturnType<typeof openPeer>>;

test('a second picture passes both ways beside the first, and is silent while nobody presents', limits, async () => {
  const { leg, videoPort, contentPort, camera, slides, server, presenting, events, logger } = await openParties();
  const content = endpointVideo(slides, slides, { payloadType: 98 });
  await leg.request('connectEndpoint', { video: endpointVideo(camera, camera), content });
  await leg.request('sendVideo', { payloadType: 102, ssrc: 2222, cname: 'leg-1', remote: local(server.port) });
  await leg.request('sendContent', { payloadType: 102, ssrc: 3333, cname: 'leg-1', remote: local(presenting.port) });
  await until(() => camera.rtp.length > 5, 'the slide is on the first screen');
  expect(slides.rtp).toEqual([]);

  await sendFrom(closers, camera, videoPort, picture({ colour: red, payload: 'pt=97 ssrc=97 mtu=1200' }));
  const own = picture({ colour: blue, width: 1024, height: 768, payload: 'pt=98 ssrc=98 mtu=1200' });
  const presentation = await sendFrom(closers, slides, contentPort, own);
  const [seen, presented] = [await watch(closers, server, 'H264'), await watch(closers, presenting, 'H264')];
  await until(
    async () => isReddish(await seen.colour()) && isBluish(await presented.colour()),
    'the room sees both',
    15_000,
  );
  const flowing = () => events.find(({ event }) => event === 'contentFlowing');
  await until(() => flowing() !== undefined, 'the presentation is told of');
  expect(flowing()).toMatchObject({ width: 1024, height: 768 });
  await presentation.stop();

  const input = {
    ssrc: 5555,
    payloadType: 102,
    codec: 'H264' as const,
    clockRate: 90_000,
    remote: local(presenting.port),
  };
  const { rtpPort } = await leg.request('receiveContent', input);
  const secondScreen = await watch(closers, slides, 'H264');
  const shared = picture({ colour: green, width: 640, height: 360, payload: 'pt=102 ssrc=5555 mtu=1200' });
  const share = await sendFrom(closers, presenting, rtpPort, shared);
  await until(async () => isGreenish(await secondScreen.colour()), 'the endpoint sees the content', 15_000);
  const asked = keyFrameRequests(presenting.rtcp);
  await until(async () => {
    slides.send(pictureLoss(98, slides.rtp.at(-1)?.bytes.readUInt32BE(8) ?? 0), contentPort);
    // One that comes too soon after another is not passed on.
    await sleep(500);
    return keyFrameRequests(presenting.rtcp) > asked;
  }, 'a key frame of it can be asked for');
  await share.stop();
  await sleep(1000);
  const sent = slides.rtp.length;
  await sleep(3500);
  expect(slides.rtp.length, 'silence when it is over').toBe(sent);
  expect(continuity(slides.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(events.filter(({ event }) => event === 'showing').every(({ picture: what }) => what === 'slide')).toBe(true);
  expect(logger.lines).toEqual([]);
});

test('content is made to fit a second screen that takes less', limits, async () => {
  const { leg, slides, presenting } = await openParties();
  const small = { payloadType: 98, limits: { maxFs: 1620, maxMbps: 40_500 }, maxBitrateKbps: 512 };
  await leg.request('connectEndpoint', { content: endpointVideo(slides, slides, small) });
  const input = {
    ssrc: 5555,
    payloadType: 102,
    codec: 'H264' as const,
    clockRate: 90_000,
    remote: local(presenting.port),
  };
  const { rtpPort } = await leg.request('receiveContent', input);
  const shared = picture({ colour: green, width: 1280, height: 720, payload: 'pt=102 ssrc=5555 mtu=1200' });
  await sendFrom(closers, presenting, rtpPort, shared);
  await until(
    async () => (await describeH264(slides.rtp))?.height === 432,
    'the endpoint gets a smaller picture',
    15_000,
  );
  expect((await leg.request('stats', {})).content?.transcoding).toBe(true);
  const ssrcs = new Set(slides.rtp.map(({ bytes }) => bytes.readUInt32BE(8)));
  expect(ssrcs.size).toBe(1);
});
