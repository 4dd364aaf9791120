import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LightMeeting, type Member, SLOW_MS, seesAndHears } from './light-meeting.ts';
import { openSipLine } from './line-relay.ts';
import { until } from './media-fixture.ts';

/** An outage as long as this ends no call. */
const CUT_MS = 30_000;

let meeting: LightMeeting;
let speaker: Member;
let witness: Member;
beforeAll(async () => {
  meeting = await LightMeeting.open(['killed']);
  speaker = await meeting.join('speaker');
  witness = await meeting.join('witness');
  await meeting.speak(speaker);
  await seesAndHears(witness);
}, 120_000);
afterAll(() => meeting.close());

/** Whatever happened to another leg did not happen to this one: no new call, no new stream. */
async function goesOn(member: Member, callId: string | undefined): Promise<void> {
  await seesAndHears(member);
  expect(meeting.callOf(member)).toMatchObject({ id: callId, status: 'answered', attempt: 1 });
  for (const line of member.codec.lines) expect(line.heard.ssrcs.size).toBe(1);
}

test('an engine that dies ends its own leg alone, and the centre calls again', async () => {
  const { id } = meeting.callOf(witness) ?? {};
  const victim = await meeting.joinSite('killed');
  await seesAndHears(victim);
  await meeting.arrival(victim.participantId, async () => {
    process.kill(victim.pid, 'SIGKILL');
    await until('its call waits', () => meeting.callOf(victim)?.status === 'waiting', SLOW_MS);
    expect(meeting.callOf(victim)).toMatchObject({ cause: 'error' });
    return meeting.desk.command({ verb: 'redial', callId: meeting.callOf(victim)?.id });
  });
  await seesAndHears(victim);
  await goesOn(witness, id);
  await victim.codec.dialog?.hangUp();
}, 90_000);

test('a codec that dials in a burst is in once, and leaves no engine behind', async () => {
  const { rack, desk, room } = meeting;
  const before = new Set(meeting.engines());
  const codec = await rack.add('hasty', meeting.options);
  const participantId = 'site-killed'; // the one site with an address here
  const calls = Array.from({ length: 10 }, () => rack.call(codec, 'hasty', room));
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? String(one.reason) : []));
  expect(refused).toEqual(Array(9).fill(expect.stringMatching(/ 480$/)));
  await until('it is in', () => desk.state.participants[participantId]?.presence === 'present', SLOW_MS);
  const ofIts = () => meeting.engines().filter((pid) => !before.has(pid));
  await until('one engine is left', () => ofIts().length === 1, SLOW_MS);
  const own = meeting.calls.filter((call) => call.direction === 'in');
  expect(own.map(({ status }) => status).toSorted()).toEqual(['answered', ...Array(own.length - 1).fill('ended')]);
  await seesAndHears({ codec, participantId, pid: ofIts()[0] ?? 0 });
  await codec.dialog?.hangUp();
  await until('none is left', () => ofIts().length === 0, SLOW_MS);
}, 90_000);

test('a flood of what is no RTP into the ports of a leg harms nobody, not even that leg', async () => {
  const { id } = meeting.callOf(witness) ?? {};
  const stranger = createSocket('udp4');
  const { audio, video } = witness.codec.agreed ?? {};
  for (let round = 0; round < 200; round += 1) {
    for (const junk of malformed(round, witness.codec.sound.ssrc)) {
      for (const stream of [audio, video]) {
        if (!stream) continue;
        stranger.send(junk, stream.remote.port, '127.0.0.1');
        stranger.send(junk, stream.remote.rtcpPort, '127.0.0.1');
      }
      for (const line of witness.codec.lines) line.sendRaw(junk);
    }
    await sleep(5);
  }
  stranger.close();
  await goesOn(witness, id);
}, 60_000);

