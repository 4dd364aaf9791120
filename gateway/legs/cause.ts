import type { CallCause } from '../../server/protocol/records.ts';
import type { End, FailureCode } from '../sip/index.ts';

/** Why a call never came up, in the room's words. */
const FAILURES: Record<FailureCode, CallCause> = {
  badTarget: 'notFound',
  noOffer: 'error',
  unreachable: 'unreachable',
  noAnswer: 'noAnswer',
  busy: 'busy',
  declined: 'declined',
  notFound: 'notFound',
  notRegistered: 'notRegistered',
  unavailable: 'unavailable',
  forbidden: 'declined',
  authenticationRequired: 'authenticationFailed',
  notAcceptable: 'mediaRefused',
  redirected: 'redirected',
  refused: 'error',
};

export function causeOfFailure(code: FailureCode): CallCause {
  return FAILURES[code];
}

export function causeOfEnd(end: End): CallCause {
  return end.by === 'timeout' ? 'lost' : 'hungUp';
}
