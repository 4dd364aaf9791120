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

interface Relay {
  lost: number;
  late: number;
  close(): void;
}

interface BadLine {
  /** Share of datagrams that are lost, each way. */
  loss: number;
  /** Share that come late, behind those sent up to 60 ms after them. */
  reordered: number;
}

/** Stands at `outside` for the edge at `inside`, like a bad line. */
async function openRelay(port: number, { loss, reordered }: BadLine): Promise<Relay> {
  const random = seededRandom(20_140_415);
  const socket = createSocket('udp4');
  let caller: RemoteInfo | undefined;
  const relay = { lost: 0, late: 0, close: () => void socket.close() };
  const delayed = new Set<NodeJS.Timeout>();
  socket.on('message', (bytes, from) => {
    const isOutbound = from.address === inside;
    if (!isOutbound) caller = from;
    const to = isOutbound ? caller : { port, address: inside };
    if (!to) return;
    const pass = () => socket.send(bytes, to.port, to.address);
    if (random() < loss) relay.lost += 1;
    else if (random() >= reordered) pass();
    else {
      relay.late += 1;
      const timer = setTimeout(() => {
        delayed.delete(timer);
        pass();
      }, random() * 60);
      delayed.add(timer);
    }
  });
  await new Promise<void>((resolve) => socket.bind(port, outside, resolve));
  relay.close = () => {
    for (const timer of delayed) clearTimeout(timer);
    socket.close();
  };
  return relay;
}

const endOf = (dialog: Dialog) => new Promise<End>((resolve) => dialog.on('ended', resolve));

it.each([
  { loss: 0.1, reordered: 0 },
  { loss: 0.05, reordered: 0.3 },
])('sets up, changes and ends every call on a line with %o', { timeout: 60_000 }, async (line) => {
  const called: SipEdge = await openEdge({}, { host: inside, advertised: outside });
  opened.push(called);
  const relay = await openRelay(called.port, line);
  opened.push(relay);
  const caller = await openEdge();
  opened.push(caller);

  const incomingEnds: Promise<End>[] = [];
  called.onIncoming((dialog) => {
    incomingEnds.push(endOf(dialog));
    dialog.ring();
    answerCall(dialog);
    // Every fourth call is ended by the called side.
    if (incomingEnds.length % 4 === 0) dialog.on('answered', () => setTimeout(() => void dialog.hangUp(), 300));
  });

  const outgoingEnds = Array.from({ length: calls }, async (_, index) => {
    await sleep(index * 50);
    const dialog = caller.place(`sip:room1@${outside}:${called.port}`, { callerName: 'C', fromUser: 'c', offer });
    const ended = endOf(dialog);
    await new Promise<void>((resolve, reject) => {
      dialog.on('answered', () => resolve());
      dialog.on('failed', ({ code, reason }) => reject(new Error(`call ${index} failed: ${code}, ${reason}`)));
    });
    if (index % 4 === 1) {
      const result = await dialog.reoffer(offer());
      expect(result.ok || dialog.state === 'ended').toBe(true);
    }
    await Promise.race([ended, sleep(1_500)]);
    await dialog.hangUp();
    return ended;
  });

  const ends = await Promise.all(outgoingEnds);
  expect(ends.map(({ by }) => by)).not.toContain('timeout');
  expect((await Promise.all(incomingEnds)).map(({ by }) => by)).not.toContain('timeout');
  expect(incomingEnds.length).toBe(calls);
  expect([caller.dialogs.length, called.dialogs.length]).toEqual([0, 0]);
  expect(relay.lost).toBeGreaterThan(5);
  expect(relay.late > 20).toBe(line.reordered > 0);
});
