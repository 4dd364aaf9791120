import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { IncomingDialog, OutgoingDialog, SipEdge } from '../../gateway/sip/index.ts';
import { address, answerCall, offer, openEdge } from './sip-peers.ts';

interface Pair {
  caller: SipEdge;
  called: SipEdge;
  /** The calls that came in, oldest first. */
  incoming: IncomingDialog[];
}

/** The test closes both. */
async function openPair(): Promise<Pair> {
  const pair: Pair = { caller: await openEdge(), called: await openEdge(), incoming: [] };
  pair.called.onIncoming((dialog) => {
    pair.incoming.push(dialog);
    answerCall(dialog);
  });
  return pair;
}

/** A call that is up on both sides. */
async function up(
  { caller, called, incoming }: Pair,
  transport: 'udp' | 'tcp',
): Promise<[OutgoingDialog, IncomingDialog]> {
  const target = `sip:room1@${address}:${called.port};transport=${transport}`;
  const dialog = caller.place(target, { callerName: 'C', fromUser: 'c', offer });
  dialog.onReoffer(() => offer());
  await new Promise<void>((resolve) => dialog.on('answered', () => resolve()));
  const other = incoming.at(-1);
  if (!other) throw new Error('no call came in');
  await vi.waitFor(() => expect(other.state).toBe('established'), { timeout: 5_000, interval: 5 });
  return [dialog, other];
}

const censusOf = ({ caller, called }: Pair) =>
  [caller, called].map(({ census: { calls, dialogs, transactions, timers, routes } }) => ({
    ...{ calls, dialogs, transactions, timers, routes },
  }));
const nothing = { calls: 0, dialogs: 0, transactions: 0, timers: 0, routes: 0 };

async function leaveNothing(pair: Pair, transport: 'udp' | 'tcp'): Promise<void> {
  const [one, other] = await up(pair, transport);
  for (let round = 0; round < 20; round += 1) {
    const [asking, direction] = round % 2 === 0 ? [one, 'sendonly'] : [other, 'sendrecv'];
    expect(await asking.reoffer(offer().replaceAll('a=sendrecv', `a=${direction}`))).toMatchObject({ ok: true });
  }
  expect(censusOf(pair).map(({ calls }) => calls)).toEqual([1, 1]);
  await one.hangUp();

  for (let round = 0; round < 50; round += 1) {
    const [dialog, incomingDialog] = await up(pair, transport);
    await (round % 2 === 0 ? dialog : incomingDialog).hangUp();
    await sleep(5);
  }
  expect(pair.incoming.map(({ state }) => state)).toEqual(pair.incoming.map(() => 'ended'));
  // The last transactions live on for 64·T1, to absorb what may still be repeated (RFC 3261 §17, table 4).
  await vi.waitFor(() => expect(censusOf(pair)).toEqual([nothing, nothing]), { timeout: 45_000, interval: 500 });
}

/** Side by side: both wait for half a minute at their end. */
it.concurrent.each(['udp', 'tcp'] as const)(
  'one call with 20 re-INVITEs and 50 calls in a row over %s leave nothing behind',
  { timeout: 120_000 },
  async (transport) => {
    const pair = await openPair();
    try {
      await leaveNothing(pair, transport);
    } finally {
      await Promise.all([pair.caller.close(), pair.called.close()]);
    }
  },
);
