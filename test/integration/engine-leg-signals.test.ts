/** What an endpoint says beside sound and picture: keys, cameras, limits; and what it is told by a prompt. */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { ConnectEndpoint } from '../../gateway/engine/leg-protocol.ts';
import { promptFile } from '../../gateway/legs/prompts.ts';
import { toneWav } from './baresip.ts';
import { closeAfterEach } from './closers.ts';
import { continuity, type Leg, listen, openPeer, sendFrom, startLeg, toneSource } from './engine-leg-peers.ts';
import { scratchFolder, sleep, until } from './engine-peers.ts';
import { randomSrtpKey, srtpContext } from './srtp.ts';

const run = promisify(execFile);
const limits = { timeout: 60_000, retry: 2 };
const closers = closeAfterEach();

const local = (port: number) => ({ ip: '127.0.0.1', port, rtcpPort: port });

function rtp(
  fields: { type: number; sequence: number; timestamp: number; ssrc: number; marker?: boolean },
  body: Buffer,
) {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = fields.type | (fields.marker ? 0x80 : 0);
  header.writeUInt16BE(fields.sequence & 0xffff, 2);
  header.writeUInt32BE(fields.timestamp >>> 0, 4);
  header.writeUInt32BE(fields.ssrc, 8);
  return Buffer.concat([header, body]);
}

const telephoneEvent = (event: number, duration: number, end = false) =>
  Buffer.from([event, end ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);

async function connectAudio(leg: Leg, audio: Partial<NonNullable<ConnectEndpoint['audio']>> = {}) {
  const endpoint = await openPeer(closers);
  await leg.request('connectEndpoint', {
    audio: {
      remote: local(endpoint.port),
      codec: 'PCMA',
      payloadType: 8,
      dtmfPayloadType: 101,
      direction: 'sendrecv',
      ...audio,
    },
  });
  return endpoint;
}

test.each([
  { codec: 'PCMA' as const, type: 8, dtmf: 101, clock: 8000, encode: 'alawenc ! rtppcmapay pt=8' },
  {
    codec: 'opus' as const,
    type: 96,
    dtmf: 110,
    clock: 48_000,
    encode: 'audioresample ! audio/x-raw,rate=48000 ! opusenc ! rtpopuspay pt=96',
  },
])(
  'keys among the sound of $codec, at $clock Hz, are told once each',
  limits,
  async ({ codec, type, dtmf, clock, encode }) => {
    const { leg, events, audioPort } = await startLeg(closers);
    const endpoint = await connectAudio(leg, { codec, payloadType: type, dtmfPayloadType: dtmf });
    await sendFrom(closers, endpoint, audioPort, `${toneSource(440)} ! ${encode} ssrc=55`);
    await until(() => events.some(({ event }) => event === 'audioFlowing'), 'sound flows');
    let sequence = 30_000;
    const send = (timestamp: number, body: Buffer, marker = false) =>
      endpoint.send(rtp({ type: dtmf, sequence: sequence++, timestamp, ssrc: 55, marker }, body), audioPort);
    const step = clock / 50;
    const press = async (event: number, timestamp: number, { end = true, begin = true, steps = 5 } = {}) => {
      for (let at = begin ? 0 : 1; at < steps; at++) {
        send(timestamp, telephoneEvent(event, Math.min(0xffff, (at + 1) * step)), at === 0);
        await sleep(20);
      }
      for (let time = 0; end && time < 3; time++) send(timestamp, telephoneEvent(event, steps * step, true));
      await sleep(40);
    };
    await press(1, 100_000);
    await press(1, 200_000);
    await press(2, 300_000, { end: false });
    await press(3, 400_000, { begin: false });
    await press(10, 500_000, { steps: 30 });
    await press(11, 600_000);
    const digits = () => events.filter(({ event }) => event === 'digit').map((event) => Reflect.get(event, 'digit'));
    await until(() => digits().length >= 6, 'all keys');
    await sleep(300);
    expect(digits().join('')).toBe('1123*#');
    // Another clock, another payload type: what was agreed on counts.
    send(700_000, telephoneEvent(16, 100), true);
    endpoint.send(rtp({ type: 99, sequence: 5, timestamp: 1, ssrc: 55 }, telephoneEvent(5, 100)), audioPort);
    await sleep(300);
    expect(digits().join('')).toBe('1123*#');
  },
);

test('a prompt is heard where there was silence, its end is told, and it can be broken off', limits, async () => {
  const { leg, logger, events } = await startLeg(closers);
  const endpoint = await connectAudio(leg);
  const heard = await listen(
    closers,
    endpoint,
    'encoding-name=PCMA,payload=8,clock-rate=8000',
    'rtppcmadepay ! alawdec',
  );
  const folder = scratchFolder();
  await writeFile(join(folder, 'tone.wav'), toneWav(660, 2));
  await run('ffmpeg', ['-v', 'error', '-i', join(folder, 'tone.wav'), '-c:a', 'libopus', join(folder, 'tone.opus')]);
  const file = join(folder, 'tone.opus');
  const played = () => events.filter(({ event }) => event === 'played').length;
  await until(() => endpoint.rtp.length > 20, 'silence comes all the time');

  await leg.request('play', { file });
  await until(async () => (await heard.level(660)) > -20, 'the prompt is heard');
  expect(played()).toBe(0);
  await until(() => played() === 1, 'its end');
  await until(async () => (await heard.level(660)) < -60, 'then silence');

  await leg.request('hold', { on: true });
  await leg.request('play', { file, loop: true });
  await until(async () => (await heard.level(660)) > -20, 'held, and heard all the same');
  await sleep(3000);
  expect(await heard.level(660)).toBeGreaterThan(-25);
  await leg.request('stopPlaying', {});
  await until(async () => (await heard.level(660)) < -60, 'broken off');

  await leg.request('play', { file: promptFile('vi', 'welcome') });
  await leg.request('play', { file: promptFile('en', 'welcome') });
  await until(() => played() === 2, 'of two prompts the second is played to its end');
  await expect(leg.request('play', { file: join(folder, 'none.opus') })).rejects.toMatchObject({ code: 'noFile' });
  await leg.request('play', { file: join(folder, 'tone.wav') });
  await until(() => played() === 3, 'a file that is no Ogg/Opus is over at once');
  expect(events.some(({ event }) => event === 'error')).toBe(false);
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  await leg.request('stats', {});
  expect(logger.lines).toEqual([]);
});

test.each([{ protectedBy: 'nothing' }, { protectedBy: 'SDES' }])(
  'camera control passes both ways, protected by $protectedBy',
  limits,
  async ({ protectedBy }) => {
    const { leg, events, cameraPort } = await startLeg(closers, { camera: true });
    const endpoint = await openPeer(closers);
    await expect(leg.request('sendCamera', { payload: 'AAEC' })).rejects.toMatchObject({ code: 'noCamera' });
    const [ours, theirs] = [randomSrtpKey('AES_CM_128_HMAC_SHA1_80'), randomSrtpKey('AES_CM_128_HMAC_SHA1_80')];
    const bare = protectedBy === 'nothing';
    const security = bare ? { kind: 'none' as const } : { kind: 'sdes' as const, local: ours, remote: theirs };
    const [inward, outward] = [srtpContext(ours), srtpContext(theirs)];
    await leg.request('connectEndpoint', { camera: { remote: local(endpoint.port), security, payloadType: 100 } });

    for (const payload of ['first', 'second', 'third']) {
      await leg.request('sendCamera', { payload: Buffer.from(payload).toString('base64') });
      await sleep(30);
    }
    await until(() => endpoint.rtp.length === 3, 'three packets');
    const packets = endpoint.rtp.map(({ at, bytes }) => ({ at, bytes: bare ? bytes : inward.unprotect(bytes) }));
    expect(packets.map(({ bytes }) => bytes?.subarray(12).toString())).toEqual(['first', 'second', 'third']);
    expect(packets.map(({ bytes }) => bytes?.[1])).toEqual([0xe4, 0xe4, 0xe4]);
    expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });

    const frames = () => events.filter(({ event }) => event === 'camera').map((event) => Reflect.get(event, 'payload'));
    for (const [index, payload] of ['up', 'stop', 'left'].entries()) {
      const packet = rtp({ type: 100, sequence: index, timestamp: index * 480, ssrc: 9 }, Buffer.from(payload));
      endpoint.send(bare ? packet : outward.protect(packet), cameraPort);
      await sleep(100);
    }
    await until(() => frames().length >= 3, 'three frames');
    expect(frames().map((payload) => Buffer.from(payload, 'base64').toString())).toEqual(['up', 'stop', 'left']);
    expect((await leg.request('stats', {})).camera).toMatchObject({ encrypted: !bare });
  },
);

