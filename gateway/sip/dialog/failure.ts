/** SIP status, and what the network says beside it → why a call never came up (RFC 3261 §21, ITU-T Q.850). */
import type { FailureCode } from './dialog.ts';
import type { Cause } from './reason.ts';

const byStatus: Record<number, FailureCode> = {
  401: 'authenticationRequired',
  403: 'forbidden',
  404: 'notFound',
  406: 'notAcceptable',
  407: 'authenticationRequired',
  408: 'noAnswer',
  410: 'notFound',
  415: 'notAcceptable',
  416: 'notFound',
  480: 'noAnswer',
  482: 'unreachable',
  483: 'unreachable',
  484: 'notFound',
  485: 'notFound',
  486: 'busy',
  488: 'notAcceptable',
  502: 'unreachable',
  503: 'unreachable',
  504: 'unreachable',
  580: 'notAcceptable',
  600: 'busy',
  603: 'declined',
  604: 'notFound',
  606: 'notAcceptable',
  607: 'declined',
};

const byQ850: Record<number, FailureCode> = {
  1: 'notFound', // unallocated number
  2: 'unreachable', // no route to the transit network
  3: 'unreachable', // no route to the destination
  17: 'busy',
  18: 'noAnswer', // no user responding
  19: 'noAnswer', // user alerted, no answer
  20: 'unavailable', // subscriber absent
  21: 'declined',
  22: 'notFound', // number changed
  27: 'unreachable', // destination out of order
  28: 'notFound', // invalid number format
  34: 'unreachable', // no circuit
  38: 'unreachable', // network out of order
  41: 'unreachable', // temporary failure
  42: 'unreachable', // congestion
  65: 'notAcceptable', // bearer capability not implemented
  79: 'notAcceptable', // service not implemented
  88: 'notAcceptable', // incompatible destination
};

/** Gateways say these for want of a better one; the Q.850 cause beside them is the better one. */
const vague = new Set([400, 408, 480, 487, 500, 502, 503, 504]);

/** `received` is false for a response that our own stack made up because nothing came or nothing could be sent. */
export function failureCode(status: number, received: boolean, cause?: Cause): FailureCode {
  if (!received) return 'unreachable';
  if (status >= 300 && status < 400) return 'redirected';
  const better = vague.has(status) && cause?.protocol === 'Q.850' ? byQ850[cause.value] : undefined;
  return better ?? byStatus[status] ?? 'refused';
}
