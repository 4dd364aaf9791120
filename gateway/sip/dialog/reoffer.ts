/** Our own re-INVITE: until its final answer, and through the glare that it may meet (RFC 3261 §14.1). */

import { type Body, type IncomingResponse, type SessionDialog, UserAgentClient } from 'sip.js/lib/core/index.js';
import type { Listener } from '../listener.ts';
import { timing } from '../transport/retransmit.ts';
import { type FinalAnswer, finalAnswer, forgetClient } from './in-dialog.ts';
import { refreshTarget } from './remote-target.ts';

const attempts = 4;
/** Milliseconds: how often and for how long it is seen whether the line is free. An ACK is there soon or was lost. */
const busy = { step: 50, longest: 5_000 };
const pending: FinalAnswer = { status: 491, reason: 'Request Pending' };

interface Reoffer {
  send: () => Promise<FinalAnswer>;
  /** Another INVITE, of either side, is under way here. §14.1: then ours waits until it is over. */
  isBusy: () => boolean;
  /** True for the caller: it waits longer, so that the two do not meet again. */
  ownsCallId: boolean;
  isGone: () => boolean;
}

export async function reofferThroughGlare(reoffer: Reoffer): Promise<FinalAnswer> {
  let answer = pending;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await pause(glareDelay(reoffer.ownsCallId, Math.random()));
    for (let waited = 0; reoffer.isBusy() && !reoffer.isGone() && waited < busy.longest; waited += busy.step) {
      await pause(busy.step);
    }
    if (reoffer.isGone()) return { status: 481, reason: 'Call is over' };
    answer = reoffer.isBusy() ? pending : await reoffer.send();
    if (answer.status !== 491) return answer;
  }
  return answer;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Milliseconds, in steps of 10: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s for the other side. */
export function glareDelay(ownsCallId: boolean, random: number): number {
  const [from, span] = ownsCallId ? [2_100, 1_900] : [0, 2_000];
  return from + Math.round((random * span) / 10) * 10;
}

/** A re-INVITE that got a 1xx may wait for a person at the other end: so long, then it is cancelled. Milliseconds. */
const patience = 120 * timing.t1;

/** A re-INVITE on its way. */
export interface Sent {
  /** Never rejects. */
  answer: Promise<FinalAnswer>;
  /** The call is over: nobody waits for the answer any more, which may still come, or never. */
  abandon(): void;
}

/** One re-INVITE, where none is under way. Its 2xx is acknowledged where the 2xx says (it refreshes the target). */
export function sendReinvite(
  listener: Listener,
  dialog: SessionDialog,
  content: { body: Body; extraHeaders: string[] },
): Sent {
  const { promise: answer, resolve } = Promise.withResolvers<FinalAnswer>();
  let isAnswered = false;
  const conclude = (response: IncomingResponse) => {
    isAnswered = true;
    stopWaiting();
    resolve(finalAnswer(response));
  };
  const request = dialog.invite(
    {
      onAccept: (response) => {
        refreshTarget(listener, dialog, response.message);
        response.ack();
        conclude(response);
      },
      onReject: conclude,
      onRedirect: conclude,
    },
    content,
  );
  const forget = () => {
    if (request instanceof UserAgentClient) forgetClient(listener, request);
    if (dialog.reinviteUserAgentClient === request) dialog.reinviteUserAgentClient = undefined;
    resolve({ status: 408, reason: 'Request Timeout' });
  };
  let stopWaiting = listener.after(patience, () => {
    request.cancel();
    stopWaiting = listener.after(64 * timing.t1, forget);
  });
  const abandon = () => {
    if (isAnswered) return;
    resolve({ status: 481, reason: 'Call is over' });
    stopWaiting();
    stopWaiting = listener.after(64 * timing.t1, forget);
  };
  return { answer, abandon };
}