test('a limit that the endpoint sets (TMMBR) is told and acknowledged', limits, async () => {
  const { leg, events, videoPort } = await startLeg(closers);
  const [endpoint, rtcp] = [await openPeer(closers), await openPeer(closers)];
  await leg.request('connectEndpoint', {
    video: {
      remote: { ip: '127.0.0.1', port: endpoint.port, rtcpPort: rtcp.port },
      payloadType: 97,
      maxBitrateKbps: 1024,
      direction: 'sendrecv',
    },
  });
  await until(() => endpoint.rtp.length > 3, 'the slide');
  const ours = endpoint.rtp[0]?.bytes.readUInt32BE(8) ?? 0;
  const request = (target: number, kbps: number) => {
    const packet = Buffer.alloc(28);
    packet.writeUInt32BE(0x80c90001, 0);
    packet.writeUInt32BE(97, 4);
    packet.writeUInt32BE(0x83cd0004, 8);
    packet.writeUInt32BE(97, 12);
    packet.writeUInt32BE(target, 20);
    packet.writeUInt32BE(3 * 2 ** 26 + kbps * 125 * 2 ** 9 + 40, 24);
    return packet;
  };
  const limited = () =>
    events.filter(({ event }) => event === 'limited').map((event) => Reflect.get(event, 'maxBitrateKbps'));
  rtcp.send(request(ours, 256), videoPort + 1);
  await until(() => limited().length > 0, 'the event');
  expect(limited()).toEqual([256]);
  const notices = () => rtcp.rtcp.filter(({ bytes }) => bytes.includes(Buffer.from('84cd0004', 'hex')));
  await until(() => notices().length > 0, 'the notice');
  expect(notices()[0]?.bytes.readUInt32BE(0)).toBe(0x80c90001);
  rtcp.send(request((ours ^ 1) >>> 0, 64), videoPort + 1);
  await sleep(300);
  expect(limited(), 'of another stream nothing is told').toEqual([256]);
  const { video } = await leg.request('stats', {});
  expect(video?.received.lastPacketMs).toBeNull();
  expect(video?.received.lastRtcpMs).toBeLessThan(5000);
});
