import { createSocket, type RemoteInfo } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { Dialog, End, SipEdge } from '../../gateway/sip/index.ts';
import { seededRandom } from './random.ts';
import { answerCall, offer, openEdge } from './sip-peers.ts';

const inside = '127.0.0.2';
const outside = '127.0.0.3';
const calls = 20;

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

/** Stands at `outside` for the edge at `inside`, like a bad line: every tenth datagram is lost, each way. */
async function openLossyRelay(port: number): Promise<{ lost: () => number; close: () => void }> {
  const random = seededRandom(20_140_415);
  const socket = createSocket('udp4');
  let caller: RemoteInfo | undefined;
  let lost = 0;
  socket.on('message', (bytes, from) => {
    const isOutbound = from.address === inside;
    if (!isOutbound) caller = from;
    if (random() < 0.1) lost += 1;
    else if (!isOutbound) socket.send(bytes, port, inside);
    else if (caller) socket.send(bytes, caller.port, caller.address);
  });
  await new Promise<void>((resolve) => socket.bind(port, outside, resolve));
  return { lost: () => lost, close: () => void socket.close() };
}

const endOf = (dialog: Dialog) => new Promise<End>((resolve) => dialog.on('ended', resolve));

it('sets up and ends every call though each tenth datagram is lost', { timeout: 40_000 }, async () => {
  const called: SipEdge = await openEdge({}, { host: inside, advertised: outside });
  opened.push(called);
  const relay = await openLossyRelay(called.port);
  opened.push(relay);
  const caller = await openEdge();
  opened.push(caller);

  const incomingEnds: Promise<End>[] = [];
  called.onIncoming((dialog) => {
    incomingEnds.push(endOf(dialog));
    dialog.ring();
    answerCall(dialog);
    // Every other call is ended by the called side.
    if (incomingEnds.length % 2 === 0) dialog.on('answered', () => setTimeout(() => void dialog.hangUp(), 300));
  });

  const outgoingEnds = Array.from({ length: calls }, async (_, index) => {
    await sleep(index * 50);
    const dialog = caller.place(`sip:room1@${outside}:${called.port}`, { callerName: 'C', fromUser: 'c', offer });
    const ended = endOf(dialog);
    dialog.on('failed', (failure) => expect.unreachable(`call ${index}: ${failure.reason}`));
    await new Promise<void>((resolve) => dialog.on('answered', () => resolve()));
    await Promise.race([ended, sleep(1_500)]);
    await dialog.hangUp();
    return ended;
  });

  const ends = await Promise.all(outgoingEnds);
  expect(ends.map(({ by }) => by)).not.toContain('timeout');
  expect((await Promise.all(incomingEnds)).map(({ by }) => by)).not.toContain('timeout');
  expect(incomingEnds.length).toBe(calls);
  expect([caller.dialogs.length, called.dialogs.length]).toEqual([0, 0]);
  expect(relay.lost()).toBeGreaterThan(5);
});
