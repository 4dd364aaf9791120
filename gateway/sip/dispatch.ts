/** Which request goes to sip.js, and which is answered before it: what the library does not know, or would answer wrongly. */
import {
  type IncomingRequestMessage,
  NonInviteServerTransaction,
  SessionDialog,
  SignalingState,
  type UserAgentCore,
  UserAgentServer,
} from 'sip.js/lib/core/index.js';
import { headerOf, type WireRequest } from './transport/wire.ts';

/** Sees a request within its dialog before the library does; true if it has taken care of it. */
export type InDialog = (message: IncomingRequestMessage) => boolean;

export interface Dispatch {
  core: UserAgentCore;
  /** By sip.js' dialog id. A call enters and removes itself. */
  dialogs: ReadonlyMap<string, InDialog>;
  /** Told of each REFER, which has been refused. */
  onRefer: () => void;
  /** Takes each new REGISTER; without it there is no registrar, and the library refuses it (405). */
  onRegister: (() => void) | undefined;
}

/** Without their dialog these get 481 (RFC 3311 §5.2, RFC 3262 §3, RFC 6086 §4.2.2). */
const onlyWithinDialogs = ['UPDATE', 'PRACK', 'INFO'];

export function dispatch(message: IncomingRequestMessage, { core, dialogs, onRefer, onRegister }: Dispatch): void {
  const isNew = !core.userAgentServers.has(message.viaBranch);
  // A CANCEL bears the branch of what it cancels.
  if ((isNew || message.method === 'CANCEL') && dialogs.get(dialogIdOf(message))?.(message)) return;
  if (isNew && message.method === 'REFER') {
    // An endpoint makes us call nobody (REG-12), within a dialog or without.
    answerer(core, message).reject({ statusCode: 403 });
    onRefer();
    return;
  }
  if (isNew && onRegister && message.method === 'REGISTER') {
    onRegister();
    return;
  }
  const dialog = core.dialogs.get(dialogIdOf(message));
  if (isNew && !dialog && onlyWithinDialogs.includes(message.method)) {
    answerer(core, message).reject({ statusCode: 481 });
    return;
  }
  if (isNew && message.method === 'UPDATE' && dialog instanceof SessionDialog) {
    answerEarlyUpdate(core, dialog, message);
    return;
  }
  // The library takes only requests for its own user part; the dial plan is our caller's, so its own part follows the request.
  if (message.ruri) core.configuration.aor = message.ruri;
  core.receiveIncomingRequestFromTransport(message);
}

/**
 * An UPDATE before the call is answered (RFC 3311 §5.2). Its offer comes too early, as the one of the INVITE still waits for its
 * answer, be it ours or theirs; without one it asks for nothing that matters yet.
 */
function answerEarlyUpdate(core: UserAgentCore, dialog: SessionDialog, message: IncomingRequestMessage): void {
  const request = answerer(core, message);
  if (!message.body) request.accept({ statusCode: 200, extraHeaders: [`Contact: ${core.configuration.contact}`] });
  else if (dialog.signalingState === SignalingState.HaveLocalOffer) request.reject({ statusCode: 491 });
  else request.reject({ statusCode: 500, extraHeaders: ['Retry-After: 5'] });
}

/** A server transaction of our own for a request other than INVITE: what is repeated gets the same answer. */
export function answerer(core: UserAgentCore, message: IncomingRequestMessage): UserAgentServer {
  return new UserAgentServer(NonInviteServerTransaction, core, message);
}

/** As sip.js makes it: Call-ID, our tag, theirs. */
const dialogIdOf = (message: IncomingRequestMessage): string => message.callId + message.toTag + message.fromTag;

/** Whether any dialog has its Call-ID, with which the library's ids of dialogs begin. */
export function hasDialog(core: UserAgentCore, { headers }: WireRequest): boolean {
  const callId = headerOf(headers, 'Call-ID') ?? '';
  return core.dialogs.keys().some((id) => id.startsWith(callId));
}
