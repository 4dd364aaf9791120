/** The sound test of a codec: what it says is played back to it, later, and how long the leg itself has it is measured. */

import { expect, test } from 'vitest';
import { closeAfterEach } from './closers.ts';
import { continuity, listen, openPeer, sendFrom, startLeg } from './engine-leg-peers.ts';
import { type Packet, sleep, until } from './engine-peers.ts';
import { toneLevelOf } from './perceive.ts';

const closers = closeAfterEach();
const limits = { timeout: 60_000, retry: 2 };
const RATE = 16_000;
/** A tone for 300 ms of every 1,250: what comes back after two seconds cannot be taken for what another has said. */
const BURSTS =
  'audiotestsrc is-live=true wave=ticks tick-interval=1250000000 sine-periods-per-tick=132 freq=440 volume=0.3 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay pt=8';
const SENT_DB = 20 * Math.log10(0.3);

/** When sound begins, ms of `performance.now()`: in A-law its magnitude is the code with the even bits turned (ITU-T G.711). */
function beginnings(packets: readonly Packet[]): number[] {
  const isLoud = ({ bytes }: Packet) => bytes.subarray(12).some((code) => ((code ^ 0x55) & 0x7f) > 0x50);
  const loud = packets.filter(isLoud).map(({ at }) => at);
  return loud.filter((at, place) => at - (loud[place - 1] ?? 0) > 500);
}

test('REG-5 a codec hears itself two seconds later, and what the centre takes of it is measured', limits, async () => {
  const { leg, logger, audioPort } = await startLeg(closers, { video: false });
  const [endpoint, told] = [await openPeer(closers), await openPeer(closers)];
  const remote = { ip: '127.0.0.1', port: told.port, rtcpPort: told.port };
  await leg.request('connectEndpoint', { audio: { remote, codec: 'PCMA', payloadType: 8, direction: 'sendrecv' } });
  const heard = await listen(
    closers,
    endpoint,
    'encoding-name=PCMA,payload=8,clock-rate=8000',
    'rtppcmadepay ! alawdec',
  );
  const { sent } = await sendFrom(closers, endpoint, audioPort, BURSTS);
  const audio = async () => (await leg.request('stats', {})).audio;
  await until(async () => ((await audio())?.received.packets ?? 0) > 10, 'the codec is heard');
  await leg.request('loopBack', { delayMs: 2_000, forMs: 3_000 });
  await until(async () => (await audio())?.loopMs !== undefined, 'it is over and measured');
  const loopMs = (await audio())?.loopMs ?? 0;

  const said = beginnings(sent);
  const back = beginnings(endpoint.rtp);
  expect(back.length).toBeGreaterThan(0);
  for (const at of back) {
    const delays = said.map((from) => at - from).filter((delay) => Math.abs(delay - 2_000 - loopMs) < 150);
    expect(delays, `${at} of ${said.join()}, ${loopMs}`).toHaveLength(1);
  }
  expect(loopMs).toBeGreaterThan(20);
  expect(loopMs).toBeLessThan(600);
  const samples = await heard.samples(60);
  const levels = Array.from({ length: Math.floor(samples.length / 1600) }, (_, at) =>
    toneLevelOf(samples.subarray(at * 1600, (at + 1) * 1600), 440, RATE),
  );
  // At half the loudness.
  expect(Math.abs(Math.max(...levels) - (SENT_DB - 6))).toBeLessThan(2);
  expect(continuity(endpoint.rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
  expect(logger.lines).toEqual([]);
});

test('who is held, or may be heard by others, is not played back to himself', limits, async () => {
  const { leg, audioPort } = await startLeg(closers, { video: false });
  const [endpoint, told] = [await openPeer(closers), await openPeer(closers)];
  const remote = { ip: '127.0.0.1', port: told.port, rtcpPort: told.port };
  await leg.request('connectEndpoint', { audio: { remote, codec: 'PCMA', payloadType: 8, direction: 'sendrecv' } });
  await sendFrom(closers, endpoint, audioPort, BURSTS.replace('1250000000', '500000000'));
  const isHeard = () => beginnings(endpoint.rtp).length > 0;
  await leg.request('loopBack', { delayMs: 500, forMs: 10_000 });
  await until(isHeard, 'it hears itself');
  await leg.request('setMicrophone', { open: true });
  await sleep(300);
  endpoint.rtp.length = 0;
  await sleep(700);
  expect(endpoint.rtp.length).toBeGreaterThan(20);
  expect(isHeard()).toBe(false);
});