/** Empty, short, cut off, of another version, with an extension or padding longer than itself; RTCP that lies of its length. */
function malformed(seed: number, ssrc: number): Buffer[] {
  const rtp = Buffer.alloc(60, seed);
  rtp.writeUInt32BE(ssrc, 8);
  const as = (first: number, second: number) => {
    const packet = Buffer.from(rtp);
    packet[0] = first;
    packet[1] = second;
    return packet;
  };
  const longExtension = as(0x90, 8);
  longExtension.writeUInt16BE(0xffff, 14);
  const padded = as(0xa0, 8);
  padded[59] = 0xff;
  const report = as(0x9f, 200);
  report.writeUInt16BE(0xffff, 2);
  return [
    Buffer.alloc(0),
    Buffer.from([0x80]),
    rtp.subarray(0, 11),
    as(0x00, 8),
    as(0x8f, 8).subarray(0, 20),
    longExtension,
    padded,
    report,
    as(0x81, 206),
    as(0x80, 96),
    Buffer.alloc(1400, 0xff),
  ];
}

const weathers = {
  '2 % of the packets lost': { loss: 0.02 },
  '5 % of the packets lost': { loss: 0.05 },
  '200 ms of jitter': { jitterMs: 200 },
  'packets that overtake each other': { reordered: 0.1 },
};

test('a bad line loses, delays or reorders packets, and the call goes on in sound and picture', async () => {
  const sufferers: { name: string; member: Member }[] = [];
  for (const [index, [name, weather]] of Object.entries(weathers).entries()) {
    const member = await meeting.join(`weather${index}`);
    for (const line of member.codec.lines) line.weather = weather;
    sufferers.push({ name, member });
  }
  await sleep(8_000);
  for (const { name, member } of sufferers) {
    await seesAndHears(member);
    expect(meeting.callOf(member), name).toMatchObject({ status: 'answered', attempt: 1 });
    for (const line of member.codec.lines) expect(line.heard.ssrcs.size, name).toBe(1);
  }
  for (const { member } of sufferers) await member.codec.dialog?.hangUp();
}, 120_000);

/** Side by side: each waits for half a minute. */
describe('what lasts', () => {
  let last: Promise<unknown> = Promise.resolve();
  /** They enter in turn, so that each one's engine is known. */
  function enters(name: string, uri?: string): Promise<Member> {
    const entered = last.then(() => meeting.join(name, uri));
    last = entered.catch(() => undefined);
    return entered;
  }

  test.concurrent('an engine that stands still is found out and ended, and the others go on', async () => {
    const { id } = meeting.callOf(witness) ?? {};
    const victim = await enters('stalled');
    process.kill(victim.pid, 'SIGSTOP');
    await until('its call is over', () => meeting.callOf(victim)?.status === 'failed', 40_000);
    await until('its process is gone', () => !meeting.engines().includes(victim.pid), 10_000);
    expect(victim.codec.ended).toBe(1);
    await goesOn(witness, id);
  }, 90_000);

  test.concurrent('a line is cut for 30 s, media alone or all of it, and everything is back in the same call', async () => {
    const sipLine = await openSipLine(meeting.rack.port, meeting.gateway.sipPort);
    const silent = await enters('no-media');
    const gone = await enters('no-line', `sip:no-line@127.0.0.1:${sipLine.codecPort}`);
    const calls = [silent, gone].map((member) => meeting.callOf(member)?.id);
    for (const member of [silent, gone]) await seesAndHears(member);
    const sever = (cut: boolean) => {
      sipLine.cut = cut;
      for (const { codec } of [silent, gone]) for (const line of codec.lines) line.weather = { cut };
    };
    sever(true);
    await sleep(CUT_MS);
    sever(false);
    for (const [index, member] of [silent, gone].entries()) {
      await seesAndHears(member, 5_000);
      expect(meeting.callOf(member)).toMatchObject({ id: calls[index], status: 'answered', attempt: 1 });
      expect(member.codec.ended).toBe(0);
      for (const line of member.codec.lines) expect(line.heard.ssrcs.size).toBe(1);
    }
    for (const { codec } of [silent, gone]) await codec.dialog?.hangUp();
    sipLine.close();
  }, 120_000);
});
