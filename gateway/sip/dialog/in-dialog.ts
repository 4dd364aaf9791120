/** A request of ours within a dialog, other than INVITE, INFO and BYE, which the library knows (RFC 3261 §12.2.1). */
import {
  type IncomingResponse,
  type IncomingResponseMessage,
  NonInviteClientTransaction,
  type SessionDialog,
  UserAgentClient,
} from 'sip.js/lib/core/index.js';
import type { Listener } from '../listener.ts';
import { statusOf } from './session-headers.ts';

/** `message` is missing where no answer came, and our own stack made up a 408 or 503 (RFC 3261 §8.1.3.1). */
export interface FinalAnswer {
  status: number;
  reason: string;
  message?: IncomingResponseMessage;
}

export function finalAnswer({ message }: IncomingResponse): FinalAnswer {
  return message.callId ? { ...statusOf(message), message } : statusOf(message);
}

/** Sends it; resolves with its final answer and never rejects. */
export function sendWithin(
  listener: Listener,
  dialog: SessionDialog,
  method: 'OPTIONS' | 'UPDATE',
  headers: string[],
): Promise<FinalAnswer> {
  const extraHeaders = [`Contact: ${listener.contact}`, ...headers];
  const message = dialog.createOutgoingRequestMessage(method, { extraHeaders });
  return new Promise((resolve) => {
    const conclude = (response: IncomingResponse) => resolve(finalAnswer(response));
    const delegate = { onAccept: conclude, onReject: conclude, onRedirect: conclude };
    new UserAgentClient(NonInviteClientTransaction, listener.core, message, delegate);
  });
}

/** Ends a client transaction that had a provisional answer and gets no final one: no timer of its own does. */
export function forgetClient({ core }: Listener, client: UserAgentClient): void {
  core.userAgentClients.delete(client.transaction.id + client.message.method);
  client.dispose();
}
