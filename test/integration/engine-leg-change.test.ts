/** One stream of the server takes the place of another: the endpoint gets both as one, without a break. */
import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import { continuity, type Leg, listen, openPeer, opusTone, sendFrom, startLeg } from './engine-leg-peers.ts';
import {
  endpointVideo,
  isBluish,
  isGreenish,
  isReddish,
  local,
  picture,
  receiveProgram,
  watch,
} from './engine-leg-pictures.ts';
import { longestGap, type Packet, type Receiver, sleep, until } from './engine-peers.ts';

// A machine with too much to do loses packets on the way to the test's own sockets, hence more than one chance.
const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();
const red = '0xffd02020';
const green = '0xff20c040';
const blue = '0xff2020d0';

interface Program {
  readonly colour: string;
  readonly ssrc: number;
  readonly fps?: number;
}

/** A program of 25 pictures a second with a key frame each second, which answers no request for one. */
async function send(leg: Leg, server: Receiver, { colour, ssrc, fps = 25 }: Program) {
  const to = await receiveProgram(leg, server, ssrc);
  const options = `bitrate=600 key-int-max=${fps}`;
  return sendFrom(closers, server, to, picture({ colour, fps, options, payload: `pt=102 ssrc=${ssrc} mtu=1200` }));
}

async function openSeen(different: Parameters<typeof endpointVideo>[2] = {}) {
  const started = await startLeg(closers);
  const [endpoint, rtcp] = [await openPeer(closers), await openPeer(closers)];
  await started.leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp, different) });
  const seen = await watch(closers, endpoint, different.codec ?? 'H264');
  await send(started.leg, await openPeer(closers), { colour: red, ssrc: 4444 });
  await until(async () => isReddish(await seen.colour()), 'the first program is seen');
  // It is told some moments later; what is not shown yet simply makes way for the next.
  await until(() => started.events.some(({ picture }) => picture === 'program'), 'the leg knows it too');
  const changed = () => started.events.filter(({ event }) => event === 'programChanged').length;
  return { ...started, endpoint, seen, changed };
}

/** The longest time between two pictures, by when they came and by when they say they are from, in ms. */
function gapsOf(packets: readonly Packet[]) {
  const pictures = packets.filter(
    ({ bytes }, index) => bytes.readUInt32BE(4) !== packets[index - 1]?.bytes.readUInt32BE(4),
  );
  const steps = pictures.map(({ bytes }, index) => {
    const before = pictures[index - 1]?.bytes ?? bytes;
    return ((bytes.readUInt32BE(4) - before.readUInt32BE(4)) | 0) / 90;
  });
  return { came: longestGap(pictures), dated: Math.max(...steps) };
}

test('another program takes the place of the first at its key frame, without a gap', limits, async () => {
  const { leg, endpoint, seen, changed, events, logger } = await openSeen();
  await sleep(500);
  const first = endpoint.rtp.length;
  for (const [index, { colour, isSeen }] of [
    { colour: green, isSeen: isGreenish },
    { colour: blue, isSeen: isBluish },
    { colour: red, isSeen: isReddish },
  ].entries()) {
    await send(leg, await openPeer(closers), { colour, ssrc: 5000 + index });
    await until(async () => isSeen(await seen.colour()), 'the next program is seen');
    expect(changed()).toBe(index + 1);
  }
  await sleep(500);
  const packets = endpoint.rtp.slice(first);
  const gaps = gapsOf(packets);
  if (process.env.ROSTRUM_FIGURES) console.log(gaps);
  // 40 ms a picture; before its key frame was waited for, about a second.
  expect(gaps.came).toBeLessThan(500);
  expect(gaps.dated).toBeLessThan(500);
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(events.filter(({ picture }) => picture !== undefined).map(({ picture }) => picture)).toEqual([
    'slide',
    'program',
  ]);
  expect(logger.lines).toEqual([]);
});

test('a picture that is made for the endpoint alone goes on as well', limits, async () => {
  const { leg, endpoint, seen, changed } = await openSeen({ codec: 'VP8', maxBitrateKbps: 512 });
  const first = endpoint.rtp.length;
  await send(leg, await openPeer(closers), { colour: green, ssrc: 5555 });
  await until(async () => isGreenish(await seen.colour()), 'the next program is seen');
  await sleep(500);
  expect(changed()).toBe(1);
  expect(gapsOf(endpoint.rtp.slice(first)).came).toBeLessThan(500);
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
});

