/** Our own re-INVITE, and the patience that glare asks for (RFC 3261 §14.1). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingInviteRequestDelegate } from 'sip.js/lib/core/index.js';
import type { ReofferResult } from './dialog.ts';
import { statusOf } from './session-headers.ts';

interface Reoffer {
  /** Sends the re-INVITE; throws while another one, of either side, is under way. */
  send: (delegate: OutgoingInviteRequestDelegate) => unknown;
  /** True for the caller: it waits longer, so that the two do not meet again. */
  ownsCallId: boolean;
  isGone: () => boolean;
}

const attempts = 4;

export async function reofferThroughGlare(reoffer: Reoffer): Promise<ReofferResult> {
  let result: ReofferResult = { ok: false, status: 491, reason: 'Request Pending' };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await sleep(glareDelay(reoffer.ownsCallId, Math.random()));
    if (reoffer.isGone()) return { ok: false, status: 481, reason: 'Call is over' };
    result = await sendOnce(reoffer);
    if (result.ok || result.status !== 491) return result;
  }
  return result;
}

/** Milliseconds, in steps of 10: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s for the other side. */
export function glareDelay(ownsCallId: boolean, random: number): number {
  const [from, span] = ownsCallId ? [2_100, 1_900] : [0, 2_000];
  return from + Math.round((random * span) / 10) * 10;
}

function sendOnce({ send }: Reoffer): Promise<ReofferResult> {
  return new Promise((resolve) => {
    const refused: OutgoingInviteRequestDelegate['onReject'] = ({ message }) =>
      resolve({ ok: false, ...statusOf(message) });
    try {
      send({
        onAccept: ({ message, ack }) => {
          ack();
          resolve({ ok: true, sdp: message.body });
        },
        onReject: refused,
        onRedirect: refused,
      });
    } catch {
      resolve({ ok: false, status: 491, reason: 'Request Pending' });
    }
  });
}
