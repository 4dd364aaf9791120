/** Many calls in a row leave nothing behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { SipEdge } from '../../gateway/sip/index.ts';
import { address, answerCall, offer, openEdge } from './sip-peers.ts';

const calls = 500;
const atOnce = 5;
const nothing = { transactions: 0, dialogs: 0, timers: 0, routes: 0, connections: 0, calls: 0 };

async function callOnce(from: SipEdge, target: string, hangsUpFirst: 'out' | 'in'): Promise<void> {
  const call = from.place(target, { callerName: 'A', fromUser: 'a', offer });
  const over = new Promise<void>((resolve, reject) => {
    call.on('failed', ({ code, status, reason }) => reject(new Error(`${code} ${status} ${reason}`)));
    call.on('ended', () => resolve());
  });
  call.on('answered', () => {
    if (hangsUpFirst === 'out') void call.hangUp();
  });
  await over;
}

/** Milliseconds within which every transaction has run out: 64·T1 and some (RFC 3261 §17, table 4). */
const patience = { timeout: 60_000, interval: 500 };
const heldBy = ({ census }: SipEdge) => ({ ...census, sources: 0 });

it.each(['udp', 'tcp'])(
  'sets up and ends 500 calls over %s and holds nothing afterwards',
  { timeout: 180_000 },
  async (transport) => {
    const centre = await openEdge();
    const codec = await openEdge();
    let inbound = 0;
    centre.onIncoming((call) => {
      inbound += 1;
      answerCall(call);
      if (call.target === 'leaves') call.on('answered', () => void call.hangUp());
    });
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const caller = async (share: number) => {
      for (let count = 0; count < share; count += 1) {
        const first = count % 2 === 0 ? ('out' as const) : ('in' as const);
        const user = first === 'in' ? 'leaves' : 'stays';
        await callOnce(codec, `sip:${user}@${address}:${centre.port};transport=${transport}`, first);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, () => caller(calls / atOnce)));
    expect(inbound).toBe(calls);
    const connections = transport === 'tcp' ? 1 : 0;
    await vi.waitFor(() => {
      expect(heldBy(centre)).toEqual({ ...nothing, connections: heldBy(centre).connections, sources: 0 });
      expect(heldBy(codec)).toEqual({ ...nothing, connections: heldBy(codec).connections, sources: 0 });
    }, patience);
    expect(heldBy(centre).connections).toBeLessThanOrEqual(connections + 1);
    expect(centre.bans).toEqual([]);
    await Promise.all([centre.close(), codec.close()]);
    await sleep(50);
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before + 2);
  },
);