test('a program that does not come disturbs nothing, and may be given up', limits, async () => {
  const { leg, endpoint, seen, changed } = await openSeen();
  const stream = { payloadType: 102, codec: 'H264' as const, clockRate: 90_000 };
  const absent = await openPeer(closers);
  const first = endpoint.rtp.length;
  await receiveProgram(leg, absent, 5555);
  await sleep(3000);
  expect(longestGap(endpoint.rtp.slice(first))).toBeLessThan(500);
  expect(changed()).toBe(0);

  const present = await openPeer(closers);
  await send(leg, present, { colour: green, ssrc: 6666 });
  await until(async () => isGreenish(await seen.colour()), 'another one is seen');
  const again = { ...stream, ssrc: 6666, remote: local(present.port) };
  const { rtpPort } = await leg.request('receiveVideo', again);
  await receiveProgram(leg, absent, 7777);
  expect((await leg.request('receiveVideo', again)).rtpPort, 'it is there still').toBe(rtpPort);
  await sleep(1000);
  expect(longestGap(endpoint.rtp.slice(first))).toBeLessThan(500);
  expect(changed()).toBe(1);
});

test('a program that ended suddenly is followed by the next one', limits, async () => {
  const { leg, endpoint, seen, events } = await openSeen();
  const server = await openPeer(closers);
  const { stop } = await send(leg, server, { colour: green, ssrc: 5555 });
  await until(async () => isGreenish(await seen.colour()), 'the second program is seen');
  await stop();
  await send(leg, await openPeer(closers), { colour: blue, ssrc: 6666 });
  await until(async () => isBluish(await seen.colour()), 'the third program is seen');
  expect(events.at(-1)).toMatchObject({ event: 'programChanged', ssrc: 6666 });
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
});

/** The longest silence in a tone, in ms, by blocks of 5. */
function longestSilence(samples: Int16Array): number {
  const block = 80;
  let [longest, silent] = [0, 0];
  for (let at = 0; at + block <= samples.length; at += block) {
    const loudest = samples.subarray(at, at + block).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    silent = loudest < 1000 ? silent + block : 0;
    longest = Math.max(longest, silent);
  }
  return longest / 16;
}

test('a voice goes on when it comes with another mix, and the former may stop when that begins', limits, async () => {
  const { leg, logger } = await startLeg(closers);
  const ear = await openPeer(closers);
  const remote = { ...local(ear.port), rtcpPort: ear.port };
  await leg.request('connectEndpoint', { audio: { remote, codec: 'PCMA', payloadType: 8, direction: 'sendrecv' } });
  const heard = await listen(closers, ear, 'encoding-name=PCMA,payload=8,clock-rate=8000', 'rtppcmadepay ! alawdec');
  const begin = async (ssrc: number) => {
    const server = await openPeer(closers);
    const stream = { ssrc, payloadType: 100, codec: 'opus' as const, clockRate: 48_000, remote: local(server.port) };
    const { rtpPort } = await leg.request('receiveAudio', stream);
    return sendFrom(closers, server, rtpPort, opusTone(500, ssrc));
  };
  let before = await begin(1000);
  await until(async () => (await heard.level(500)) > -20, 'the tone is heard');
  await sleep(1000);
  for (const ssrc of [2000, 3000]) {
    const next = await begin(ssrc);
    await until(() => next.sent.length > 0, 'the next one begins');
    await before.stop();
    before = next;
    await sleep(1000);
  }
  const silence = longestSilence(await heard.samples(2.8));
  if (process.env.ROSTRUM_FIGURES) console.log({ silence });
  expect(silence).toBeLessThan(150);
  expect(await heard.level(500)).toBeGreaterThan(-20);
  expect(continuity(ear.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(logger.lines).toEqual([]);
});

test('the slide after a program whose beginning came late is dated after it', limits, async () => {
  const { leg, events } = await startLeg(closers);
  const [endpoint, rtcp, server] = [await openPeer(closers), await openPeer(closers), await openPeer(closers)];
  await leg.request('connectEndpoint', { video: endpointVideo(endpoint, rtcp) });
  const to = await receiveProgram(leg, server, 4444);
  const held: Buffer[] = [];
  let isLate = true;
  const goOn = () => {
    isLate = false;
    for (const bytes of held.splice(0)) server.send(bytes, to);
  };
  const alter = (bytes: Buffer) => {
    if (!isLate) return bytes;
    if (held.push(bytes) === 1) setTimeout(goOn, 500);
    return undefined;
  };
  const options = 'bitrate=600 key-int-max=2';
  await sendFrom(closers, server, to, picture({ colour: red, options, payload: 'pt=102 ssrc=4444 mtu=1200' }), alter);
  const shown = () => events.flatMap((event) => event.picture ?? []).join();
  await until(() => shown() === 'slide,program', 'the program is shown');
  await leg.request('hold', { on: true });
  await until(() => shown() === 'slide,program,slide', 'the slide is shown');
  await sleep(1000);
  await leg.request('hold', { on: false });
  await until(() => shown() === 'slide,program,slide,program', 'the program is back');
  await sleep(500);
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
});
