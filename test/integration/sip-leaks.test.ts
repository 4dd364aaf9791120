/** Many calls in a row leave nothing behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { SipEdge } from '../../gateway/sip/index.ts';
import { sdp } from '../gateway/sip/corpus/message.ts';
import { address, answerCall, openEdge } from './sip-peers.ts';

const calls = 500;
const atOnce = 5;
const nothing = { transactions: 0, dialogs: 0, timers: 0, routes: 0, calls: 0 };
const large = `${sdp}a=x-large:${'x'.repeat(1_300)}\r\n`;

/** Milliseconds within which every transaction has run out: 64·T1 and some (RFC 3261 §17, table 4). */
const patience = { timeout: 60_000, interval: 500 };

async function callOnce(from: SipEdge, target: string, offer: string, weHangUp: boolean): Promise<void> {
  const call = from.place(target, { callerName: 'A', fromUser: 'a', offer: () => offer });
  const over = new Promise<void>((resolve, reject) => {
    call.on('failed', ({ code, status, reason }) => reject(new Error(`${code} ${status} ${reason}`)));
    call.on('ended', () => resolve());
  });
  call.on('answered', () => {
    if (weHangUp) void call.hangUp();
  });
  await over;
}

/** Every second call is hung up by the called side. Resolves when neither side holds anything but its connections. */
async function callManyTimes(transport: 'udp' | 'tcp', offer: string): Promise<void> {
  const [centre, codec] = [await openEdge(), await openEdge()];
  let inbound = 0;
  centre.onIncoming((call) => {
    inbound += 1;
    answerCall(call);
    if (call.target === 'leaves') call.on('answered', () => void call.hangUp());
  });
  const oneAfterTheOther = async () => {
    for (let count = 0; count < calls / atOnce; count += 1) {
      const weHangUp = count % 2 === 0;
      const target = `sip:${weHangUp ? 'stays' : 'leaves'}@${address}:${centre.port};transport=${transport}`;
      await callOnce(codec, target, offer, weHangUp);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, oneAfterTheOther));
  expect(inbound).toBe(calls);
  await vi.waitFor(() => {
    for (const { census } of [centre, codec]) expect(census).toMatchObject(nothing);
  }, patience);
  for (const { census } of [centre, codec]) expect(census.connections).toBeLessThanOrEqual(2);
  expect(centre.bans).toEqual([]);
  await Promise.all([centre.close(), codec.close()]);
}

it('sets up and ends 500 calls each way and holds nothing afterwards', { timeout: 240_000 }, async () => {
  const resources = () => process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|UDP/.test(name)).length;
  const before = resources();
  await Promise.all([callManyTimes('udp', sdp), callManyTimes('tcp', sdp), callManyTimes('udp', large)]);
  await sleep(100);
  expect(resources()).toBeLessThanOrEqual(before + 1);
});
