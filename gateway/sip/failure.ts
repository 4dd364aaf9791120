/** SIP status → why a call never came up (RFC 3261 §21). */
import type { FailureCode } from './dialog.ts';

const byStatus: Record<number, FailureCode> = {
  401: 'authenticationRequired',
  403: 'forbidden',
  404: 'notFound',
  407: 'authenticationRequired',
  408: 'noAnswer',
  410: 'notFound',
  415: 'notAcceptable',
  480: 'unavailable',
  484: 'notFound',
  486: 'busy',
  488: 'notAcceptable',
  503: 'unavailable',
  600: 'busy',
  603: 'declined',
  604: 'notFound',
  606: 'notAcceptable',
};

/** `received` is false for a response that our own stack made up because nothing came or nothing could be sent. */
export function failureCode(status: number, received: boolean): FailureCode {
  if (!received) return 'unreachable';
  if (status >= 300 && status < 400) return 'redirected';
  return byStatus[status] ?? 'refused';
}
