import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalMedia } from '../../gateway/sip/index.ts';
import { participantIdOfAddress } from '../../server/protocol/ids.ts';
import { memoryOf, openFiles } from '../load/_cost.ts';
import { LightMeeting, type Member, SLOW_MS, seesAndHears, udpPortsOf } from './light-meeting.ts';
import { until } from './media-fixture.ts';

/** In and out in turn, some at a time. */
const CALLS = 40;
const AT_ONCE = 4;
const REINVITES = 20;
/** A call's SIP transactions stay for half a minute (RFC 3261 17), with some ten kilobytes. */
const HEAP_MB_PER_CALL = 0.2;

let meeting: LightMeeting;
let speaker: Member;
let witness: Member;
beforeAll(async () => {
  meeting = await LightMeeting.open();
  speaker = await meeting.join('speaker');
  witness = await meeting.callIn('witness');
  await meeting.speak(speaker);
  await seesAndHears(witness);
}, 120_000);
afterAll(() => meeting.close());

/** What a gateway holds but for its memory. */
function census(): Held {
  const { pid } = meeting.gateway;
  return { engines: meeting.engines().length, ports: udpPortsOf(pid), files: openFiles(pid) };
}

type Held = Record<string, number>;

/** What has ended takes a while to be gone; what had ended before may have been counted still. */
async function holdsNoMore(read: () => Held, before: Held): Promise<void> {
  const surplus = () => Object.entries(read()).filter(([name, count]) => count > (before[name] ?? 0));
  await expect.poll(surplus, { timeout: SLOW_MS, interval: 250 }).toEqual([]);
}

/** One that calls or is called, is answered, and hangs up or is hung up on. */
async function callOnce(name: string, index: number): Promise<void> {
  const { rack, desk } = meeting;
  const codec = rack.codecs.get(name);
  if (!codec) throw new Error(`no codec ${name}`);
  const participantId = participantIdOfAddress(codec.uri);
  const own = () => meeting.callOf({ participantId });
  const isThere = () => desk.state.participants[participantId]?.presence === 'present';
  if (index % 2 === 0) await rack.call(codec, name, meeting.room);
  else expect(await desk.command({ verb: 'dial', address: codec.uri, name })).toEqual({ ok: true, result: {} });
  await until(
    `${name} is there`,
    () => codec.dialog?.state === 'established' && own()?.status === 'answered' && isThere(),
    SLOW_MS,
  );
  if (index % 4 < 2) await codec.dialog?.hangUp();
  else await desk.command({ verb: 'hangUp', callId: own()?.id });
  await until(`${name} is over`, () => codec.dialog === undefined && own()?.status === 'ended' && !isThere(), SLOW_MS);
}

/** A second try has codecs of its own: the first may have left its calls standing. */
let attempts = 0;

test('calls in a row leave nothing behind', async () => {
  attempts += 1;
  const names = Array.from({ length: AT_ONCE }, (_, index) => `short${attempts}-${index}`);
  for (const name of names) await meeting.rack.add(name, meeting.options);
  const row = (rounds: number) =>
    Promise.all(
      names.map(async (name, lane) => {
        for (let round = 0; round < rounds; round += 1) await callOnce(name, lane + round);
      }),
    );
  await row(1); // what is made once is made now
  await until('only two calls stand', () => census().engines === 2, SLOW_MS);
  const [before, heap] = [census(), await meeting.gateway.heap()];
  await row(CALLS / AT_ONCE);
  await holdsNoMore(census, before);
  const held = async () => {
    const { legs, seats } = await meeting.gateway.heap();
    return { legs: Math.max(0, legs - 2), seats: Math.max(0, seats - heap.seats) };
  };
  // At the latest when the transactions of the last call are over (64*T1).
  await expect.poll(held, { timeout: 45_000, interval: 1000 }).toEqual({ legs: 0, seats: 0 });
  const growth = (await meeting.gateway.heap()).usedMb - heap.usedMb;
  expect(growth).toBeLessThan(CALLS * HEAP_MB_PER_CALL);
  await seesAndHears(witness);
}, 150_000);

/** Held, taken up, in other codecs, encrypted, plain: a description at a time. */
function changesOf({ audio, video }: LocalMedia): Partial<LocalMedia>[] {
  if (!audio || !video) throw new Error('the codec has sound and picture');
  const srtpKeys = { AES_CM_128_HMAC_SHA1_80: Buffer.alloc(30, 7).toString('base64') };
  const plain: Partial<LocalMedia> = { security: { policy: 'off' }, audio, video };
  return [
    { audio: { ...audio, direction: 'sendonly' }, video: { ...video, direction: 'sendonly' } },
    plain,
    { audio: { ...audio, codecs: ['G722'] } },
    { security: { policy: 'required' }, audio: { ...audio, srtpKeys }, video: { ...video, srtpKeys } },
    plain,
  ];
}

test('twenty re-INVITEs leave the call as it was, and nothing behind', async () => {
  const { codec, pid } = witness;
  const { id } = meeting.callOf(witness) ?? {};
  const changes = changesOf({ ...codec.local });
  const held = () => ({
    files: openFiles(pid),
    ports: udpPortsOf(pid),
    threads: readdirSync(`/proc/${pid}/task`).length,
    gatewayPorts: census().ports ?? 0,
  });
  const round = async () => {
    for (const change of changes) {
      await codec.reoffer(change);
      const isEncrypted = change.security?.policy === 'required';
      expect(codec.agreed?.audio?.security.kind).toBe(isEncrypted ? 'sdes' : 'none');
      expect(codec.agreed?.audio?.codec).toBe(change.audio?.codecs?.[0] === 'G722' ? 'G722' : 'PCMA');
    }
    await seesAndHears(witness);
  };
  await round();
  const [before, memory] = [held(), memoryOf(pid)];
  for (let done = 0; done < REINVITES; done += changes.length) await round();
  await holdsNoMore(held, before);
  expect(memoryOf(pid) - memory).toBeLessThan(25);
  expect(meeting.callOf(witness)).toMatchObject({ id, status: 'answered', attempt: 1 });
  for (const line of codec.lines) expect(line.heard.ssrcs.size).toBe(1);
}, 150_000);
