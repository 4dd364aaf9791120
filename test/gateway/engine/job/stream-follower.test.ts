import { expect, test } from 'vitest';
import type { Source } from '../../../../gateway/engine/job/sources.ts';
import { StreamFollower } from '../../../../gateway/engine/job/stream-follower.ts';

const source = (ssrc: number, packetsReceived: number, rtpFrom = '192.0.2.1:4000'): Source => ({
  ssrc,
  internal: false,
  rtpFrom,
  rtcpFrom: '',
  packetsReceived,
  octetsReceived: 0,
  packetsSent: 0,
  octetsSent: 0,
  packetsLost: 0,
  jitter: 0,
  fractionLost: 0,
  roundTrip: 0,
  reportedHighest: 0,
  reportedLost: 0,
  hasReport: false,
  reportNtp: 0,
  reportRtp: 0,
  keyFrameRequests: 0,
});

test('stays with the first stream while its packets keep coming', () => {
  const follower = new StreamFollower(1000);
  expect(follower.follow([], 0)).toBeUndefined();
  expect(follower.follow([source(1, 5)], 100)?.ssrc).toBe(1);
  expect(follower.follow([source(1, 9), source(2, 4)], 600)?.ssrc).toBe(1);
  expect(follower.lastPacketAt).toBe(600);
});

test('goes over to another stream when the first has stopped', () => {
  const follower = new StreamFollower(1000);
  follower.follow([source(1, 5)], 0);
  const other = (packets: number) => source(2, packets, '192.0.2.1:4002');
  expect(follower.follow([source(1, 5), other(4)], 500)?.ssrc).toBe(1);
  expect(follower.follow([source(1, 5), other(8)], 1200)?.ssrc).toBe(2);
});

test('goes over sooner when the same device sends another stream instead', () => {
  const follower = new StreamFollower(1000);
  follower.follow([source(1, 5)], 0);
  expect(follower.follow([source(1, 5), source(2, 4)], 100)?.ssrc).toBe(1);
  expect(follower.follow([source(1, 5), source(2, 8)], 250)?.ssrc).toBe(2);
});

test('a stranger beside the stream is not followed; only silence lets one take its place', () => {
  const follower = new StreamFollower(1000);
  follower.follow([source(1, 5)], 0);
  expect(follower.isQuiet(900)).toBe(false);
  expect(follower.follow([source(1, 5), source(2, 4, '192.0.2.66:9')], 500)?.ssrc).toBe(1);
  expect(follower.isQuiet(1000)).toBe(true);
  follower.restart();
  expect(follower.isQuiet(500)).toBe(true);
  expect(follower.follow([source(1, 5), source(2, 8, '192.0.2.66:9')], 600)?.ssrc).toBe(2);
});

test('takes no notice of our own streams and of sources that only report', () => {
  const follower = new StreamFollower(1000);
  expect(follower.follow([{ ...source(1, 5), internal: true }, source(2, 0, '')], 0)).toBeUndefined();
});
