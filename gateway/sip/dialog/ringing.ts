/** Our 180 to a caller who insists on reliable provisional responses (RFC 3262 §3): repeated until its PRACK. */
import { randomInt } from 'node:crypto';
import type { InviteUserAgentServer, Session } from 'sip.js/lib/core/index.js';
import type { Listener } from '../listener.ts';
import { timing } from '../transport/retransmit.ts';
import { listsTag } from './session-headers.ts';

export interface Ringing {
  session: Session;
  /** Stops repeating: the call was answered, refused or cancelled. */
  stop(): void;
}

/** `onUnheard`: no PRACK for 64·T1. */
export function ring(request: InviteUserAgentServer, listener: Listener, onUnheard: () => void): Ringing {
  if (!listsTag(request.message, 'Require', '100rel'))
    return { session: request.progress({ statusCode: 180 }).session, stop() {} };
  const sequence = randomInt(1, 2 ** 31);
  const send = () => request.progress({ statusCode: 180, extraHeaders: ['Require: 100rel', `RSeq: ${sequence}`] });
  let interval = timing.t1 as number;
  let spent = 0;
  const repeat = () => {
    spent += interval;
    if (spent >= 64 * timing.t1) return onUnheard();
    send();
    interval *= 2;
    stop = listener.after(interval, repeat);
  };
  const { session } = send();
  let stop = listener.after(interval, repeat);
  const acknowledged = `${sequence} ${request.message.cseq} INVITE`;
  session.delegate = {
    onPrack: (prack) => {
      // §3: a PRACK for anything else gets 481.
      if (prack.message.getHeader('RAck')?.trim().replace(/\s+/g, ' ') !== acknowledged) {
        return void prack.reject({ statusCode: 481 });
      }
      stop();
      prack.accept();
    },
  };
  return { session, stop: () => stop() };
}
