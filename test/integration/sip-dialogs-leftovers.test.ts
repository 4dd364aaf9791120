import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { IncomingDialog, OutgoingDialog, SipEdge } from '../../gateway/sip/index.ts';
import { address, answerCall, offer, openEdge } from './sip-peers.ts';

let caller: SipEdge;
let called: SipEdge;
const incoming: IncomingDialog[] = [];

beforeEach(async () => {
  incoming.length = 0;
  [caller, called] = [await openEdge(), await openEdge()];
  called.onIncoming((dialog) => {
    incoming.push(dialog);
    answerCall(dialog);
  });
});

afterEach(() => Promise.all([caller.close(), called.close()]));

/** A call that is up on both sides. */
async function up(transport: 'udp' | 'tcp'): Promise<[OutgoingDialog, IncomingDialog]> {
  const target = `sip:room1@${address}:${called.port};transport=${transport}`;
  const dialog = caller.place(target, { callerName: 'C', fromUser: 'c', offer });
  dialog.onReoffer(() => offer());
  await new Promise<void>((resolve) => dialog.on('answered', () => resolve()));
  const other = incoming.at(-1);
  if (!other) throw new Error('no call came in');
  await vi.waitFor(() => expect(other.state).toBe('established'), { timeout: 5_000, interval: 5 });
  return [dialog, other];
}

const census = () =>
  [caller, called].map(({ census: { calls, dialogs, transactions, timers, routes } }) => ({
    ...{ calls, dialogs, transactions, timers, routes },
  }));
const nothing = { calls: 0, dialogs: 0, transactions: 0, timers: 0, routes: 0 };

it.each(['udp', 'tcp'] as const)(
  'one call with 20 re-INVITEs and 50 calls in a row over %s leave nothing behind',
  { timeout: 120_000 },
  async (transport) => {
    const [one, other] = await up(transport);
    for (let round = 0; round < 20; round += 1) {
      const [asking, direction] = round % 2 === 0 ? [one, 'sendonly'] : [other, 'sendrecv'];
      expect(await asking.reoffer(offer().replaceAll('a=sendrecv', `a=${direction}`))).toMatchObject({ ok: true });
    }
    expect(census().map(({ calls }) => calls)).toEqual([1, 1]);
    await one.hangUp();

    for (let round = 0; round < 50; round += 1) {
      const [dialog, incomingDialog] = await up(transport);
      await (round % 2 === 0 ? dialog : incomingDialog).hangUp();
      await sleep(5);
    }
    expect(incoming.map(({ state }) => state)).toEqual(incoming.map(() => 'ended'));
    // The last transactions live on for 64·T1, to absorb what may still be repeated (RFC 3261 §17, table 4).
    await vi.waitFor(() => expect(census()).toEqual([nothing, nothing]), { timeout: 45_000, interval: 500 });
  },
);
